"""The canonical text of settings, put together from the texts of their values: what ids are hashes of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from xp.dsl.dotted import SETTINGS, TABLES
from xp.dsl.settings import Settings
from xp.dsl.trial import OVERRULED, UNSEEN, canonical


class Leaf:
    """One setting: its name and value as JSON, nothing where it has its default."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.key = name.rpartition(".")[2]
        self.default = SETTINGS[name].default
        self.ruler = OVERRULED.get(name)
        self.texts: dict[Any, str] = {}

    def text(self, values: Mapping[str, Any]) -> str:
        """Return its text in these settings."""
        value = values[self.name]
        found = self.texts.get(value)
        if found is None:
            found = self.texts[value] = "" if self.is_default(value) else f'"{self.key}":{canonical(value)}'
        return "" if self.ruler is not None and values.get(self.ruler) is not None else found

    def is_default(self, value: Any) -> bool:
        """Tell whether a value says nothing."""
        return not SETTINGS[self.name].field.is_required() and bool(value == self.default)


class Branch:
    """A table of settings: absent where nothing in it differs from what there is without it."""

    def __init__(self, key: str, leaves: Iterable[Leaf]) -> None:
        self.key = key
        self.leaves = sorted(leaves, key=lambda leaf: leaf.key)
        self.unset = Settings.model_fields[key].default is None

    def text(self, values: Mapping[str, Any]) -> str:
        """Return its text in these settings."""
        inside = ",".join(filter(None, (leaf.text(values) for leaf in self.leaves)))
        return f'"{self.key}":{{{inside}}}' if inside or self.unset else ""


Part = Leaf | Branch


class Pieces:
    """The text of settings of which some have the same value in all trials."""

    def __init__(self, fixed: Mapping[str, Any], varying: Collection[str]) -> None:
        names = {*fixed, *varying} - UNSEEN
        parts: dict[str, Part] = {name: Leaf(name) for name in names if "." not in name}
        for table in TABLES & {name.partition(".")[0] for name in names if "." in name}:
            parts[table] = Branch(table, (Leaf(name) for name in names if name.startswith(f"{table}.")))
        moving = {name.partition(".")[0] for name in varying}
        self.parts: list[str | Part] = [
            part if moving & {key, OVERRULED.get(key)} else part.text(fixed) for key, part in sorted(parts.items())
        ]

    def text(self, values: Mapping[str, Any]) -> str:
        """Return the text of settings by their dotted names."""
        texts = [part if isinstance(part, str) else part.text(values) for part in self.parts]
        return f"{{{','.join(filter(None, texts))}}}"
