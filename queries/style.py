"""One style for SQL: sqlfmt writes the statement, the header stays as it is."""

from __future__ import annotations

import re

from xp.dsl.errors import Problem, QueryError
from xp.queries.header import HEADER

WIDTH = 120
"""Characters of a line, as in every other file."""

COMMENT = re.compile(
    r"""
      '(?:[^']|'')*' | "(?:[^"]|"")*"
    | \$(?P<tag>[A-Za-z_]*)\$(?s:.*?)\$(?P=tag)\$
    | (?P<comment>--[^\n]*|/\*(?s:.*?)\*/)
    """,
    re.VERBOSE,
)


def formatted(text: str, place: str) -> str:
    """Return SQL in one style; whether it still means the same is for the caller to prove."""
    from sqlfmt.api import format_string  # noqa: PLC0415 - a query that is asked does not pay for it
    from sqlfmt.exception import SqlfmtError  # noqa: PLC0415
    from sqlfmt.mode import Mode  # noqa: PLC0415

    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    match = HEADER.match(text)
    header = match[0] if match else ""
    # the dialect that leaves the case of names alone: DuckDB shows a column as it was written
    mode = Mode(line_length=WIDTH, dialect_name="clickhouse", no_jinjafmt=True)
    try:
        body = format_string(text[len(header) :].strip(), mode)
    except SqlfmtError as error:
        raise QueryError(Problem(f"sqlfmt cannot write this: {error}", place)) from None
    lines = [line.rstrip() for line in header.strip().splitlines()]
    parts = ["\n".join(lines), body.rstrip()]
    return "\n\n".join(filter(None, parts)) + "\n"


def comments(text: str) -> list[str]:
    r"""Return the comments of SQL, without their marks and apart from how they are spaced.

    >>> comments("select 1 -- one\n /* two\n lines */, '-- none'")
    ['one', 'two lines']
    """
    found = (match["comment"] for match in COMMENT.finditer(text) if match["comment"])
    return sorted(" ".join(re.sub(r"^(--|/\*)|\*/$", "", comment).split()) for comment in found)
