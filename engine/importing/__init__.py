"""Results of other programs, read into the same warehouse and marked as imported."""
