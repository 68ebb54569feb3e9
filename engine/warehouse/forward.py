"""Brings a warehouse of an earlier version forward: what is in it stays, also where its journals are gone."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from xp.dsl.measures import CONFIDENCE, CORRECTION
from xp.engine.warehouse import store

Columns = dict[str, dict[str, str]]
"""Table to column to type."""

MADE = ("schema_version", "measure")
"""Tables whose rows are this program's own."""

CLAIMED = "(select measure.{0} from measure where measure.measure = old.measure)"

ADDED = {
    # version 3
    ("experiment", "confidence"): f"{CONFIDENCE}",
    ("experiment", "correction"): f"'{CORRECTION}'",
    ("claim", "scale"): f"coalesce({CLAIMED.format('scale')}, 'ratio')",
    ("claim", "margin"): f"coalesce({CLAIMED.format('margin')}, 0.05)",
    ("claim", "claim_hash"): (
        "concat('[', concat_ws(', ', to_json(method), to_json(old.measure), to_json(expectation), "
        "to_json(situational), to_json(baseline)), ']')"
    ),
}
"""What a column says where the file is older than the column; without a row here it is null."""

CHANGED = {
    # version 6: milliseconds since 1970, an instant before
    (table, "time"): ("TIMESTAMP WITH TIME ZONE", "round(epoch(old.time) * 1000)::bigint")
    for table in ("metric", "latest", "invalid_metric")
}
"""The type that a column had, and what it says in the type that it has."""

DECLARED = """
insert or ignore into declaration
select experiment, claim_hash, planned from claim join experiment using (experiment)
"""
"""Version 3: before, a plan did not say when a claim was first made; the last plan is as far back as is known."""

UNREAD = """
delete from bad_line where path in (select path from journal where head = '');
delete from journal where head = '';
"""
"""Files that the older program did not know may be journals by now."""


def bring_forward(path: Path) -> None:
    """Make a file of this program's version out of an earlier one, which is kept beside it.

    The new file is built beside its place while the old one is locked, and moved there when it is whole: killed at any
    moment, the warehouse is the one of before or the one of after.
    """
    part = store.part_of(path)
    try:
        with store.open_file(path, read_only=False) as db:
            version = store.checked_version(db, path)
            if version == store.VERSION:
                return
            db.execute("checkpoint")
            build(db, part)
            keep_aside(path, version)
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def build(db: duckdb.DuckDBPyConnection, part: Path) -> None:
    """Make the new file out of the one that is open."""
    ((old,),) = db.execute("select current_database()").fetchall()
    had = columns(db)
    options = f"block_size {store.BLOCK}, storage_version '{store.STORAGE}'"
    db.execute(f"attach '{str(part).replace(chr(39), chr(39) * 2)}' as forward ({options})")
    db.execute("use forward")
    db.begin()
    store.make_tables(db)
    for table, wanted in columns(db).items():
        if table in had and table not in MADE:
            db.execute(copy_statement(f'"{old}".main', table, wanted, had[table]))
    if "declaration" not in had:
        db.execute(DECLARED)
    db.execute(UNREAD)
    db.commit()
    db.execute(f'use "{old}"')
    db.execute("detach forward")


def columns(db: duckdb.DuckDBPyConnection) -> Columns:
    """Return the tables of the database in use, and the types of their columns."""
    found: Columns = {}
    rows = db.execute(
        "select table_name, column_name, data_type from duckdb_columns() join duckdb_tables() "
        "using (database_name, table_name) where database_name = current_database() order by column_index"
    )
    for table, column, kind in rows.fetchall():
        found.setdefault(table, {})[column] = kind
    return found


def copy_statement(source: str, table: str, wanted: dict[str, str], had: dict[str, str]) -> str:
    """Return the statement that fills a table with the rows of its older self.

    >>> copy_statement("old.main", "claim", {"method": "VARCHAR", "note": "VARCHAR"}, {"method": "VARCHAR"})
    'insert into "claim" select old."method", null from old.main."claim" as old'
    """
    values = ", ".join(column_value(table, column, had.get(column)) for column in wanted)
    return f'insert into "{table}" select {values} from {source}."{table}" as old'  # noqa: S608 - our own names


def column_value(table: str, column: str, kind: str | None) -> str:
    """Return what a column is filled with; *kind* is the type that it had, if it was there."""
    if kind is None:
        return ADDED.get((table, column), "null")
    before, changed = CHANGED.get((table, column), ("", ""))
    return changed if kind == before else f'old."{column}"'


def keep_aside(path: Path, version: int) -> None:
    """Give the file of an earlier version a second name, which stays when the new one takes the first."""
    kept = path.with_suffix(f".v{version}{path.suffix}")
    kept.unlink(missing_ok=True)
    os.link(path, kept)
