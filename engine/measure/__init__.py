"""Instruments: each is started, stopped, and gives numbers with a unit."""
