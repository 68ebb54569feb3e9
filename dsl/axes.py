"""What ``[matrix]`` may say: axes and rules, each value of the type that it has as a setting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from xp.dsl.dotted import SETTINGS, TABLES, flatten
from xp.dsl.refusals import Refusals
from xp.dsl.spelling import Key, excerpt
from xp.dsl.table import STRICT, Table
from xp.dsl.vocabulary import hint

Seed = Annotated[int, Field(ge=0, lt=2**32)]

TEXT: TypeAdapter[str] = TypeAdapter(str, config=STRICT)
SEED: TypeAdapter[int] = TypeAdapter(Seed, config=STRICT)

NAMES = ("method", "model", "dataset")
"""The axes whose values are names of tables."""

KINDS: Mapping[str, TypeAdapter[Any]] = {
    **dict.fromkeys(NAMES, TEXT),
    "seed": SEED,
    **{name: setting.adapter for name, setting in SETTINGS.items()},
}
"""What an axis or a rule may speak of, and what its values are."""

RULES = ("exclude", "include", "zip", "constraints")
"""The keys of ``[matrix]`` that are no axes."""


class Matrix(Table):
    """``[matrix]``: which combinations are tried."""

    axes: Mapping[str, tuple[Any, ...]] = {}
    """``method``, ``model``, ``dataset`` or a setting by its dotted name, each with the values it takes."""

    seed: tuple[Seed, ...] = (1,)
    """Every combination is tried once per seed."""

    exclude: tuple[Mapping[str, Any], ...] = ()
    """Combinations that are left out: those that have every value of one of these rules."""

    include: tuple[Mapping[str, Any], ...] = ()
    """Settings added to the combinations that a rule agrees with, or, where there is none, one more combination."""

    zip: tuple[tuple[str, ...], ...] = ()
    """Groups of axes that move together, value by value."""

    constraints: tuple[str, ...] = ()
    """Conditions that every trial meets, such as ``zero.stage >= 2 or precision == 'fp32'``."""

    @model_validator(mode="before")
    @classmethod
    def as_written(cls, raw: Any) -> Any:
        """Turn the table as a user writes it, axes and rules side by side, into the fields above."""
        return Reading(raw).fields() if isinstance(raw, Mapping) else raw


class Reading:
    """One reading of the table: what is right goes on, what is wrong is noted."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.refusals = Refusals("Matrix")
        self.axes: dict[str, tuple[Any, ...]] = {}

    def fields(self) -> dict[str, Any]:
        """Return the fields of a Matrix, or raise everything that is wrong."""
        for axis, values in self.written():
            self.axes[axis] = self.axis(axis, values)
        fields: dict[str, Any] = {
            "exclude": tuple(self.rules("exclude", self.exclude_value)),
            "include": tuple(self.rules("include", self.include_value)),
            "zip": self.groups(),
            "constraints": tuple(self.raw.get("constraints", ())),
        }
        self.refusals.raise_any()
        seed = self.axes.pop("seed", None)
        return {"axes": self.axes, **fields, **({"seed": seed} if seed else {})}

    def written(self) -> Iterator[tuple[str, Any]]:
        """Yield the axes by their dotted names, in the order of the file."""
        seen = set()
        for axis, values in self.pairs({key: value for key, value in self.raw.items() if key not in RULES}):
            if axis not in KINDS:
                self.unknown((axis,), [*KINDS, *RULES])
            elif axis in seen:
                self.refusals.add((axis,), "given twice", f"write either '{axis}' or a table, not both")
            else:
                seen.add(axis)
                yield axis, values

    def pairs(self, table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Yield dotted names and values, however the names are written: ``"zero.stage"`` or ``zero.stage``."""
        for key, value in table.items():
            yield from flatten({key: value}).items()

    def unknown(self, key: Key, known: list[str]) -> None:
        """Note a word that is no axis."""
        word = str(key[-1])
        inside = [name for name in SETTINGS if name.startswith(f"{word}.")] if word in TABLES else []
        advice = f"its settings are axes of their own: {', '.join(inside)}" if inside else hint(word, known)
        self.refusals.add(key, "unknown axis", advice)

    def axis(self, axis: str, values: Any) -> tuple[Any, ...]:
        """Return the values of an axis that are right."""
        if not isinstance(values, list | tuple):
            self.refusals.add((axis,), f"an axis is a list of values, got {excerpt(values)}", f"write [{excerpt(values)}]")
            return ()
        if not values:
            self.refusals.add((axis,), "axis is empty", "give it a value, or leave it out")
        right: list[Any] = []
        for place, raw in enumerate(values):
            for value in self.value((axis, place), axis, raw):
                if value in right:
                    self.refusals.add((axis, place), f"{excerpt(value)} is given twice")
                else:
                    right.append(value)
        return tuple(right)

    def value(self, key: Key, axis: str, raw: Any) -> Iterator[Any]:
        """Yield the value of an axis if it has the right type."""
        try:
            yield KINDS[axis].validate_python(raw)
        except ValidationError as error:
            self.refusals.take(key, error)

    def rules(self, kind: str, read: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the rules of one kind."""
        raw = self.raw.get(kind, ())
        if not isinstance(raw, list | tuple):
            self.refusals.add((kind,), f"should be a list of tables, got {excerpt(raw)}")
            return
        for place, rule in enumerate(raw):
            if not isinstance(rule, Mapping) or not rule:
                self.refusals.add((kind, place), f"a rule is a table that names an axis, got {excerpt(rule)}")
                continue
            yield {
                axis: value for axis, raw in self.pairs(rule) for value in read((kind, place, axis), axis, raw)
            }

    def exclude_value(self, key: Key, axis: str, raw: Any) -> Iterator[Any]:
        """Yield the value of an exclude rule if the axis takes it."""
        axes = {"seed": (1,), **self.axes}
        if axis not in axes:
            if axis in KINDS:
                self.refusals.add(key, "not an axis of this matrix", f"its axes: {', '.join(axes)}")
            else:
                self.unknown(key, list(axes))
            return
        for value in self.value(key, axis, raw):
            if value in axes[axis]:
                yield value
            else:
                taken = excerpt(axes[axis])
                self.refusals.add(key, f"{excerpt(value)} is not a value of this axis", f"it takes {taken}")

    def include_value(self, key: Key, axis: str, raw: Any) -> Iterator[Any]:
        """Yield the value of an include rule, which may bring in any setting."""
        if axis in KINDS:
            yield from self.value(key, axis, raw)
        else:
            self.unknown(key, list(KINDS))

    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Return the groups of axes that move together."""
        raw = self.raw.get("zip", ())
        if not isinstance(raw, list | tuple) or not all(isinstance(group, list | tuple) for group in raw):
            self.refusals.add(("zip",), f"should be a list of lists of axes, got {excerpt(raw)}")
            return ()
        seen: set[str] = set()
        for place, group in enumerate(raw):
            self.group(("zip", place), group, seen)
            seen |= {axis for axis in group if isinstance(axis, str)}
        return tuple(tuple(group) for group in raw)

    def group(self, key: Key, group: list[Any], seen: set[str]) -> None:
        """Note what is wrong with one group."""
        if len(group) < 2:
            self.refusals.add(key, "should name two axes or more")
        for place, axis in enumerate(group):
            if not isinstance(axis, str) or axis not in self.axes or axis == "seed":
                axes = [name for name in self.axes if name != "seed"]
                self.refusals.add((*key, place), f"{excerpt(axis)} is not an axis that can move with others", hint(str(axis), axes))
            elif axis in seen or axis in group[:place]:
                self.refusals.add((*key, place), f"axis {axis} moves in two groups")
        lengths = {axis: len(self.axes[axis]) for axis in group if axis in self.axes}
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{axis} has {length}" for axis, length in lengths.items())
            self.refusals.add(key, f"axes that move together need equally many values: {told}")
