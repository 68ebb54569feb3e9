"""The reference of the warehouse: what its tables, views and macros say of themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb

from xp.dsl.reference import grid
from xp.engine.warehouse.sandbox import emptiness

INTRODUCTION = """# Tables, views and macros of the warehouse

People and saved queries read the views. The tables below them are what the loader fills; their shape may change from
version to version, and `xp` brings a file forward. How to open the file is said in [warehouse.md](warehouse.md).
"""

UNITS = ("B", "s", "ms", "1/s", "points", "nats", "kWh", "kg", "USD", "%", "tokens", "words", "×", "0 to 1", "0 to 3")
"""Units as clauses of comments end with them."""

OWN = "in the unit of the"
"""How a comment says that the unit is that of something else."""

RELATIONS = (
    """
select view_name, comment from duckdb_views() where not internal order by view_name
""",
    """
select table_name, comment from duckdb_tables() where not internal order by table_name
""",
)

COLUMNS = """
select column_name, data_type, comment from duckdb_columns() where table_name = ? order by column_index
"""

KEYS = """
select constraint_column_names from duckdb_constraints() where constraint_type = 'PRIMARY KEY' and table_name = ?
"""

MACROS = """
select function_name || '(' || array_to_string(parameters, ', ') || ')', comment
from duckdb_functions() where not internal order by 1
"""

TYPES = {"VARCHAR": "text", "TIMESTAMP WITH TIME ZONE": "timestamptz"}
"""Types as SQL says them, where DuckDB has another word."""


def reference() -> str:
    """Return the whole reference, in Markdown."""
    with emptiness() as db:
        return "\n".join([INTRODUCTION, *sections(db)])


def sections(db: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield views, tables and macros."""
    for title, relations in zip(("Views", "Tables"), RELATIONS, strict=True):
        yield f"## {title}\n"
        for name, comment in db.execute(relations).fetchall():
            yield relation(db, name, comment)
    macros = [(f"`{call}`", comment) for call, comment in db.execute(MACROS).fetchall()]
    yield f"## Macros\n\n{grid(('macro', 'meaning'), macros)}"


def relation(db: duckdb.DuckDBPyConnection, name: str, comment: str) -> str:
    """Return the section of a table or a view."""
    columns = db.execute(COLUMNS, [name]).fetchall()
    has_units = any(column == "unit" for column, *_ in columns)
    rows = [
        (f"`{column}`", TYPES.get(kind, kind.lower()), unit(kind, told, has_units=has_units), told)
        for column, kind, told in columns
    ]
    key = ", ".join(f"`{column}`" for (key,) in db.execute(KEYS, [name]).fetchall() for column in key)
    said = f"{sentence(comment)} One row for each {key}." if key else sentence(comment)
    return f"### {name}\n\n{said}\n\n{grid(('column', 'type', 'unit', 'meaning'), rows)}"


def unit(kind: str, comment: str, *, has_units: bool) -> str:
    """Return the unit of a column.

    >>> unit("DOUBLE", "what it took, kWh; null where it is unknown", has_units=False)
    'kWh'
    >>> unit("DOUBLE", "the difference, in the unit of the measure", has_units=False)
    'of the measure'
    """
    named = [clause.rpartition(", ")[2] for clause in comment.split("; ") if ", " in clause]
    if found := [name for name in named if name in UNITS]:
        return found[0]
    if OWN in comment:
        return f"of the {re.split('[;,:]', comment.partition(OWN)[2])[0].strip()}"
    return "in `unit`" if has_units and kind == "DOUBLE" else ""


def sentence(text: str) -> str:
    """Return a comment as a sentence."""
    return f"{text[0].upper()}{text[1:]}."
