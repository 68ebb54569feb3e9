"""What DuckDB says of a query, in the place and the words of the user's file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from xp.dsl.errors import Problem, QueryError
from xp.engine.warehouse.duck import duckdb
from xp.engine.warehouse.sandbox import Limits
from xp.queries.catalog import Query

ARROW = "lambda arrow"
"""What DuckDB speaks of where a lambda is written as it once was; it does not say where."""


UNKNOWN = "COLUMN_NOT_FOUND"

NO_VALUES = "alues were not provided for the following"
"""What DuckDB says of parameters that have no names: those with names have their values by now."""

NAMED = "parameters have names: write $seed, and give it with -p seed=1"


def error_of_no_query(kinds: Sequence[str], query: Query) -> QueryError:
    """Return why a text is no query: it is no statement, several, or one that does not read."""
    from xp.queries.statement import problems  # noqa: PLC0415 - a query without fault does not pay for the parser

    message = f"a query is one SELECT, and DuckDB finds {', '.join(kinds)}"
    if len(kinds) > 1:
        message = f"{len(kinds)} statements, where a query is one SELECT"
    return QueryError(*(problems(query.sql, str(query.path)) or [Problem(message, str(query.path))]))


def error_of_query(error: duckdb.Error | MemoryError, query: Query, limits: Limits) -> QueryError:
    """Return why a query gave no answer.

    What sqlglot says of a statement, such as that it deletes something, is clearer than that it cannot be executed.
    """
    from xp.queries.statement import problems  # noqa: PLC0415 - a query without fault does not pay for the parser

    where = str(query.path)
    if isinstance(error, duckdb.InterruptException):
        hint = "ask for less, or give it more time with --timeout"
        return QueryError(Problem(f"the query took longer than {limits.seconds:g} s", where, hint))
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        size = f"{limits.memory / 2**30:.3g} GiB"
        return QueryError(Problem(f"the query needs more memory than the {size} that it may take", where))
    return QueryError(*(problems(query.sql, where) or [explained(error, query)]))


def explained(error: duckdb.Error, query: Query) -> Problem:
    """Return DuckDB's complaint with its place."""
    told = detail(error)
    first, hint = message_and_hint(told, error)
    where = str(query.path)
    if ARROW in first:
        from xp.queries.statement import arrow  # noqa: PLC0415

        return arrow(query.sql, where)
    if "position" in told:
        position = int(told["position"])
        where += ":" + line_and_column(query.sql, position)
        hint = with_quotes(hint, told, query.sql, position)
    return Problem(first, where, hint)


def with_quotes(hint: str, told: Mapping[str, Any], sql: str, position: int) -> str:
    """Return a hint, and how texts are quoted where a name that is unknown has the quotes of names."""
    if told.get("error_subtype") != UNKNOWN or sql.encode()[position : position + 1] != b'"':
        return hint
    return "; ".join(filter(None, [hint, f"a text stands in single quotes: '{told['name']}'"]))


def detail(error: duckdb.Error) -> dict[str, Any]:
    """Return what DuckDB says of an error apart from its text, where it says anything."""
    found = re.search(r"\{.*\}", str(error), re.DOTALL)
    try:
        return dict(json.loads(found[0])) if found else {}
    except ValueError:
        return {}


def message_and_hint(told: Mapping[str, Any], error: duckdb.Error) -> tuple[str, str]:
    """Return the message of an error and the hint that follows it."""
    message = told.get("exception_message", str(error))
    first, *rest = [line.strip() for line in message.splitlines() if line.strip()] or ["no reason given"]
    begins = first[:1] if first[1:2].isupper() else first[:1].lower()  # WHERE stays as it is
    hint = NAMED if NO_VALUES in first else " ".join(rest)
    return begins + first[1:].rstrip("!."), hint


def line_and_column(sql: str, position: int) -> str:
    """Return where a byte of a query stands, as ``line:column``."""
    before = sql.encode()[: max(position, 0)].decode(errors="replace")
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
