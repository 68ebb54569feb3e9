"""Asks the warehouse: one SELECT, and rows that are described as its header promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from xp.dsl.errors import Problem, QueryError
from xp.engine.layout import Layout
from xp.engine.warehouse.refusals import refused, unreadable
from xp.engine.warehouse.sandbox import PATIENT, Limits, limited, sandbox
from xp.queries.catalog import Column, Query

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

READS = ["SELECT"], ["MULTI"]
"""What DuckDB takes a query for; a PIVOT whose columns it has to look up is several statements to it."""

INTERRUPTED = "Query interrupted"
"""What DuckDB makes of Ctrl-C."""

CHUNK = 100_000
"""Rows that are fetched at once: between two chunks, Python can be interrupted."""


@dataclass(frozen=True)
class Answer:
    """Rows, and what each of their values means."""

    title: str
    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]]


def ask(layout: Layout, query: Query, params: Mapping[str, Any], limits: Limits = PATIENT) -> Answer:
    """Return the answer of the warehouse as it stands; *params* are the values that the query makes of them."""
    with session(layout, limits) as answer:
        return answer(query, params)


@contextmanager
def session(layout: Layout, limits: Limits = PATIENT) -> Iterator[Callable[[Query, Mapping[str, Any]], Answer]]:
    """Give a function that answers several questions from one state of the warehouse."""
    with sandbox(layout, limits) as db:
        yield lambda query, params: fetched(db, query, params, limits)


def fetched(db: duckdb.DuckDBPyConnection, query: Query, params: Mapping[str, Any], limits: Limits) -> Answer:
    """Return an answer with all its rows."""
    with asked(db, query, limits):
        answer = db.execute(query.sql, dict(params))
        names = [(name, str(kind)) for name, kind, *_ in answer.description]
        rows: list[tuple[Any, ...]] = []
        while chunk := answer.fetchmany(CHUNK):
            rows += chunk
    return Answer(query.title, described(query, names), rows)


def arrow(layout: Layout, query: Query, params: Mapping[str, Any], limits: Limits = PATIENT) -> Any:
    """Return the answer as a table of pyarrow, whose fields carry their units and descriptions."""
    with sandbox(layout, limits) as db, asked(db, query, limits):
        answer = db.sql(query.sql, params=dict(params))
        columns = described(query, list(zip(answer.columns, map(str, answer.types), strict=True)))
        table = answer.to_arrow_table()
    schema = table.schema.with_metadata({"title": query.title})
    for place, column in enumerate(columns):
        meaning = {"unit": column.unit, "description": column.description}
        schema = schema.set(place, schema.field(place).with_metadata(meaning))
    return table.cast(schema)


def plan(layout: Layout, query: Query, params: Mapping[str, Any], limits: Limits = PATIENT) -> str:
    """Return how DuckDB would come to the answer."""
    with sandbox(layout, limits) as db, asked(db, query, limits):
        steps = db.execute(f"explain {query.sql}", dict(params)).fetchall()
    return "".join(step for _, step in steps)


@contextmanager
def asked(db: duckdb.DuckDBPyConnection, query: Query, limits: Limits) -> Iterator[None]:
    """Run a block that asks a query which reads; where it gives no answer, that is an error with its place."""
    try:
        with limited(db, limits):
            kinds = [statement.type.name for statement in db.extract_statements(query.sql)]
            if kinds not in READS:
                raise unreadable(kinds, query)
            yield
    except (duckdb.Error, MemoryError) as error:
        raise refused(error, query, limits) from error
    except RuntimeError as error:
        if INTERRUPTED not in str(error):
            raise
        raise KeyboardInterrupt from None


def described(query: Query, names: list[tuple[str, str]]) -> tuple[Column, ...]:
    """Return the columns of an answer as the header describes them, or as DuckDB has them where it does not."""
    if not query.columns:
        return tuple(Column(name, NAMES.get(kind, kind.lower()), "-", "") for name, kind in names)
    promised, given = [column.name for column in query.columns], [name for name, _ in names]
    if promised != given:
        message = f"the header promises columns {promised}, the answer has {given}"
        raise QueryError(Problem(message, str(query.path)))
    return query.columns
