"""What an axis, a rule or a constraint may speak of, and what the values are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import Field, TypeAdapter

from xp.dsl.dotted import SETTINGS
from xp.dsl.table import STRICT

Seed = Annotated[int, Field(ge=0, lt=2**32)]
"""A seed, as NumPy takes them."""

NAMES = ("method", "model", "dataset")
"""The axes whose values are names of tables."""

SEED: TypeAdapter[int] = TypeAdapter(Seed, config=STRICT)
TEXT: TypeAdapter[str] = TypeAdapter(str, config=STRICT)

KINDS: Mapping[str, TypeAdapter[Any]] = {
    **dict.fromkeys(NAMES, TEXT),
    "seed": SEED,
    **{name: setting.adapter for name, setting in SETTINGS.items()},
}
"""Names of axes, each with what checks a value."""

Sort = Literal["flag", "number", "text", "list", "none"]
"""What can be compared with what."""


def sort_of(name: str) -> Sort:
    """Return what the values of an axis can be compared with.

    >>> sort_of("batch_size"), sort_of("precision"), sort_of("zero.overlap_comm"), sort_of("freeze")
    ('number', 'text', 'flag', 'list')
    """
    if name in SETTINGS:
        return sort_of_type(SETTINGS[name].field.annotation)
    return "text" if name in NAMES else "number"


def sort_of_type(annotation: Any) -> Sort:
    """Return the sort of a field's type."""
    if get_origin(annotation) is Literal:
        return sort_of_value(get_args(annotation)[0])
    if get_origin(annotation) is tuple:
        return "list"
    if isinstance(annotation, type):
        return sort_of_value(annotation())
    return sort_of_type(get_args(annotation)[0])  # an optional or annotated type: its first part is the type itself


def sort_of_value(value: Any) -> Sort:
    """Return the sort of a value. ``true`` is no number here."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else "list"
