"""Experiment files that ship with xp; each is a test case."""
