"""What the best trial is best at: one metric and the way it should go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import ValidationInfo, model_validator

from xp.dsl.errors import did_you_mean
from xp.dsl.measures import MEASURES
from xp.dsl.metrics import RECORDED, SCORES
from xp.dsl.refusals import Refusals
from xp.dsl.table import Table
from xp.dsl.vocabulary import closest

Goal = Literal["minimize", "maximize"]

OWN = "measures"
"""Where the context of a validation says which way is better of the measures that the file makes."""

GOALS: Mapping[str, Goal] = {"lower": "minimize", "higher": "maximize"}

MEANT = {
    measure.name: f"write metric = {measure.metric!r}, which it is read from"
    if measure.metric
    else f"it is computed when asked for: xp query best --param measure={measure.name}"
    for measure in MEASURES
    if measure.name != measure.metric
}
"""What to write in place of a measure."""


def direction_by_name(metric: str) -> Goal | None:
    """Return the way in which a metric is better as its name tells, None where it does not.

    >>> direction_by_name("eval_loss"), direction_by_name("predict_rougeL"), direction_by_name("train_runtime")
    ('minimize', 'maximize', None)
    """
    if metric.endswith("loss"):
        return "minimize"
    return "maximize" if "rouge" in metric else None


class Objective(Table):
    """``[objective]``: what the best trial is best at."""

    metric: str
    """A metric by its recorded name, such as ``predict_rouge1``, or a key of ``[measures]``."""

    goal: Goal | None = None
    """The way it is better; unset, ``minimize`` for a loss and ``maximize`` for ROUGE. Others have to say."""

    @property
    def direction(self) -> Goal | None:
        """The way it is better, by the file or by its name."""
        return self.goal or direction_by_name(self.metric)

    @model_validator(mode="before")
    @classmethod
    def goes_as_its_measure(cls, raw: Any, info: ValidationInfo) -> Any:
        """Take over which way is better from a measure that the file makes."""
        own = (info.context or {}).get(OWN, {})
        metric = raw.get("metric") if isinstance(raw, Mapping) else None
        if not isinstance(metric, str) or metric not in own or "goal" in raw:
            return raw
        return {**raw, "goal": GOALS.get(own[metric], "minimize")}

    @model_validator(mode="after")
    def can_be_ranked(self, info: ValidationInfo) -> Self:
        """Refuse a metric that no trial records, as far as that is known, and one without a direction."""
        refusals = Refusals("Objective")
        own = (info.context or {}).get(OWN, {})
        if self.metric in own:
            if self.goal != GOALS.get(own[self.metric], self.goal):
                hint = f"leave it out: of {self.metric}, {own[self.metric]} is better"
                refusals.add(("goal",), f"contradicts the measure, got '{self.goal}'", hint)
        elif self.metric in MEANT:
            refusals.add(("metric",), f"{self.metric!r} is a measure, not a metric", MEANT[self.metric])
        elif direction_by_name(self.metric) and self.metric not in SCORES:
            # what others call the test split's scores
            meant = did_you_mean(self.metric.replace("test_", "predict_"), SCORES)
            refusals.add(("metric",), f"no trial records {self.metric!r} as one number", meant)
        elif self.metric not in RECORDED and (meant := closest(self.metric, [*own, *RECORDED])):
            refusals.add(("metric",), f"no trial records {self.metric!r}", meant)
        elif self.direction != (direction_by_name(self.metric) or self.direction):
            better = next(word for word, goal in GOALS.items() if goal == direction_by_name(self.metric))
            hint = f"leave it out: of {self.metric}, {better} is better"
            refusals.add(("goal",), f"contradicts the metric, got '{self.goal}'", hint)
        elif self.direction is None:
            message = f"nothing says whether less or more of {self.metric!r} is better"
            refusals.add((), message, "write goal = 'minimize' or goal = 'maximize'")
        refusals.raise_any()
        return self
