"""Charts: the rows of a saved query become a picture, and a sentence that says what it shows."""
