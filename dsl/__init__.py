"""The language: what may be written in an experiment file, and what it means.

It reads experiment files, and the DeepSpeed files that they name, and nothing else; everything after reading is pure.
"""
