"""Where the tables of a report come from: what each was drawn from, and where it stands in the finished text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

BEFORE = " \t>"
"""What can stand before a table: it may be indented, or quoted."""

HEADING = re.compile(r"#{1,6} +(.+?) *#*$")


@dataclass(frozen=True)
class Drawn:
    """One table."""

    text: str
    query: str
    params: Mapping[str, Any]
    """Those that the template gave."""

    columns: tuple[str, ...]
    """Name in the answer of each column that is shown."""

    rows: Any
    """The rows of the answer that are shown, one for each line."""


@dataclass
class Trace:
    """What a report was made of, collected while it is made."""

    drawn: list[Drawn] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    """Texts of the templates that were read, by their names."""

    pages: list[str] = field(default_factory=list)
    """Markdown that became HTML, part by part; empty where the report is Markdown itself."""


@dataclass(frozen=True)
class Placed:
    """A table in the finished text."""

    line: int
    """Where its heading stands, from 1."""

    section: str
    """The heading of the text above it."""

    drawn: Drawn


def placed_tables(text: str, trace: Trace) -> Iterator[Placed]:
    """Yield the tables of a text that were drawn from answers, in order; what was drawn and not shown is left out."""
    known = {drawn.text: drawn for drawn in trace.drawn}
    section = ""
    for first, lines in blocks(text):
        if heading := HEADING.match(lines[0]):
            section = heading[1]
        elif drawn := known.get("\n".join(line.lstrip(BEFORE) for line in lines)):
            yield Placed(first, section, drawn)


def blocks(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield headings and tables, each with the number of its first line."""
    table: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.lstrip(BEFORE).startswith("|"):
            table.append(line)
            continue
        if table:
            yield number - len(table), table
            table = []
        if HEADING.match(line):
            yield number, [line]


def names_of(rows: Any, values: Sequence[Any]) -> dict[str, str]:
    """Return what names a row of an answer: the texts at its beginning."""
    pairs = zip(rows.columns, values, strict=True)
    leading = takewhile(lambda pair: pair[0].type == "text", pairs)
    return {column.name: value for column, value in leading if value is not None}
