"""Asks the warehouse: one SELECT, and rows that are described as its header promises."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from xp.dsl.errors import Problem, QueryError
from xp.engine.layout import Layout
from xp.engine.warehouse.duck import duckdb
from xp.engine.warehouse.freshness import is_current
from xp.engine.warehouse.refusals import error_of_no_query, error_of_query
from xp.engine.warehouse.sandbox import PATIENT, Bounds, Limits, bounded, sandbox
from xp.engine.warehouse.signals import interrupting
from xp.queries.catalog import Column, Query, unique_names

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

CHOSEN = "chosen($experiment)"
"""What makes a query one about an experiment."""

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
    with asking(layout, limits) as to:
        yield to.answer


def arrow(layout: Layout, query: Query, params: Mapping[str, Any], limits: Limits = PATIENT) -> Any:
    """Return the answer as a table of pyarrow, whose fields carry their units and descriptions."""
    with asking(layout, limits) as to:
        return to.arrow(query, params)


def plan(layout: Layout, query: Query, params: Mapping[str, Any], limits: Limits = PATIENT) -> str:
    """Return how DuckDB would come to the answer."""
    with asking(layout, limits) as to:
        return to.plan(query, params)


@contextmanager
def current(layout: Layout, limits: Limits, warn: Callable[[Problem], None]) -> Iterator[Asking]:
    """Open the warehouse for several questions, once it has everything that the journals say.

    Where nothing is new the file is opened once: that takes longer than most questions. *warn* is told what cannot be
    loaded.
    """
    if layout.warehouse.exists():
        with asking(layout, limits) as to:
            if to.is_current(layout):
                yield to
                return
    from xp.engine.warehouse.load import load  # noqa: PLC0415 - where nothing is new, nobody pays for it

    for problem in load(layout).problems:
        warn(problem)
    with asking(layout, limits) as to:
        yield to


@contextmanager
def asking(layout: Layout, limits: Limits) -> Iterator[Asking]:
    """Open the warehouse as it stands for several questions."""
    with sandbox(layout, limits) as db, bounded(db, limits) as bounds, interrupting(db) as pressed:
        yield Asking(db, limits, bounds, pressed)


class Asking:
    """Asks an open warehouse; what a text says is read once, however often it is asked."""

    def __init__(self, db: duckdb.DuckDBPyConnection, limits: Limits, bounds: Bounds, pressed: threading.Event) -> None:
        self._db = db
        self._limits = limits
        self._bounds = bounds
        self._pressed = pressed
        """Set by Ctrl-C."""

        self._statements: dict[str, duckdb.Statement] = {}
        self._experiments: set[str] = set()

    def is_current(self, layout: Layout) -> bool:
        """Tell whether the journals say nothing that the warehouse does not have."""
        return is_current(layout, self._db)

    def answer(self, query: Query, params: Mapping[str, Any]) -> Answer:
        """Return an answer with all its rows."""
        with self._asked(query) as statement:
            self._chosen(query, params)
            answer = self._db.execute(statement, dict(params))
            names = [(name, str(kind)) for name, kind, *_ in answer.description]
            rows: list[tuple[Any, ...]] = []
            while chunk := answer.fetchmany(CHUNK):
                rows += chunk
        return Answer(query.title, described(query, names), rows)

    def arrow(self, query: Query, params: Mapping[str, Any]) -> Any:
        """Return an answer as a table of pyarrow."""
        import duckdb as _  # noqa: F401, PLC0415 - it gives connections what makes such tables

        from xp.engine.warehouse.usual import usual  # noqa: PLC0415 - only this form needs it

        with self._asked(query) as statement:
            self._chosen(query, params)
            answer = self._db.sql(statement, params=dict(params))
            columns = described(query, list(zip(answer.columns, map(str, answer.types), strict=True)))
            table = usual(answer.to_arrow_table().rename_columns([column.name for column in columns]))
        schema = table.schema.with_metadata({"title": query.title})
        for place, column in enumerate(columns):
            meaning = {"unit": column.unit, "description": column.description}
            schema = schema.set(place, schema.field(place).with_metadata(meaning))
        return table.cast(schema)

    def plan(self, query: Query, params: Mapping[str, Any]) -> str:
        """Return how DuckDB would come to an answer."""
        with self._asked(query):
            steps = self._db.execute(f"explain {query.sql}", dict(params)).fetchall()
        return "".join(step for _, step in steps)

    def _chosen(self, query: Query, params: Mapping[str, Any]) -> None:
        """Raise where there is no such experiment: a question with nothing to choose from would not look for it."""
        name = params.get("experiment")
        if name is not None and name not in self._experiments and CHOSEN in query.sql:
            self._db.execute("select chosen(?)", [name]).fetchall()  # what nobody fetches would hold the connection
            self._experiments.add(name)

    @contextmanager
    def _asked(self, query: Query) -> Iterator[duckdb.Statement]:
        """Give the statement of a query that reads; where the block gets no answer, that is an error with its place."""
        try:
            with self._bounds.hold():
                yield self._statement(query)
        except (duckdb.Error, MemoryError) as error:
            if self._pressed.is_set():
                raise KeyboardInterrupt from None
            raise error_of_query(error, query, self._limits) from error
        except RuntimeError as error:
            if INTERRUPTED not in str(error):
                raise
            raise KeyboardInterrupt from None

    def _statement(self, query: Query) -> duckdb.Statement:
        """Return what DuckDB reads in a query, which has to be one statement that reads the warehouse."""
        if query.sql not in self._statements:
            found = self._db.extract_statements(query.sql)
            kinds = [statement.type.name for statement in found]
            if kinds not in READS:
                raise error_of_no_query(kinds, query)
            (self._statements[query.sql],) = found
        return self._statements[query.sql]


def described(query: Query, names: list[tuple[str, str]]) -> tuple[Column, ...]:
    """Return the columns of an answer as the header describes them, or as DuckDB has them where it does not."""
    if not query.columns:
        kinds = [NAMES.get(kind, kind.lower()) for _, kind in names]
        return tuple(map(Column, unique_names([name for name, _ in names]), kinds, repeat("-"), repeat("")))
    promised, given = [column.name for column in query.columns], [name for name, _ in names]
    if promised != given:
        message = f"the header promises columns {promised}, the answer has {given}"
        raise QueryError(Problem(message, str(query.path)))
    return query.columns
