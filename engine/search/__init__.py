"""Which settings a search tries: pure decisions, scores in, next trainings out."""
