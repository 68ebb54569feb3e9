"""The language: what may be written in an experiment file, and what it means. Pure: values in, values out."""
