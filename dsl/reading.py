"""Reads ``[matrix]`` as a user writes it: what is right goes on, what is wrong is noted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from xp.dsl.constraints import Constraint, RefusedError, parse
from xp.dsl.dotted import SETTINGS, TABLES, flatten
from xp.dsl.errors import did_you_mean
from xp.dsl.explain import unquoted
from xp.dsl.kinds import KINDS, NAMES, sort_of
from xp.dsl.refusals import Refusals
from xp.dsl.spelling import Key, excerpt
from xp.dsl.vocabulary import hint

RULES = ("exclude", "include", "zip", "constraints")
"""The keys of ``[matrix]`` that are no axes."""

NAMED = "a table that names an axis"
"""What a rule is."""

Reader = Callable[[Key, str, Any], Iterator[Any]]
"""Yields the value of one key of a rule, if it is right."""


class MatrixReader:
    """One reading of the table: what is right goes on, what is wrong is noted."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.refusals = Refusals("Matrix")
        self.axes: dict[str, tuple[Any, ...]] = {}
        self.zipped = [axis for group in items_of(raw.get("zip")) for axis in items_of(group)]
        self.broken: set[str] = set()
        """Axes that have lost a value because it was wrong: nothing is said of what they take."""

    def fields(self) -> dict[str, Any]:
        """Return the fields of a Matrix, or raise everything that is wrong."""
        for axis, values in self.written():
            self.axes[axis] = self.axis(axis, values)
        fields: dict[str, Any] = {
            "exclude": tuple(self.rules("exclude", self.exclude_value)),
            "include": tuple(self.rules("include", self.include_value)),
            "zip": tuple(self.groups()),
            "constraints": tuple(self.conditions()),
        }
        self.refusals.raise_any()
        seed = self.axes.pop("seed", None)
        return {"axes": self.axes, **fields, **({"seed": seed} if seed else {})}

    def written(self) -> Iterator[tuple[str, Any]]:
        """Yield the axes by their dotted names, in the order of the file."""
        seen = set()
        written = {key: value for key, value in self.raw.items() if key not in RULES}
        for axis, values in [pair for key, value in written.items() for pair in flatten({key: value}).items()]:
            if axis not in KINDS:
                self.unknown((axis,), [*KINDS, *RULES])
            elif axis in seen:
                self.refusals.add((axis,), "given twice", f"write either '{axis}' or a table, not both")
            else:
                seen.add(axis)
                yield axis, values

    def unknown(self, key: Key, known: list[str]) -> None:
        """Note a word that is no axis."""
        word = str(key[-1])
        inside = [name for name in SETTINGS if name.startswith(f"{word}.")] if word in TABLES else []
        advice = f"its settings are axes of their own: {', '.join(inside)}" if inside else hint(word, known)
        self.refusals.add(key, "unknown axis", advice)

    def axis(self, axis: str, values: Any) -> tuple[Any, ...]:
        """Return the values of an axis that are right."""
        if not isinstance(values, list):
            self.refusals.add(
                (axis,), f"an axis is a list of values, got {excerpt(values)}", suggest_list(axis, values)
            )
            self.broken.add(axis)
            return ()
        if not values:
            self.refusals.add((axis,), "axis is empty", "give it a value, or leave it out")
        right: list[Any] = []
        seen = set()
        for place, raw in enumerate(values):
            for value in self.value((axis, place), axis, raw):
                if value in seen and axis not in self.zipped:
                    self.refusals.add((axis, place), f"{excerpt(value)} is given twice")
                else:
                    right.append(value)
                seen.add(value)
        if len(right) < len(values):
            self.broken.add(axis)
        return tuple(right)

    def value(self, key: Key, axis: str, raw: Any) -> Iterator[Any]:
        """Yield the value of an axis if it has the right type."""
        try:
            yield KINDS[axis].validate_python(raw)
        except ValidationError as error:
            self.refusals.take(key, error)

    def rules(self, kind: str, read: Reader) -> Iterator[Mapping[str, Any]]:
        """Yield the rules of one kind."""
        for key, rule in self.listed(kind, dict, NAMED):
            yield {axis: value for axis, raw in self.named(key, rule) for value in read((*key, axis), axis, raw)}

    def named(self, key: Key, rule: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Yield the axes that a rule names, each once, and what it says of them."""
        seen: set[str] = set()
        for name, given in rule.items():
            axes = flatten({name: given})
            if not axes:
                self.refusals.add(key, f"should be {NAMED}, got {excerpt(rule)}")
            for axis, raw in axes.items():
                if axis in seen:
                    self.refusals.add((*key, axis), "given twice", f"write either '{axis}' or a table, not both")
                else:
                    seen.add(axis)
                    yield axis, raw

    def exclude_value(self, key: Key, axis: str, raw: Any) -> Iterator[Any]:
        """Yield the value of an exclude rule if the axis takes it."""
        axes = {"seed": (1,), **self.axes}
        if axis not in axes:
            if axis in KINDS:
                way_out = f"write the axis, too: {axis} = […]" if axis in NAMES else f"its axes: {', '.join(axes)}"
                self.refusals.add(key, "not an axis of this matrix", way_out)
            else:
                self.unknown(key, list(axes))
            return
        for value in self.value(key, axis, raw):
            if value in axes[axis]:
                yield value
            elif axis not in self.broken:
                taken = excerpt(axes[axis])
                self.refusals.add(key, f"{excerpt(value)} is not a value of this axis", f"it takes {taken}")

    def include_value(self, key: Key, axis: str, raw: Any) -> Iterator[Any]:
        """Yield the value of an include rule, which may bring in any setting."""
        if axis in KINDS:
            yield from self.value(key, axis, raw)
        else:
            self.unknown(key, list(KINDS))

    def groups(self) -> Iterator[tuple[str, ...]]:
        """Yield the groups of axes that move together."""
        seen: set[str] = set()
        for key, group in self.listed("zip", list, "a list of axes"):
            names = [axis for axis in group if isinstance(axis, str) and axis in self.axes and axis != "seed"]
            for place, axis in enumerate(group):
                if axis not in names:
                    self.immovable((*key, place), axis)
                elif axis in seen:
                    self.refusals.add((*key, place), f"axis {axis} moves in two groups")
                seen |= {axis} if axis in names else set()
            self.steps(key, names)
            yield tuple(names)

    def immovable(self, key: Key, axis: Any) -> None:
        """Note what is no axis that could move with others."""
        axes = [name for name in self.axes if name != "seed"]
        way_out = did_you_mean(axis, axes) if axis == "seed" else hint(str(axis), axes)
        self.refusals.add(key, f"{excerpt(axis)} is not an axis that can move with others", way_out)

    def steps(self, key: Key, names: list[str]) -> None:
        """Note what is wrong with the values of axes that move together."""
        lengths = {name: len(self.axes[name]) for name in names}
        if len(names) <= 1:
            self.refusals.add(key, "should name two axes or more")
        elif self.broken.isdisjoint(names) and len(set(lengths.values())) > 1:
            told = ", ".join(f"{axis} has {length}" for axis, length in lengths.items())
            self.refusals.add(key, f"axes that move together need equally many values: {told}")
        elif self.broken.isdisjoint(names):
            taken = list(zip(*(self.axes[name] for name in names), strict=True))
            for step in dict.fromkeys(step for step in taken if taken.count(step) > 1):
                self.refusals.add(key, f"the step {excerpt(step)} is given twice")

    def conditions(self) -> Iterator[Constraint]:
        """Yield the constraints that can be read."""
        for key, text in self.listed("constraints", str, "text"):
            try:
                yield parse(text)
            except RefusedError as error:
                self.refusals.add(key, str(error), error.hint)

    def listed(self, name: str, kind: type, what: str) -> Iterator[tuple[Key, Any]]:
        """Yield the items of a list that are of one kind."""
        raw = self.raw.get(name, [])
        if not isinstance(raw, list):
            self.refusals.add((name,), f"should be a list, each item {what}, got {excerpt(raw)}")
            return
        for place, item in enumerate(raw):
            if isinstance(item, kind) and (item or kind is str):
                yield (name, place), item
            else:
                self.refusals.add((name, place), f"should be {what}, got {excerpt(item)}")


def suggest_list(axis: str, values: Any) -> str:
    """Return how what is no list would be written as one.

    >>> suggest_list("batch_size", "2,4"), suggest_list("seed", "1-5"), suggest_list("method", "zero2")
    ('write [2,4]', 'write each of its values: [1, 2, 3]', "write ['zero2']")
    """
    if not isinstance(values, str) or sort_of(axis) != "number":
        return f"write [{excerpt(values)}]"
    several = f"[{values}]"  # as in --set matrix.batch_size=2,4
    return f"write {several}" if unquoted(several) else "write each of its values: [1, 2, 3]"


def items_of(value: Any) -> list[Any]:
    """Return the items of a list, none of anything else."""
    return value if isinstance(value, list) else []
