"""DuckDB without what its package adds in Python: to import that takes longer than most questions.

What needs it, such as tables of pyarrow, imports `duckdb` itself; both have the same classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
else:
    try:
        import _duckdb as duckdb
    except ImportError:  # a release that keeps it elsewhere
        import duckdb

__all__ = ["duckdb"]
