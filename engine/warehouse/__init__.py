"""The DuckDB warehouse, built from journals: a cache that can be deleted and rebuilt.

>>> from xp.engine import warehouse
>>> warehouse.open("results").sql("select $n + 1 as next", n=41).rows()
[{'next': 42}]
"""

from __future__ import annotations

from pathlib import Path

from xp.engine.layout import Layout
from xp.engine.warehouse.notebook import Warehouse


def open(results: str | Path = "results") -> Warehouse:  # noqa: A001 - it is read as warehouse.open
    """Return the warehouse of a results folder, for a notebook or a script."""
    return Warehouse(Layout(Path(results).absolute()))
