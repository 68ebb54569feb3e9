"""Settings by their dotted names, such as ``zero.stage``: what axes, rules and constraints speak of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from xp.dsl.settings import Settings
from xp.dsl.table import STRICT, Table


@dataclass(frozen=True)
class Setting:
    """One setting: its name, what it may be, and how it is documented."""

    name: str
    field: FieldInfo
    adapter: TypeAdapter[Any]

    @property
    def default(self) -> Any:
        """What it is where nothing is said; None also where something has to be said."""
        return None if self.field.is_required() else self.field.get_default()


def subtable(annotation: Any) -> type[Table] | None:
    """Return the table that a field holds, None where it holds a plain value."""
    kinds = [annotation, *get_args(annotation)]
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Table)), None)


def annotated(field: FieldInfo) -> Any:
    """Return the type of a field together with its bounds."""
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def settings_of(table: type[Table], prefix: str = "") -> Iterator[Setting]:
    """Yield the settings of a table and of the tables in it."""
    for name, field in table.model_fields.items():
        if inner := subtable(field.annotation):
            yield from settings_of(inner, f"{prefix}{name}.")
        else:
            yield Setting(f"{prefix}{name}", field, TypeAdapter(annotated(field), config=STRICT))


SETTINGS: Mapping[str, Setting] = {setting.name: setting for setting in settings_of(Settings)}
"""Every setting, in the order of the reference."""

TABLES = frozenset(name for name, field in Settings.model_fields.items() if subtable(field.annotation))
"""The settings that are tables of settings."""


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested tables as one, with dotted names.

    >>> flatten({"epochs": 1.0, "zero": {"stage": 2}})
    {'epochs': 1.0, 'zero.stage': 2}
    """
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        flat |= flatten(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return flat


def nest(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return dotted names as nested tables.

    >>> nest({"epochs": 1.0, "zero.stage": 2})
    {'epochs': 1.0, 'zero': {'stage': 2}}
    """
    tree: dict[str, Any] = {}
    for name, value in flat.items():
        *tables, last = name.split(".")
        table = tree
        for part in tables:
            table = table.setdefault(part, {})
        table[last] = value
    return tree


def setting_values(settings: Settings) -> dict[str, Any]:
    """Return every setting by its dotted name, None where it is unset."""
    flat = flatten(settings.model_dump())
    return {name: flat.get(name) for name in SETTINGS}


def with_defaults(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return every setting by its dotted name, where *flat* says nothing with its default.

    >>> with_defaults({"zero.stage": 2})["zero.offload_param"], with_defaults({})["zero.offload_param"]
    ('none', None)
    """
    opened = {name.partition(".")[0] for name in flat}
    return {
        name: flat[name] if name in flat else setting.default if applies(name, opened) else None
        for name, setting in SETTINGS.items()
    }


def applies(name: str, opened: Collection[str]) -> bool:
    """Tell whether a setting has its default: those of a table that is unset have none."""
    table, dot, _ = name.partition(".")
    unset = dot and Settings.model_fields[table].default is None
    return not unset or table in opened
