"""The warehouse in another database: a DuckLake, or a PostgreSQL server."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import duckdb

from xp.dsl.errors import Problem, WarehouseError
from xp.dsl.quantity import plural
from xp.engine.answers import fresh
from xp.engine.export import ducklake, postgres, transfer
from xp.engine.export.target import Relation, SourceColumn, Target, job
from xp.engine.redaction import Redactor
from xp.engine.warehouse import definitions, store

RELATIONS = """
select table_name, comment, false from duckdb_tables() where not internal
union all
select view_name, comment, true from duckdb_views() where not internal
order by all
"""

COLUMNS = """
select table_name, column_name, data_type, comment from duckdb_columns() where not internal
order by table_name, column_index
"""

SHOWN = 80
"""Most characters that are told of what is no answer."""

OFFLINE = "1.5.5"
"""A DuckDB whose extensions come as Python packages too, and that reads the warehouse."""


@dataclass(frozen=True)
class Options:
    """How the copy is made."""

    catalog: str | None = None
    """That of a DuckLake; unset, a file in its folder."""

    schema: str = "xp"
    python: Path | None = None
    """A Python whose DuckDB has the extensions; unset, this one."""


def copy(target: str, results: Path, form: str, options: Options) -> str:
    """Copy all tables and views into another database; return what was written, for people."""
    database = FORMS[form](target, options.catalog)
    layout = fresh(results)
    with store.open_file(layout.warehouse, read_only=True) as db:
        plan = job(database, layout.warehouse, options.schema, relations(db), views(db))
    answer = run(plan, options.python)
    if "problem" in answer:
        raise error_of_answer(database, answer)
    return summary(database, plan, answer)


def lake(target: str, catalog: str | None) -> Target:
    """Return the DuckLake in a folder."""
    return ducklake.lake(Path(target).absolute(), catalog)


def server(target: str, _: str | None) -> Target:
    """Return the PostgreSQL server at the other end of a connection string."""
    return postgres.server(target, Redactor()(target))


FORMS: Mapping[str, Callable[[str, str | None], Target]] = {"ducklake": lake, "postgres": server}


def relations(db: duckdb.DuckDBPyConnection) -> list[Relation]:
    """Return all tables and views of the warehouse."""
    columns: dict[str, list[SourceColumn]] = {}
    for name, *column in db.execute(COLUMNS).fetchall():
        columns.setdefault(name, []).append(SourceColumn(*column))
    return [
        Relation(name, columns[name], comment, is_view) for name, comment, is_view in db.execute(RELATIONS).fetchall()
    ]


def views(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the statements that make all views and macros."""
    statements = [statement.query for statement in db.extract_statements(store.views())]
    bodies = {name: macro.body for name, macro in definitions.macros(db).items()}
    return ducklake.definitions(statements, definitions.views(db), bodies)


def run(plan: transfer.Job, python: Path | None) -> transfer.JobResult:
    """Have a job done by this Python, or by another."""
    if python is None:
        return transfer.transfer(plan)
    try:
        # not in the arguments, which everybody sees: there may be a password in it
        command = [str(python), "-I", transfer.__file__]
        done = subprocess.run(command, input=json.dumps(plan), capture_output=True, text=True, check=False)
    except OSError as error:
        raise WarehouseError(Problem(f"it cannot be run: {error.strerror}", str(python))) from None
    if done.returncode:
        last = (done.stderr.splitlines() or ["it said nothing"])[-1]
        hint = f"it needs DuckDB: {python} -m pip install duckdb=={OFFLINE}"
        raise WarehouseError(Problem(f"the copy ended with exit code {done.returncode}: {last}", str(python), hint))
    try:
        return cast(transfer.JobResult, json.loads(done.stdout))
    except ValueError:
        said = done.stdout[:SHOWN].strip() or "nothing"
        hint = "--python names the python of an environment, such as other/bin/python"
        raise WarehouseError(Problem(f"this is no Python: it said {said!r}", str(python), hint)) from None


def error_of_answer(database: Target, answer: transfer.JobResult) -> WarehouseError:
    """Return why nothing was copied."""
    hint = "nothing was changed there"
    if answer["missing"]:
        packages = " ".join(f"duckdb-extension-{name.replace('_', '-')}" for name in database.extensions)
        hint = (
            f"it is fetched where there is a network; without one, make an environment with "
            f"`pip install duckdb=={OFFLINE} {packages}` and name its Python with --python"
        )
    return WarehouseError(Problem(Redactor()(answer["problem"]), database.name, hint))


def summary(database: Target, plan: transfer.Job, answer: transfer.JobResult) -> str:
    """Return what was written, for people."""
    count = f"{plural(len(plan['tables']), 'table')} with {plural(answer['rows'], 'row')}"
    kept = f" and {plural(len(plan['views']), 'view')}" if plan["views"] else ""
    others = f"left alone, for they are of others: {', '.join(answer['others'])}\n" if answer["others"] else ""
    return f"wrote {database.name}: {count}{kept} in the schema {plan['schema']}\n{others}"
