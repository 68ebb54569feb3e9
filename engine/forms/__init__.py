"""The forms of an answer: text, tables that fit a terminal, and files for other programs."""
