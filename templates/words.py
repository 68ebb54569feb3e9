"""Any value in words: what a template prints between double braces, and what stands in a cell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatch
from typing import Any

from xp.templates.quantity import MISSING, quantity


@singledispatch
def words(value: object) -> str:
    """Return *value* as text: a text is itself, whatever it looks like."""
    return str(value)


@words.register
def nothing(_: None) -> str:
    """Return a dash for a value that is missing."""
    return MISSING


@words.register
def truth(value: bool) -> str:
    """Return a truth value in words."""
    return "yes" if value else "no"


@words.register(int)
@words.register(float)
@words.register(Decimal)
def figure(value: Any) -> str:
    """Return a number, with the unit that it knows."""
    return quantity(value, getattr(value, "unit", "-"))


@words.register
def moment(value: datetime) -> str:
    """Return a time to the second."""
    return value.isoformat(" ", "seconds").replace("+00:00", " UTC")


@words.register
def day(value: date) -> str:
    """Return a date."""
    return value.isoformat()


@words.register(Mapping)
def pairs(value: Mapping[str, Any]) -> str:
    """Return what a structure holds."""
    return ", ".join(f"{key} = {words(value[key])}" for key in value)


@words.register(list)
@words.register(tuple)
def items(value: Any) -> str:
    """Return what a list holds."""
    return ", ".join(map(words, value))
