"""Measures of an experiment's own: a metric that it argues about, beside the ones that every experiment has."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import PositiveFloat, model_validator

from xp.dsl.measures import MEASURES, Measure
from xp.dsl.metrics import RECORDED, adds_up, is_rate
from xp.dsl.refusals import Refusals
from xp.dsl.table import Table
from xp.dsl.vocabulary import closest

MARGIN = 0.05
"""The largest ratio that counts as no effect where nothing else is said."""

BUILT_IN = {measure.name: measure for measure in MEASURES}


class OwnMeasure(Table):
    """``[measures.NAME]``: a measure of this experiment's own; claims, the objective and queries may speak of it."""

    metric: str
    """The metric that it is read from, by its recorded name: ``predict_rouge2``, ``train_steady_p95_step_seconds``."""

    unit: str
    """Unit of its numbers, as tables show it: ``points``, ``s``, ``B``, ``kWh``; empty for a plain number."""

    better: Literal["lower", "higher"]
    """Which way is better."""

    over_ranks: Literal["max", "sum", "mean"] = "max"
    """What several ranks make of it, where each records its own; where only the first does, it speaks for the trial."""

    scale: Literal["ratio", "difference"] = "ratio"
    """How an effect on it is told: method over baseline, or method minus baseline."""

    margin: PositiveFloat | None = None
    """The largest effect that counts as none: a share of a ratio, 0.05 unless said, or in the unit of a difference."""

    meaning: str = ""
    """What it says, in words, for the reader of the report."""

    @model_validator(mode="after")
    def can_be_measured(self) -> Self:
        """Refuse a metric that no trial records, and a difference of which nobody knows when it is large."""
        refusals = Refusals("OwnMeasure")
        if self.metric in BUILT_IN and self.metric not in RECORDED:
            read_from = BUILT_IN[self.metric].metric
            hint = f"write metric = {read_from!r}, which it is read from" if read_from else "name it in queries"
            refusals.add(("metric",), f"{self.metric!r} is a measure, not a metric", hint)
        elif self.metric not in RECORDED:
            hint = closest(self.metric.replace("test_", "predict_"), RECORDED)
            refusals.add(("metric",), f"no trial records {self.metric!r} as one number", hint)
        if self.scale == "difference" and self.margin is None:
            refusals.add((), "a difference needs a margin, in its unit", "write margin = 0.5, or scale = 'ratio'")
        refusals.raise_any()
        return self

    def measure(self, name: str) -> Measure:
        """Return it as one of the measures that everything works with."""
        return Measure(
            name=name,
            metric=self.metric,
            unit=self.unit,
            better=self.better,
            over_ranks=self.over_ranks,
            meaning=self.meaning or self.metric,
            scale=self.scale,
            margin=self.margin or MARGIN,
            over_sessions="rate" if is_rate(self.metric) else "sum" if adds_up(self.metric) else "last",
        )
