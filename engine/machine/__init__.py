"""The machine: what it is made of, what it allows, and its clocks."""
