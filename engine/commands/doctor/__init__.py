"""`xp doctor`: what this machine can and cannot run, and what mends it."""
