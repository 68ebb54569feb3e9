"""Holds a query to the tables and views of the warehouse without running it: DuckDB's own binder is the judge."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import duckdb

from xp.dsl.errors import Problem, did_you_mean
from xp.engine.warehouse.ask import NAMES, READS
from xp.engine.warehouse.definitions import Schema, schema
from xp.engine.warehouse.refusals import (
    ARROW,
    UNKNOWN,
    detail,
    error_of_no_query,
    line_and_column,
    message_and_hint,
    with_quotes,
)
from xp.engine.warehouse.sandbox import Limits, limited
from xp.queries import parameters, statement
from xp.queries.catalog import Query

LIMITS = Limits(seconds=30.0, grace=10.0)
"""DuckDB computes what does not depend on any row while it plans: that can take long."""

EXPLAIN = "explain (format json) "
"""The plan itself is not looked at: drawn as text, as without a format, it takes longer than all the rest."""

NO_COLUMN = "does not have a column named"
"""What DuckDB says of a column that a table, named beside it, does not have."""

ALIKE = 0.5
"""How much of two names is the same where one may be meant by the other."""

PIVOTED = ["MULTI"]
"""What DuckDB takes a query for whose columns it has to look up in the data."""

MOST = 20
"""Names of one query that are reported at most."""

SAMPLES = {"text": "text", "integer": 1, "double": 1.5, "boolean": True, None: None}
"""A value of each type of parameter."""

Edits = dict[int, tuple[int, str]]
"""What is written in place of wrong names, by their place: how long the name was, and what stands there instead."""


def faults(db: duckdb.DuckDBPyConnection, query: Query) -> list[Problem]:
    """Return everything that is wrong with a query, as far as it shows on an empty warehouse."""
    kinds = statement_kinds(db, query)
    if found := statement.problems(query.sql, str(query.path)) or no_query(kinds, query):
        return found
    tables = schema(db)
    with limited(db, LIMITS):
        if kinds == PIVOTED:
            return wrong_names(db, query, tables, columns_known=False)
        return wrong_names(db, query, tables) or [*wrong_values(db, query, tables), *broken_promises(db, query)]


def statement_kinds(db: duckdb.DuckDBPyConnection, query: Query) -> list[str]:
    """Return what DuckDB takes a text for; nothing where it cannot read it at all."""
    try:
        return [found.type.name for found in db.extract_statements(query.sql)]
    except duckdb.Error:
        return []


def no_query(kinds: list[str], query: Query) -> list[Problem]:
    """Return why a text that DuckDB takes for something else is no query."""
    return [] if not kinds or kinds in READS else list(error_of_no_query(kinds, query).problems)


def wrong_names(
    db: duckdb.DuckDBPyConnection, query: Query, tables: Schema, *, columns_known: bool = True
) -> list[Problem]:
    """Return what the binder refuses: after each complaint it is asked anew, with something else for the name.

    Where columns come out of data, as those of a PIVOT do, none of them is there yet, and none can be missed.
    """
    nothing = dict.fromkeys(param.name for param in query.params)
    edits: Edits = {}
    found: dict[str, Problem] = {}
    while len(found) < MOST:
        try:
            bind(db, patched(query.sql, edits), nothing)
            break
        except duckdb.Error as error:
            told = detail(error)
            if "position" in told and original(offset(told), edits) in edits:
                break  # what stands in place of a wrong name is wrong as well
            problem = problem_of_error(error, told, query, edits, tables)
            name = told.get("name") or str(problem)
            if columns_known or not is_about_a_column(told):
                found[name] = min(problem, found.get(name, problem), key=line_and_column_of)
            if not note_repair(told, query.sql, edits):
                break
    return sorted(found.values(), key=line_and_column_of)


def is_about_a_column(told: Mapping[str, Any]) -> bool:
    """Tell whether a complaint is that there is no such column."""
    return told.get("error_subtype") == UNKNOWN or NO_COLUMN in told.get("exception_message", "")


def line_and_column_of(problem: Problem) -> list[int]:
    """Return where in its file a problem is."""
    return [int(part) for part in problem.where.split(":") if part.isdigit()]


def bind(db: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, Any]) -> None:
    """Let DuckDB resolve every name and type."""
    db.execute(EXPLAIN + sql, dict(values)).fetchall()


def problem_of_error(
    error: duckdb.Error, told: Mapping[str, Any], query: Query, edits: Edits, tables: Schema
) -> Problem:
    """Return a complaint at its place in the text that the user wrote, with near names."""
    first, hint = message_and_hint(told, error)
    where = str(query.path)
    if ARROW in first:
        return statement.arrow(query.sql, where)
    if "position" in told:
        position = original(offset(told), edits)
        where += ":" + line_and_column(query.sql, position)
    if not hint and NO_COLUMN in first:
        columns = {column for table in tables.values() for column in table}
        hint = did_you_mean(first.split('"')[3], columns)
    if told.get("error_subtype") == UNKNOWN:
        hint = suggest_column(told, query, tables) or hint
    if "position" in told:
        hint = with_quotes(hint, told, query.sql, position)
    return Problem(first, where, hint)


def suggest_column(told: Mapping[str, Any], query: Query, tables: Schema) -> str:
    """Return a hint at the column that is written most like one; DuckDB looks at the beginning of a name above all."""
    named = statement.tables(query.sql) & tables.keys()
    columns = {*told.get("candidates", "").split(","), *(column for table in named for column in tables[table])}
    close = get_close_matches(told["name"], sorted(columns), n=1, cutoff=ALIKE)
    return f"did you mean {close[0]!r}?" if close else ""


def offset(told: Mapping[str, Any]) -> int:
    """Return the byte of the query that a complaint is about."""
    return int(told["position"]) - len(EXPLAIN)


def note_repair(told: Mapping[str, Any], text: str, edits: Edits) -> bool:
    """Note what to write in place of a wrong name; False where nothing helps to look further."""
    if told.get("exception_type") not in ("Binder", "Catalog") or "location" not in told:
        return False
    start, length = (int(part) for part in told["location"].strip("[]").split(","))
    place = original(start - len(EXPLAIN), edits)
    near = str(told.get("candidates", "")).split(",")[0]
    if told.get("error_subtype") == "MISSING_ENTRY":
        quotes = 2 * (text.encode()[place : place + 1] in (b"'", b'"'))
        edits[place] = (len(told["name"].encode()) + quotes, near)
        return bool(near)
    edits[place] = (length, "null")
    return True


def patched(sql: str, edits: Edits) -> str:
    """Return the text with its edits."""
    text = sql.encode()
    for place, (length, new) in sorted(edits.items(), reverse=True):
        text = text[:place] + new.encode() + text[place + length :]
    return text.decode(errors="replace")


def original(position: int, edits: Edits) -> int:
    """Return where a byte of the edited text stands in the text that the user wrote."""
    for place, (length, new) in sorted(edits.items()):
        if place < position:
            position += length - len(new.encode())
    return position


def wrong_values(db: duckdb.DuckDBPyConnection, query: Query, tables: Schema) -> list[Problem]:
    """Return the parameters that the SQL cannot use as values of their type."""
    found = parameters.misused(query, tables)
    for param in (param for param in query.params if param.name not in found):
        values = {other.name: SAMPLES[param.type] if other == param else None for other in query.params}
        try:
            bind(db, query.sql, values)
        except duckdb.Error as error:
            message, hint = message_and_hint(detail(error), error)
            text = f"parameter {param.name!r} of type {param.type}: {message}"
            found[param.name] = Problem(text, str(query.path), hint)
    return list(found.values())


def broken_promises(db: duckdb.DuckDBPyConnection, query: Query) -> list[Problem]:
    """Return where the header promises other columns or types than the SQL has."""
    if not query.columns:
        return []
    given = {name: NAMES.get(kind, kind.lower()) for name, kind in described(db, query)}
    promised = {column.name: column.type for column in query.columns}
    place = str(query.path)
    if list(promised) != list(given):
        return [Problem(f"the header promises columns {list(promised)}, the SQL has {list(given)}", place)]
    return [
        Problem(f"the header promises that {name!r} is {promised[name]}, the SQL makes it {kind}", place)
        for name, kind in given.items()
        if promised[name] != kind
    ]


def described(db: duckdb.DuckDBPyConnection, query: Query) -> list[tuple[str, str]]:
    """Return names and types of the columns of a query, as DuckDB has them."""
    rows = db.execute(f"describe {query.sql}", dict.fromkeys(param.name for param in query.params)).fetchall()
    return [(name, kind) for name, kind, *_ in rows]
