"""Reports for a browser: one file, tables that can be sorted and filtered, numbers that say where they are from."""
