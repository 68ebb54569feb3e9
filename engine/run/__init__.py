"""A run: which trials still need an attempt, their attempts, and what became of them."""
