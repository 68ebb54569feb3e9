"""What the warehouse defines: tables, views and macros, as DuckDB itself tells them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import duckdb

Schema = Mapping[str, Mapping[str, str]]


class Macro(NamedTuple):
    """A function that is written in SQL."""

    params: tuple[str, ...]
    body: str


def schema(db: duckdb.DuckDBPyConnection) -> Schema:
    """Return the types of the columns of every table and view."""
    rows = db.execute(
        "select table_name, column_name, data_type from duckdb_columns() where not internal order by column_index"
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    return found


def views(db: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the statement that made each view."""
    return dict(db.execute("select view_name, sql from duckdb_views() where not internal").fetchall())


def macros(db: duckdb.DuckDBPyConnection) -> dict[str, Macro]:
    """Return every macro that stands for a value."""
    rows = db.execute(
        "select function_name, parameters, macro_definition from duckdb_functions() "
        "where not internal and function_type = 'macro'"
    ).fetchall()
    return {name: Macro(tuple(params), body) for name, params, body in rows}
