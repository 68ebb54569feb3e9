"""An experiment file as text: what it says, and where each of its keys stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xp.dsl.places import Places
from xp.dsl.spelling import Key, dotted

OWN = "experiment"
"""The table that a file does not take over from the one it extends."""


@dataclass(frozen=True)
class Document:
    """A file, the file that it extends, and what the command line adds."""

    file: Path = Path("experiment.toml")
    text: str = ""
    base: Document | None = None
    """The file that this one extends."""

    given: Mapping[str, str] = field(default_factory=dict)
    """What the command line sets: dotted key → the argument as it was typed."""

    places: Places = field(default_factory=lambda: Places(""), compare=False)

    @property
    def folder(self) -> Path:
        """The folder that relative paths start from, absolute."""
        return self.file.absolute().parent

    @property
    def chain(self) -> tuple[Document, ...]:
        """The file itself, the one that it extends, the one that that extends, and so on."""
        return (self, *(self.base.chain if self.base else ()))

    def where(self, key: Key) -> str:
        """Return ``file:line:column: dotted.key``, or the argument that has set the key."""
        if argument := self.argument(key):
            return f"--set {argument}: {dotted(key)}"
        place = self.origin(key).place(key)
        return f"{place}: {dotted(key)}" if key else place

    def argument(self, key: Key) -> str:
        """Return the argument that has set *key*, or something in it that no file speaks of."""
        around = [dotted(key[:length]) for length in range(len(key), 0, -1)]
        inside = [name for name in self.given if name.startswith(f"{dotted(key)}.")]
        unwritten = inside if self.origin(key).places.depth(key) < len(key) else []
        return next((self.given[name] for name in [*around, *unwritten] if name in self.given), "")

    def says(self, key: Key) -> bool:
        """Tell whether a file or an argument gives this very key, or the table around it as one value."""
        return self.origin(key).places.depth(key) == len(key) or bool(self.argument(key))

    def origin(self, key: Key) -> Document:
        """Return the file that says most about *key*: this one, unless only its base does."""
        if self.base is None or key[:1] == (OWN,):
            return self
        below = self.base.origin(key)
        return below if below.places.depth(key) > self.places.depth(key) else self

    def place(self, key: Key) -> str:
        """Return ``file:line:column`` of *key* in this very file."""
        place = self.places.find(key)
        return f"{self.file}:{place.line}:{place.column}" if place else str(self.file)


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return two trees of tables as one; a value or list from above replaces the one below.

    >>> merged({"a": {"x": 1, "y": [1, 2]}}, {"a": {"y": [3]}})
    {'a': {'x': 1, 'y': [3]}}
    """
    tree = dict(below)
    for key, value in above.items():
        under = tree.get(key)
        tree[key] = merged(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
    return tree
