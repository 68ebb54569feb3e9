"""Expansion of a matrix into cells. Pure and lazy: a cell is made when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import Any, NamedTuple

from xp.dsl.axes import Matrix
from xp.dsl.spelling import Key, excerpt

Variant = dict[str, Any]
"""Axis → value, and whatever an include rule adds; without the seed."""


class Cell(NamedTuple):
    """One combination with one seed."""

    variant: Variant
    seed: int
    excluded: int | None = None
    """The exclude rule that leaves the cell out."""

    included: int | None = None
    """The include rule that this cell is made of."""


def count_cells(matrix: Matrix) -> int:
    """Return the number of cells before any rule, by multiplication.

    >>> count_cells(Matrix.model_validate({"batch_size": [1, 2, 3], "epochs": [1, 2], "seed": [1, 2]}))
    12
    """
    return prod(len(steps) for _, steps in dimensions(matrix)) * len(matrix.seed)


def dimensions(matrix: Matrix) -> list[tuple[tuple[str, ...], list[tuple[Any, ...]]]]:
    """Return what turns by itself: an axis, or a group of axes that move together, each with its steps."""
    group_of = {axis: group for group in matrix.zip for axis in group}
    found: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for axis in matrix.axes:
        group = group_of.get(axis, (axis,))
        found[group] = list(zip(*(matrix.axes[name] for name in group), strict=True))
    return list(found.items())


class Expansion:
    """The cells of a matrix, the last axis turning fastest, and the seed faster still.

    The rules are those of GitHub Actions. An exclude rule leaves out every cell it agrees with.
    Then an include rule is added to every cell whose axes it leaves as they are; where there is
    none, it becomes a cell of its own, once per seed unless it names one. An axis with a single
    value is filled in there, any other axis has to be named.
    """

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.ruled = bool(matrix.exclude or matrix.include)
        self.excluding = [0] * len(matrix.exclude)
        self.hosts = [0] * len(matrix.include)
        axes = {*matrix.axes, "seed"}
        self.asked = [{axis: value for axis, value in rule.items() if axis in axes} for rule in matrix.include]
        """Of each include rule, what a cell has to agree with."""

        self.added = [{key: value for key, value in rule.items() if key not in axes} for rule in matrix.include]
        """Of each include rule, what it adds to such a cell."""

        self.lasting: set[int] = set()
        """The include rules of which something stays in some cell: what a later one says of the same key wins."""

    def __iter__(self) -> Iterator[Cell]:
        yield from self.grid()
        yield from self.additions()

    def grid(self) -> Iterator[Cell]:
        """Yield the cells of the grid, excluded ones too."""
        groups = dimensions(self.matrix)
        axes = tuple(axis for names, _ in groups for axis in names)
        single = all(len(names) == 1 for names, _ in groups)
        axis_steps = [[step[0] for step in steps] for _, steps in groups] if single else [steps for _, steps in groups]
        for turn in product(*axis_steps):
            values = turn if single else tuple(value for step in turn for value in step)
            yield from self.cells(dict(zip(axes, values, strict=True)))

    def cells(self, variant: Variant) -> Iterator[Cell]:
        """Yield the cells of a variant, one per seed; what is the same variant is the same object."""
        if not self.ruled:
            for seed in self.matrix.seed:
                yield Cell(variant, seed)
            return
        grown: dict[tuple[int, ...], Variant] = {(): variant}
        for seed in self.matrix.seed:
            yield self.cell(variant, seed, grown)

    def cell(self, variant: Variant, seed: int, grown: dict[tuple[int, ...], Variant]) -> Cell:
        """Return one cell after the rules have seen it; *grown*: the variant by the include rules that add to it."""
        for place, rule in enumerate(self.matrix.exclude):
            if matches_rule(variant, seed, rule):
                self.excluding[place] += 1
                return Cell(variant, seed, excluded=place)
        agreeing = tuple(place for place, asked in enumerate(self.asked) if matches_rule(variant, seed, asked))
        for place in agreeing:
            self.hosts[place] += 1
        if agreeing not in grown:
            speakers = {key: place for place in agreeing for key in self.added[place]}
            self.lasting.update(speakers.values())
            grown[agreeing] = {**variant, **{key: self.added[place][key] for key, place in speakers.items()}}
        return Cell(grown[agreeing], seed)

    def additions(self) -> Iterator[Cell]:
        """Yield the cells that include rules make on their own."""
        filled = {axis: values[0] for axis, values in self.matrix.axes.items() if len(values) == 1}
        for place, rule in enumerate(self.matrix.include):
            if self.hosts[place] or any(axis not in {**filled, **rule} for axis in self.matrix.axes):
                continue
            given = {key: value for key, value in rule.items() if key != "seed"}
            order = [*self.matrix.axes, *(key for key in given if key not in self.matrix.axes)]
            variant = {key: {**filled, **given}[key] for key in order}
            for seed in (rule["seed"],) if "seed" in rule else self.matrix.seed:
                yield Cell(variant, seed, included=place)

    def idle(self) -> Iterator[tuple[Key, str, str]]:
        """Yield the rules that have done nothing, or not enough: key, message, hint. Ask after all cells are made."""
        for place, cells in enumerate(self.excluding):
            if not cells:
                yield (
                    ("matrix", "exclude", place),
                    "excludes nothing",
                    "an earlier rule does, or its axes move together",
                )
        for place, rule in enumerate(self.matrix.include):
            key = ("matrix", "include", place)
            if self.hosts[place] and not self.added[place]:
                yield key, "includes nothing new", "these combinations are in the matrix already"
            elif self.hosts[place] and place not in self.lasting:
                yield key, "later rules replace all that it adds", "to try both, write an axis with both values"
            if not self.hosts[place]:
                yield from self.lacking(key, rule)

    def lacking(self, key: Key, rule: Mapping[str, Any]) -> Iterator[tuple[Key, str, str]]:
        """Yield the axes that a combination of its own does not name."""
        for axis, values in self.matrix.axes.items():
            if axis not in rule and len(values) > 1:
                hint = f"{axis} is an axis: name one of {excerpt(values)}, or another value"
                yield key, f"no combination agrees with this rule, and the trial of its own lacks {axis}", hint


def matches_rule(variant: Mapping[str, Any], seed: int, rule: Mapping[str, Any]) -> bool:
    """Tell whether a cell has every value that *rule* names."""
    return all((seed if axis == "seed" else variant[axis]) == value for axis, value in rule.items())
