"""Any value in words: what a template prints between double braces, and what stands in a cell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatch
from typing import Any

from xp.dsl.errors import Problem, TemplateError
from xp.dsl.quantity import MISSING, quantity
from xp.templates.answers import Row, Rows


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


@words.register
def row(value: Row) -> str:
    """Raise: a row is not one value."""
    raise TemplateError(Problem("a row is several values", hint=f"name one of them: row.{next(iter(value))}"))


@words.register
def answer(value: Rows) -> str:
    """Raise: an answer is not one value."""
    hint = f'write {{{{ ask("{value.query}") | grid }}}} for a table'
    raise TemplateError(Problem(f"the answer of {value.query!r} is rows of values", hint=hint))
