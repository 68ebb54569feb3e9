"""The warehouse file: opening it, waiting for others, making its tables, refusing what a later program made."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from xp.dsl.errors import Problem, WarehouseError
from xp.dsl.measures import MEASURES
from xp.engine.digests import hash_text
from xp.engine.warehouse.duck import duckdb

HERE = Path(__file__).parent

VERSION = 7
"""Version of the tables of schema.sql."""

VIEWS = (
    *("macros", "statistics", "attempts", "standing", "measures", "costs", "trials", "facts", "memory", "differences"),
    *("examples", "effects", "claims", "members"),
)
"""The files of views, in the order in which they build on each other."""

Config = dict[str, str | bool | int | float | list[str]]

WAIT_SECONDS = 10.0
"""How long to wait for another process to let go of the file."""

RETRY_SECONDS = 0.02

BLOCK = 65536
"""Bytes of a block of a new file: small, because every table takes whole ones."""

STORAGE = "v1.5.0"
"""The oldest DuckDB that can read a new file."""

NEW: Config = {"default_block_size": BLOCK, "storage_compatibility_version": STORAGE}

TABLES = "select table_name from duckdb_tables() where not internal and database_name = current_database()"
DEFINED_VIEWS = "select view_name from duckdb_views() where not internal and database_name = current_database()"
DEFINED_MACROS = """
select distinct function_name, function_type from duckdb_functions()
where not internal and database_name = current_database()
"""

HOLDER = re.compile(r"held in (?P<program>.+) \(PID (?P<pid>\d+)\)")

MISREAD = re.compile(r"[?\\]")
"""Signs that DuckDB takes for the end of a file's name, as in addresses, and for a slash."""

BUSY = ("Could not set lock", "different configuration", "Unique file handle conflict")
"""What DuckDB says when another process, or another part of this one, has the file open."""


DAMAGED = ("not a valid DuckDB database", "replaying WAL", "Corrupt", "corrupt", "deserialize", "Could not read")
"""What DuckDB says of a file that it will never be able to open."""

LATER = "created with a newer version of DuckDB"
"""What it says of a file whose storage it does not know yet."""


def script(name: str) -> str:
    """Return the text of a SQL file of this package."""
    return (HERE / name).read_text(encoding="utf-8")


@cache
def views() -> str:
    """Return the statements that make all views and macros."""
    return "\n".join(script(f"views/{name}.sql") for name in VIEWS)


def views_digest() -> str:
    """Return what changes whenever a view or a measure does."""
    return hash_text(views() + repr(MEASURES))


@contextmanager
def open_file(path: Path, *, read_only: bool, config: Config | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the file for the length of a block, waiting for whoever else has it; what DuckDB refuses in it is told."""
    db = connect(path, read_only, config or {})
    try:
        db.execute("set timezone = 'UTC'")
        yield db
    except duckdb.Error as error:
        raise unusable(path, error) from error
    finally:
        db.close()


def connect(path: Path, read_only: bool, config: Config) -> duckdb.DuckDBPyConnection:
    """Return a connection, or say who holds the file or what is wrong with it."""
    if sign := MISREAD.search(str(path)):
        message = f"DuckDB opens no file with {sign[0]} in its path"
        raise WarehouseError(Problem(message, str(path), "give the folder another name, or keep results elsewhere"))
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return duckdb.connect(str(path), read_only=read_only, config=config)
        except duckdb.Error as error:
            if not any(words in str(error) for words in BUSY):
                raise unusable(path, error) from error
            if time.monotonic() >= deadline:
                raise in_use(path, error) from error
        time.sleep(RETRY_SECONDS)


def in_use(path: Path, error: duckdb.Error) -> WarehouseError:
    """Return the error of a file that others did not let go of."""
    holder = HOLDER.search(str(error))
    who = f"process {holder['pid']} ({Path(holder['program']).name})" if holder else "another part of this process"
    hint = f"waited {WAIT_SECONDS:g} s; try again when it has ended, nothing is lost"
    return WarehouseError(Problem(f"the warehouse is in use by {who}", str(path), hint))


def unusable(path: Path, error: duckdb.Error) -> WarehouseError:
    """Return the error of a file that DuckDB cannot open, read or write."""
    first = str(error).splitlines()[0]
    damaged = any(words in first for words in DAMAGED)
    hint = "move it away: the next command builds a new one from the journals" if damaged else ""
    if LATER in str(error):
        hint = "a later DuckDB wrote it: take that one, or a later xp"
    return WarehouseError(Problem(f"the warehouse cannot be used: {first}", str(path), hint))


def checked_version(db: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Return the version of the tables, 0 where there are none; a later one than this program's is an error."""
    try:
        ((found,),) = db.execute("select max(version) from schema_version").fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        if not db.execute(TABLES).fetchall():
            return 0
        found = None
    if not isinstance(found, int):
        hint = "move it away, or name another folder of results"
        raise WarehouseError(Problem("the file is a database, but not a warehouse", str(path), hint))
    if found > VERSION:
        message = f"the warehouse has version {found}, this xp reads version {VERSION}"
        raise WarehouseError(Problem(message, str(path), "use the xp that wrote it, or a later one"))
    return found


def part_of(path: Path) -> Path:
    """Return where this process makes a file before it moves it to its place."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    return part


def create(path: Path) -> None:
    """Make an empty warehouse beside its place and move it there: a file half made could not be opened again."""
    part = part_of(path)
    with open_file(part, read_only=False, config=NEW) as db:
        db.begin()
        make_tables(db)
        db.commit()
    part.replace(path)


def make_tables(db: duckdb.DuckDBPyConnection) -> None:
    """Make all tables and views, dropping those that there are."""
    drop_views(db)
    for (name,) in db.execute(TABLES).fetchall():
        db.execute(f'drop table "{name}"')
    db.execute(script("schema.sql"))
    db.execute("insert into schema_version values (?, '')", [VERSION])
    make_views(db)


def make_views(db: duckdb.DuckDBPyConnection) -> None:
    """Make the views and the table of measures, unless they are this program's already."""
    if has_own_views(db):
        return
    drop_views(db)
    db.execute("delete from measure")
    for place, measure in enumerate(MEASURES):
        row = (measure.name, place, measure.metric, measure.unit, measure.better, measure.over_ranks, measure.meaning)
        own = (measure.scale, measure.margin, measure.over_sessions)
        db.execute("insert into measure values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [*row, *own])
    db.execute(views())
    db.execute("update schema_version set views = ?", [views_digest()])


def has_own_views(db: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether the views are those of this program."""
    return db.execute("select views from schema_version").fetchall() == [(views_digest(),)]


def drop_views(db: duckdb.DuckDBPyConnection) -> None:
    """Drop every view and macro."""
    for (name,) in db.execute(DEFINED_VIEWS).fetchall():
        db.execute(f'drop view "{name}"')
    for name, kind in db.execute(DEFINED_MACROS).fetchall():
        db.execute(f'drop macro {"table " if kind == "table_macro" else ""}"{name}"')
