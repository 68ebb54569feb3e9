"""Corpora as they are before a trial uses them: where they lie, how their files are opened, and the built-in one."""
