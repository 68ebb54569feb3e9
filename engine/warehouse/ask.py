"""Asks the warehouse: one SELECT, read-only, with nothing but the warehouse in reach."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from xp.dsl.errors import Problem, QueryError
from xp.engine.layout import Layout
from xp.engine.warehouse import store
from xp.queries.catalog import Column, Query

SANDBOX: store.Config = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
}
"""No file, no network, no extension, no variable of this program."""

SECONDS = 300.0
"""Longest time that one query may take."""

NAMES = {
    "BIGINT": "integer",
    "INTEGER": "integer",
    "SMALLINT": "integer",
    "HUGEINT": "integer",
    "DOUBLE": "double",
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
    "JSON": "json",
}
"""DuckDB's types in the words of headers."""


@dataclass(frozen=True)
class Answer:
    """Rows, and what each of their values means."""

    title: str
    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]]


def ask(layout: Layout, query: Query, params: Mapping[str, Any]) -> Answer:
    """Return the answer of the warehouse as it stands; *params* are the values that the query makes of them."""
    with sandbox(layout) as db, time_limit(db):
        try:
            answer = db.execute(single(db, query), dict(params))
            names = [(name, str(kind)) for name, kind, *_ in answer.description]
            rows = answer.fetchall()
        except duckdb.Error as error:
            raise explained(error, query) from error
    return Answer(query.title, described(query, names), rows)


def check(query: Query) -> None:
    """Raise if the query cannot be asked of any warehouse: DuckDB resolves every name on an empty one."""
    with emptiness() as db:
        try:
            db.execute("explain " + query.sql, dict.fromkeys(param.name for param in query.params))
        except duckdb.Error as error:
            raise explained(error, query, shift=len("explain ")) from error


@contextmanager
def sandbox(layout: Layout) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for one question; where there is none yet, an empty one stands in."""
    if not layout.warehouse.exists():
        with emptiness() as db:
            yield db
        return
    with store.opened(layout.warehouse, read_only=True, config=SANDBOX) as db:
        store.checked_version(db, layout.warehouse)
        lock(db)
        yield db


@contextmanager
def emptiness() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty warehouse in memory."""
    with duckdb.connect(":memory:", config=SANDBOX) as db:
        db.execute("set timezone = 'UTC'")
        store.make(db)
        lock(db)
        yield db


def lock(db: duckdb.DuckDBPyConnection) -> None:
    """Let errors say where they are, and no query change a setting."""
    db.execute("set errors_as_json = true")
    db.execute("set lock_configuration = true")


@contextmanager
def time_limit(db: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Interrupt the connection when a block takes too long."""
    timer = threading.Timer(SECONDS, db.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def single(db: duckdb.DuckDBPyConnection, query: Query) -> duckdb.Statement:
    """Return the only statement of a query, which DuckDB itself must take for one that reads."""
    statements = db.extract_statements(query.sql)
    kinds = [statement.type.name for statement in statements]
    if kinds != ["SELECT"]:
        raise QueryError(Problem(f"a query is one SELECT, DuckDB finds {kinds or 'none'}", str(query.path)))
    return statements[0]


def described(query: Query, names: list[tuple[str, str]]) -> tuple[Column, ...]:
    """Return the columns of an answer as the header describes them, or as DuckDB has them where it does not."""
    if not query.columns:
        return tuple(Column(name, NAMES.get(kind, kind.lower()), "-", "") for name, kind in names)
    promised, given = [column.name for column in query.columns], [name for name, _ in names]
    if promised != given:
        message = f"the header promises columns {promised}, the answer has {given}"
        raise QueryError(Problem(message, str(query.path)))
    return query.columns


def explained(error: duckdb.Error, query: Query, shift: int = 0) -> QueryError:
    """Return DuckDB's complaint in place and words of the user's file."""
    if isinstance(error, duckdb.InterruptException):
        return QueryError(Problem(f"the query took longer than {SECONDS:g} s", str(query.path)))
    found = re.search(r"\{.*\}", str(error), re.DOTALL)
    try:
        detail = json.loads(found[0]) if found else {}
    except ValueError:
        detail = {}
    message = detail.get("exception_message", str(error))
    first, *rest = [line.strip() for line in message.splitlines() if line.strip()] or ["no reason given"]
    where = str(query.path)
    if "position" in detail:
        where += ":" + line_and_column(query.sql, int(detail["position"]) - shift)
    return QueryError(Problem(first[:1].lower() + first[1:].rstrip("!."), where, " ".join(rest)))


def line_and_column(sql: str, position: int) -> str:
    """Return where a byte of a query stands, as ``line:column``."""
    before = sql.encode()[: max(position, 0)].decode(errors="replace")
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
