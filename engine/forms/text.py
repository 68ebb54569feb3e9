"""Answers as text that other programs read, and as Markdown."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from xp.engine.warehouse.ask import Answer

ENDS = "\r\n"
"""Both are put in quotes where a cell holds them; Python before 3.11.9 did so only with what ends a line."""


class Lines(list[str]):
    """The lines that a writer of CSV hands over, each with a plain end."""

    def write(self, line: str) -> None:
        """Take a line."""
        self.append(f"{line.removesuffix(ENDS)}\n")


def as_csv(answer: Answer) -> str:
    """Return RFC 4180 text with a header; a missing value is an empty cell, a list or a struct is JSON."""
    lines = Lines()
    writer = csv.writer(lines, lineterminator=ENDS)
    writer.writerow([column.name for column in answer.columns])
    writer.writerows([[cell(as_json_value(value)) for value in row] for row in answer.rows])
    return "".join(lines)


def cell(value: Any) -> Any:
    """Return a plain value as one cell."""
    match value:
        case None:
            return ""
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return value


def as_json(answer: Answer) -> str:
    """Return a list of one object per row."""
    return json.dumps(objects(answer), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def as_lines(answer: Answer) -> str:
    """Return one JSON object per row and line."""
    return "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in objects(answer))


def objects(answer: Answer) -> list[dict[str, Any]]:
    """Return the rows as objects that JSON can hold."""
    names = [column.name for column in answer.columns]
    return [dict(zip(names, map(as_json_value, row), strict=True)) for row in answer.rows]


def as_json_value(value: Any) -> Any:
    """Return a value as JSON can hold it: times are ISO 8601, and a number that no double is becomes text.

    >>> as_json_value([float("nan"), {"a": Decimal("1.50")}, Decimal("12345678901234567.89")])
    ['nan', {'a': 1.5}, '12345678901234567.89']
    """
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case str() | bool() | int() | float() | None:
            return value
        case Decimal():
            number = float(value)
            return number if Decimal(repr(number)) == value else str(value)
        case list() | tuple():
            return [as_json_value(item) for item in value]
        case dict():
            return {str(key): as_json_value(item) for key, item in value.items()}
        case _:
            return value.isoformat() if isinstance(value, datetime) else str(value)


def as_markdown(answer: Answer) -> str:
    """Return a table as GitHub shows it."""
    from xp.templates.markdown import answer_table  # noqa: PLC0415 - only this form needs it

    return f"{answer_table(answer)}\n"


FORMS: Mapping[str, Callable[[Answer], str]] = {
    "csv": as_csv,
    "json": as_json,
    "jsonl": as_lines,
    "markdown": as_markdown,
}
