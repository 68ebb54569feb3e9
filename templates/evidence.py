"""Which trials a row of an answer rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Self

from xp.dsl.units import RATIO
from xp.templates.answers import Ask, Row, Rows

SHARED = ("trial", "label", "method", "model", "dataset", "axes", "seed")
"""Columns that say the same of a row as of a trial."""

METHODS = "methods"
"""A column that names several methods, or ``all``."""

QUERY = "evidence"
ALL = "all"
CHANGE = "Δ"
"""How the unit of a difference begins."""


class Evidence:
    """The trials of an experiment, asked which of them are behind a row."""

    def __init__(self, trials: Rows) -> None:
        self.rows = trials.answer.rows
        self.trials = list(trials)
        self._having: dict[tuple[str, Any], set[int]] = defaultdict(set)
        self._twins: dict[tuple[Any, ...], int] = {}
        for place, trial in enumerate(self.trials):
            for name in SHARED:
                self._having[name, trial[name]].add(place)
            self._twins[trial["method"], trial["context"], trial["seed"]] = place

    @classmethod
    def of(cls, ask: Ask) -> Self:
        """Return what the warehouse answers about the trials of a report."""
        return cls(Rows(QUERY, ask(QUERY, {})))

    def behind(self, rows: Rows, values: Sequence[Any]) -> list[Row]:
        """Return the trials behind one row of *rows*, in the order of the plan."""
        return [self.trials[place] for place in self.places(rows, values)]

    def places(self, rows: Rows, values: Sequence[Any]) -> list[int]:
        """Return their places in the plan: those that agree with the row; where it compares, pairs."""
        row = dict(zip((column.name for column in rows.columns), values, strict=True))
        found = self.agreeing(row)
        if compares(rows, row):
            paired = {place for place in found if self.baselines({place})}
            found = paired | self.baselines(paired)
        return sorted(found)

    def agreeing(self, row: Mapping[str, Any]) -> AbstractSet[int]:
        """Return the trials of which a row says nothing that is not so."""
        found = set(range(len(self.trials)))
        for name in SHARED:
            # a row without other axes is about trials without them; any other gap says nothing
            if name in row and (row[name] is not None or name == "axes"):
                found &= self._having.get((name, row[name]), set())
        named = row.get(METHODS)
        if isinstance(named, str) and named != ALL:
            found &= set().union(*(self._having.get(("method", method), set()) for method in named.split(", ")))
        return found

    def baselines(self, places: AbstractSet[int]) -> AbstractSet[int]:
        """Return the trials that these are compared with."""
        trials = [self.trials[place] for place in places]
        twins = (self._twins.get((trial["baseline"], trial["context"], trial["seed"])) for trial in trials)
        return {place for place in twins if place is not None}


def compares(rows: Rows, row: Mapping[str, Any]) -> bool:
    """Tell whether a row says how one method differs from another: by a ratio, or a difference."""
    units = [column.unit for column in rows.columns] + [str(row.get("unit"))]
    return any(unit == RATIO or unit.startswith(CHANGE) for unit in units)
