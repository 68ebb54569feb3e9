"""Copies tables of a warehouse into a database that DuckDB reaches through an extension.

It needs nothing but DuckDB: a Python whose DuckDB has the extension runs this file as a program, which takes a job as
JSON from its standard input and prints what came of it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

import duckdb

THERE = "xp_there"
"""What the other database is called while rows go there; no view may say this word."""

WAIT_SECONDS = 10.0
RETRY_SECONDS = 0.02

COLUMNS = """
select table_name, column_name, data_type from duckdb_columns()
where database_name = $there and schema_name = $schema and not internal
order by table_name, column_index
"""


class Table(TypedDict):
    """One table there, and the statements that make it what it is here."""

    name: str
    columns: list[list[str]]
    """Names and types, as that database tells them."""

    create: list[str]
    clear: str
    insert: str


class Job(TypedDict):
    """What goes from where to where."""

    warehouse: str
    extensions: list[str]
    folder: str | None
    """What has to be there before the database can be opened."""

    attach: list[str]
    schema: str
    tables: list[Table]
    views: list[str]
    """The names of all views there."""

    afterwards: list[str]
    """Statements that make the views."""


class JobResult(TypedDict, total=False):
    """What came of a job."""

    rows: int
    others: list[str]
    """What else is in the schema there, and was left alone."""

    problem: str
    missing: str
    """The extension that there is none of."""


class UndoneError(Exception):
    """A job cannot be done."""

    def __init__(self, problem: str, missing: str = "") -> None:
        super().__init__(problem)
        self.missing = missing


def transfer(job: Job) -> JobResult:
    """Do a job, all of it or nothing."""
    try:
        with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as db:
            prepare(db, job)
            db.begin()
            answer = replace(db, job)
            db.commit()
            return answer
    except UndoneError as error:
        return {"problem": str(error), "missing": error.missing}
    except duckdb.Error as error:
        return {"problem": error_message(error), "missing": ""}
    except OSError as error:
        return {"problem": f"the folder cannot be made: {error.strerror}", "missing": ""}


def prepare(db: duckdb.DuckDBPyConnection, job: Job) -> None:
    """Open both ends."""
    for name in job["extensions"]:
        load(db, name)
    db.execute("set timezone = 'UTC'")
    if job["folder"]:
        Path(job["folder"]).mkdir(parents=True, exist_ok=True)
    attach(db, job["warehouse"])
    for statement in job["attach"]:
        db.execute(statement)


def load(db: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load an extension: one that is installed, one that a Python package brought, or one from DuckDB's own server."""
    for place in (name, *packaged(name)):
        try:
            db.load_extension(place)
        except duckdb.Error:
            continue
        return
    try:
        install(db, name)
        db.load_extension(name)
    except duckdb.Error as error:
        problem = f"DuckDB {duckdb.__version__} has no extension {name!r}: {error_message(error)}"
        raise UndoneError(problem, name) from error


def packaged(name: str) -> Iterator[str]:
    """Yield the files of an extension that Python packages brought for this DuckDB."""
    package = find_spec(f"duckdb_extension_{name}")
    for folder in (package and package.submodule_search_locations) or ():
        file = Path(folder, "extensions", f"v{duckdb.__version__}", f"{name}.duckdb_extension")
        if file.exists():
            yield str(file)


def install(db: duckdb.DuckDBPyConnection, name: str) -> None:
    """Fetch an extension."""
    db.install_extension(name)


def attach(db: duckdb.DuckDBPyConnection, warehouse: str) -> None:
    """Attach the warehouse as ``xp``, waiting for whoever writes to it."""
    path = warehouse.replace("'", "''")
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            db.execute(f"attach '{path}' as xp (read_only)")
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error) or time.monotonic() >= deadline:
                raise
        else:
            break
        time.sleep(RETRY_SECONDS)
    db.execute("use xp")


def replace(db: duckdb.DuckDBPyConnection, job: Job) -> JobResult:
    """Put the contents of the tables into their places; those of the same shape stay, with all that rests on them."""
    there = shapes(db, job["schema"])
    if there and "schema_version" not in there:
        raise UndoneError(f"the schema {job['schema']!r} there holds other tables: {', '.join(there)}")
    space = job["schema"].replace('"', '""')
    db.execute(f'create schema if not exists {THERE}."{space}"')
    rows = 0
    for table in job["tables"]:
        same = there.get(table["name"]) == table["columns"]
        for statement in [table["clear"]] if same else table["create"]:
            db.execute(statement)
        rows += db.execute(table["insert"]).fetchall()[0][0]
    for statement in job["afterwards"]:
        db.execute(statement)
    own = {table["name"] for table in job["tables"]} | set(job["views"])
    return {"rows": rows, "others": [name for name in there if name not in own]}


def shapes(db: duckdb.DuckDBPyConnection, schema: str) -> dict[str, list[list[str]]]:
    """Return the columns of every table and view of the schema there."""
    found: dict[str, list[list[str]]] = {}
    for table, column, kind in db.execute(COLUMNS, {"there": THERE, "schema": schema}).fetchall():
        found.setdefault(table, []).append([column, kind])
    return found


def error_message(error: duckdb.Error) -> str:
    """Return what DuckDB says, without the advice that stands below."""
    return " ".join(str(error).partition("\n\n")[0].split())


if __name__ == "__main__":
    json.dump(transfer(json.load(sys.stdin)), sys.stdout)
