"""A DuckLake: a catalog in a database, tables as Parquet files in a folder, views and macros as they are; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from xp.engine.export.target import Relation, Target, as_text, comments, quoted, sql_text
from xp.engine.export.transfer import THERE

CATALOGS = {"sqlite": "sqlite_scanner", "postgres": "postgres_scanner"}
"""The extension for each kind of catalog."""

FOREIGN = re.compile(r"\b(ENUM|UNION|BIT|BIGNUM|VARINT|GEOMETRY|VARIANT|NULL|U?HUGEINT)\b|\[\d+\]")
"""Types of DuckDB that a DuckLake or its files lack: in Parquet a HUGEINT becomes a DOUBLE, and loses digits."""

MADE = re.compile(r"create (?P<what>view|macro) (?P<name>\w+)(?P<params>\(.*?\))?")
REMARK = re.compile(r"(--.*\n|\s)*comment on (macro|column)\b")
"""A DuckLake has comments on tables and their columns, and on views."""


class Lake(Target):
    """A catalog and a folder of Parquet files."""

    keeps_views = True

    def kind(self, kind: str) -> str:
        """Return the type that it has for one of DuckDB's."""
        if kind == "HUGEINT":
            return "DECIMAL(38,0)"
        return as_text(kind) if FOREIGN.search(kind) else kind

    def clear(self, schema: str, table: str) -> str:
        """Return the statement that takes all rows out of a table."""
        return f"delete from {THERE}.{quoted(schema)}.{quoted(table)}"  # noqa: S608 - quoted

    def describe(self, schema: str, relation: Relation) -> list[str]:
        """Return the statements that say what a table and its columns are."""
        return comments(f"{THERE}.{quoted(schema)}.{quoted(relation.name)}", relation)


def lake(folder: Path, catalog: str | None) -> Lake:
    """Return the DuckLake whose data is in a folder; without a catalog it lies there too, as a SQLite file."""
    catalog = catalog or f"sqlite:{folder / 'catalog.sqlite'}"
    extensions = ["ducklake", *(name for kind, name in CATALOGS.items() if catalog.startswith(f"{kind}:"))]
    # a few rows would go into the catalog otherwise: all data is to be Parquet
    options = f"data_path {sql_text(f'{folder}/data/')}, data_inlining_row_limit 0"
    attach = f"attach {sql_text(f'ducklake:{catalog}')} as {THERE} ({options})"
    return Lake(str(folder), extensions, [attach], folder=folder)


def definitions(statements: Sequence[str], views: Mapping[str, str], macros: Mapping[str, str]) -> list[str]:
    """Return the statements that make views and macros there, in the order in which they build on each other.

    *statements* are those of the warehouse, *views* and *macros* what DuckDB made of them: texts in which nothing
    rests on how strong an operator is, which differs between its versions.
    """
    return [made(statement, views, macros) for statement in statements if not REMARK.match(statement)]


def made(statement: str, views: Mapping[str, str], macros: Mapping[str, str]) -> str:
    """Return one of them."""
    found = MADE.search(statement)
    if found is None:
        return statement
    name = found["name"]
    if found["what"] == "macro":
        return f"create or replace macro {name}{found['params']} as {macros[name]}"
    return views[name].replace("CREATE VIEW", "create or replace view", 1)
