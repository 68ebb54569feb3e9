"""What a run of a plan would do: every trial with its state and its forecast, every excluded cell with its rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xp.dsl.claim_power import partnerless, weak_claims
from xp.dsl.errors import Problem
from xp.dsl.plan import Excluded
from xp.dsl.plan_notes import crowded, doubts
from xp.dsl.trial import Trial
from xp.engine.forecast.amounts import NAMES, Forecast, Sum, total
from xp.engine.forecast.cost import Tariff
from xp.engine.forecast.forecast import Forecaster
from xp.engine.forecast.past import attempts
from xp.engine.layout import Layout
from xp.engine.machine import environment
from xp.engine.planning import Planned
from xp.engine.run import space
from xp.engine.run.trial_state import Standing, standing_of

AXES = ("method", "model", "dataset")
"""The axes that every variant has, in the order of columns."""


@dataclass(frozen=True)
class Row:
    """One trial, as a run would find it."""

    trial: Trial
    standing: Standing
    forecast: Forecast

    @property
    def cells(self) -> Mapping[str, Any]:
        """The value of every axis, the seed last."""
        return {**self.trial.variant, "seed": self.trial.seed}


@dataclass(frozen=True)
class Preview:
    """What a run would do."""

    planned: Planned
    rows: list[Row]

    lacking: Mapping[str, Problem]
    """Trials whose model or data set is nowhere, by their ids: they would fail, and the others run."""

    @property
    def missing(self) -> Mapping[Problem, int]:
        """What is nowhere, and how many trials it costs."""
        return Counter(self.lacking.values())

    @property
    def excluded(self) -> list[Excluded]:
        """The cells that are not tried."""
        return self.planned.plan.excluded

    @property
    def notes(self) -> list[str]:
        """What is worth knowing before anything runs, though nothing is wrong."""
        experiment, trials = self.planned.experiment, self.planned.plan.trials
        return [
            *weak_claims(experiment, trials),
            *partnerless(experiment, trials),
            *doubts(experiment, trials),
            *crowded(experiment, trials, self.planned.machine),
        ]

    @property
    def due(self) -> list[Row]:
        """The trials that would be trained."""
        return [row for row in self.rows if row.standing.due and row.trial.id not in self.lacking]

    @property
    def totals(self) -> dict[str, Sum]:
        """What these trials need together."""
        return {name: total([row.forecast for row in self.due], name) for name in NAMES}

    @property
    def axes(self) -> list[str]:
        """The axes that have more than one value, in the order of columns; ``method`` and ``seed`` always."""
        names = dict.fromkeys([*AXES, *(name for row in self.rows for name in row.cells if name != "seed"), "seed"])
        return [name for name in names if name in ("method", "seed") or self.varies(name)]

    def varies(self, axis: str) -> bool:
        """Tell whether an axis has more than one value, or is missing in some trials."""
        return len({repr(row.cells.get(axis)) if axis in row.cells else None for row in self.rows}) > 1


def preview(planned: Planned, results: Path) -> Preview:
    """Return what a run of the wanted trials would do, judged by a folder of results; only its warehouse is written.

    Raise SpecError where a run would train none, as what its trials need is nowhere, or a folder has no room for them.
    """
    layout = Layout(results.absolute())
    stands = {trial.id: standing_of(layout, trial.id) for trial in planned.wanted}
    due = [trial for trial in planned.wanted if stands[trial.id].due]
    lacking = planned.partly_lacking(due)
    space.check_space(planned, due, layout, planned.experiment.limits.max_concurrent)
    past = attempts(layout, planned.wanted, environment.here())
    forecaster = Forecaster(past, apart=planned.machine.devices == "cuda", tariff=tariff(planned))
    return Preview(
        planned,
        [Row(trial, stands[trial.id], forecaster.forecast(trial)) for trial in planned.wanted],
        lacking,
    )


def tariff(planned: Planned) -> Tariff | None:
    """Return the first tariff of the file, as the measure ``cost`` does, None where there is none."""
    prices = planned.experiment.prices.items()
    return next((Tariff(name, price, planned.machine.devices == "cuda") for name, price in prices), None)
