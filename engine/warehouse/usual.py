"""Columns of types that only DuckDB has become columns that other programs calculate with."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

INTEGER = pa.decimal128(38, 0)
"""What a sum of integers is, of 128 bits."""

MONTH = 30
"""Days of a month where DuckDB has to count them."""

DAY = 86_400_000_000
"""Microseconds."""


def usual(table: pa.Table) -> pa.Table:
    """Return a table of the same values: integers have 64 bits if that will do, and a span of time is a number."""
    for place, column in enumerate(table.columns):
        if column.type == INTEGER:
            table = table.set_column(place, table.field(place).name, short(column))
        elif column.type == pa.month_day_nano_interval():
            spans = pa.array(map(span, column.to_pylist()), pa.duration("us"))
            table = table.set_column(place, table.field(place).name, spans)
    return table


def short(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return integers with 64 bits, or as they are where one needs more."""
    try:
        return column.cast(pa.int64())
    except pa.ArrowInvalid:
        return column


def span(value: Any) -> int | None:
    """Return months, days and nanoseconds as microseconds.

    >>> span(pa.MonthDayNano((1, 2, 3_000)))
    2764800000003
    """
    return None if value is None else (value.months * MONTH + value.days) * DAY + value.nanoseconds // 1000
