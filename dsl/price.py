"""What a machine costs: prices change no result, so that they can be declared after the run."""

from __future__ import annotations

from typing import Any, Self

from pydantic import PositiveFloat, model_validator

from xp.dsl.refusals import refusal
from xp.dsl.spelling import excerpt
from xp.dsl.table import Table

NAMED = "name the tariff, and give its rates in US dollars: [prices.dedicated] machine_hour = 22.03"


class Price(Table):
    """``[prices.NAME]``: what a machine costs by a tariff, in US dollars."""

    machine_hour: PositiveFloat | None = None
    """An hour of the whole machine, USD; of a file without prices, what ``XP_MACHINE_HOUR`` says."""

    gpu_hour: PositiveFloat | None = None
    """An hour of one GPU, USD: a trial uses one for each rank; of a file without prices, what ``XP_GPU_HOUR`` says."""

    @model_validator(mode="before")
    @classmethod
    def has_a_name(cls, value: Any) -> Any:
        """Refuse a rate that stands where a tariff is due."""
        if isinstance(value, int | float | str):
            raise refusal(f"should be a tariff: a name and its rates, got {excerpt(value)}", NAMED)
        return value

    @model_validator(mode="after")
    def has_a_rate(self) -> Self:
        """Refuse a tariff without any rate."""
        if self.machine_hour is None and self.gpu_hour is None:
            message = "a tariff has a machine_hour, a gpu_hour or both"
            raise refusal(message, "write machine_hour = 22.03, in US dollars")
        return self
