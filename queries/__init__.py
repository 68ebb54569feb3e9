"""Saved questions: one SQL file each, with a header that promises parameters and columns."""
