"""`xp plan`: what a run would do, for people and for programs."""
