"""Reads the values of events: each is what it should be, or an error says what it is."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

from xp.engine.warehouse.points import as_number

LAST_SECOND = 32503680000
"""The year 3000: a later time is none."""


def instant(event: dict[str, Any]) -> float:
    """Return when an event was written, in seconds since 1970."""
    time = event["t"]
    if isinstance(time, bool) or not isinstance(time, int | float) or not 0 <= time < LAST_SECOND:
        raise ValueError(f"no time: {time!r}")
    return float(time)


def moment(event: dict[str, Any]) -> datetime:
    """Return when an event was written, as an instant."""
    return datetime.fromtimestamp(instant(event), UTC)


def whole_number(value: Any) -> int:
    """Return *value*, which must be a whole number of 64 bits."""
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) < value < 2**63:
        raise TypeError(f"no whole number: {value!r}")
    return value


def text(value: Any) -> str:
    """Return *value*, which must be text."""
    if not isinstance(value, str):
        raise TypeError(f"no text: {value!r}")
    return value


def mapping(value: Any) -> dict[str, Any]:
    """Return *value*, which must be a table."""
    if not isinstance(value, dict):
        raise TypeError(f"no table: {value!r}")
    return value


def canonical(value: Any) -> str:
    """Return JSON that is equal for equal values, whatever the order of keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def text_and_number(value: Any) -> tuple[str | None, float | None]:
    """Return a value as the text people know, and as a number where it is one.

    >>> text_and_number("3.10"), text_and_number(5e-05), text_and_number(False), text_and_number(None)
    (('3.10', None), ('5e-05', 5e-05), ('false', None), (None, None))
    """
    if value is None:
        return None, None
    if isinstance(value, str):
        return value, None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return canonical(value), None
    try:
        return repr(value), float(value)
    except OverflowError:
        return repr(value), None


def text_and_meaning(value: Any) -> tuple[str | None, float | None]:
    """Return a value as text, and as a number also where another program wrote that down as text.

    >>> text_and_meaning("5e-5"), text_and_meaning("adam"), text_and_meaning("nan"), text_and_meaning(8)
    (('5e-5', 5e-05), ('adam', None), ('nan', None), ('8', 8.0))
    """
    number = as_number(value) if isinstance(value, str) else None
    return (value, number) if number is not None and math.isfinite(number) else text_and_number(value)
