"""Whether the warehouse has everything that the journals say, told by their sizes: nothing is read or loaded for it."""

from __future__ import annotations

from xp.engine.layout import Layout
from xp.engine.warehouse import store
from xp.engine.warehouse.duck import duckdb


def is_current(layout: Layout, db: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether a load would bring nothing to an open warehouse; without any journal, what there is stays."""
    if store.checked_version(db, layout.warehouse) != store.VERSION or not store.has_own_views(db):
        return False
    sizes = {path: size for path, size in layout.journal_sizes().items() if size}
    return not sizes or sizes == dict(db.execute("select path, bytes from journal").fetchall())
