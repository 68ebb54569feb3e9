"""The DuckDB warehouse, built from journals: a cache that can be deleted and rebuilt."""
