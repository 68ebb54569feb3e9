"""Any value as Markdown: what a template prints between double braces, and what stands in a cell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatch
from types import FunctionType, MethodType
from typing import Any

from xp.dsl.errors import Problem, TemplateError
from xp.templates.escape import Markdown, escape
from xp.templates.quantity import MISSING, quantity
from xp.templates.quantity import number as is_number


@singledispatch
def printed(value: object) -> Markdown:
    """Return *value* as Markdown that shows exactly it."""
    return escape(str(value))


@printed.register
def markdown(value: Markdown) -> Markdown:
    """Return Markdown as it is."""
    return value


@printed.register
def nothing(_: None) -> Markdown:
    """Return a dash for a value that is missing."""
    return Markdown(MISSING)


@printed.register
def truth(value: bool) -> Markdown:
    """Return a truth value in words."""
    return Markdown("yes" if value else "no")


@printed.register(int)
@printed.register(float)
@printed.register(Decimal)
def number(value: Any) -> Markdown:
    """Return a number, with the unit that it knows."""
    return Markdown(quantity(value, getattr(value, "unit", "-")))


@printed.register
def moment(value: datetime) -> Markdown:
    """Return a time to the second."""
    return escape(value.isoformat(" ", "seconds"))


@printed.register
def day(value: date) -> Markdown:
    """Return a date."""
    return escape(value.isoformat())


@printed.register(MethodType)
@printed.register(FunctionType)
def function(value: Any) -> Markdown:
    """Refuse a function, which a template forgot to call."""
    raise TemplateError(Problem(f"{value.__name__}: a function", hint=f"write {value.__name__}(…)"))


@printed.register(Mapping)
def pairs(value: Mapping[str, Any]) -> Markdown:
    """Return what a structure holds."""
    return escape(", ".join(f"{key} = {item(value[key])}" for key in value))


@printed.register(list)
@printed.register(tuple)
def items(value: Any) -> Markdown:
    """Return what a list holds."""
    return escape(", ".join(map(item, value)))


def item(value: object) -> str:
    """Return one part of a list or a structure."""
    if is_number(value):
        return quantity(value)
    return MISSING if value is None else str(value)
