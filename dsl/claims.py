"""What it takes to believe a claim: how sure, and how large an effect has to be to count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, PositiveFloat

from xp.dsl.measures import CONFIDENCE, CORRECTION, MEASURES, Measure, Name
from xp.dsl.table import Table

Confidence = Annotated[float, Field(ge=0.5, lt=1)]


class Claims(Table):
    """``[claims]``: what it takes to believe a claim of this experiment."""

    confidence: Confidence = CONFIDENCE
    """How often intervals should hold the true effect; a claim is believed at one minus this, after correction."""

    correction: Literal["holm", "none"] = CORRECTION
    """Against chance among many claims: Holm's step-down over all of the experiment, or none."""

    margin: Mapping[Name, PositiveFloat] = {}
    """Measure to the largest effect that counts as none: 0.05 is 5 % of a ratio; points, nats for accuracy, loss."""

    def margin_of(self, measure: Measure) -> float:
        """Return the largest effect on a measure that counts as none."""
        return self.margin.get(measure.name, measure.margin)


def measure_of(name: str) -> Measure:
    """Return a measure by its name."""
    return next(measure for measure in MEASURES if measure.name == name)
