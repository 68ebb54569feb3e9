"""A question about settings that is asked once for each set of values that it looks at, however many trials there are.

The first answer notes which of the settings that differ were looked at, in their order. Another trial that agrees in
the first of these is led to the next one, and so on: where all agree the answer is known. A question has to depend on
the settings alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Generic, TypeVar, cast

from xp.dsl.dotted import flatten
from xp.dsl.settings import Settings
from xp.dsl.table import Table

Answer = TypeVar("Answer")

Look = Callable[[str], Any]
"""Returns the value of a setting by its dotted name."""


class Node:
    """A setting that is looked at, or, without a name, an answer."""

    __slots__ = ("answer", "branches", "name")

    def __init__(self) -> None:
        self.name = ""
        self.branches: dict[Any, Node] = {}
        self.answer: Any = None


class Traced(Generic[Answer]):
    """One question about settings that have the same tables, and the same values but for some."""

    def __init__(self, ask: Callable[[Settings], Answer], varying: Collection[str]) -> None:
        self.ask = ask
        self.varying = frozenset(varying)
        self.root: Node | None = None

    def answer(self, look: Look, whole: Callable[[], Settings]) -> Answer:
        """Return the answer for settings that *look* knows one by one, and *whole* makes if they have to be."""
        node = self.root
        while node is not None and node.name:
            node = node.branches.get(look(node.name))
        return cast("Answer", node.answer) if node is not None else self.learn(whole())

    def learn(self, settings: Settings) -> Answer:
        """Ask, and remember what was looked at."""
        reads: dict[str, Any] = {}
        answer = self.ask(cast("Settings", Watched(settings, reads)))
        node = self.root = self.root or Node()
        for name, value in reads.items():
            if name not in self.varying:
                continue
            node.name = name
            node = node.branches.setdefault(value, Node())
        node.answer = answer
        return answer


class Watched:
    """Settings, or a table of them, that write down what is read."""

    def __init__(self, table: Table, reads: dict[str, Any], prefix: str = "") -> None:
        self._table = table
        self._reads = reads
        self._prefix = prefix

    def __getattr__(self, key: str) -> Any:
        value = getattr(self._table, key)
        if isinstance(value, Table):
            return Watched(value, self._reads, f"{self._prefix}{key}.")
        if key in type(self._table).model_fields:
            self._reads.setdefault(f"{self._prefix}{key}", value)
        else:  # a method of the table may look at any of it
            for name, item in flatten(self._table.model_dump(), self._prefix).items():
                self._reads.setdefault(name, item)
        return value
