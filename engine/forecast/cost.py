"""The money that a trial will cost: the time that is forecast, at the rates of a tariff."""

from __future__ import annotations

from dataclasses import dataclass

from xp.dsl.price import Price
from xp.engine.forecast.amounts import Amount

HOUR = 3600
"""Seconds."""

UNIT = "USD"


@dataclass(frozen=True)
class Tariff:
    """What the machine of the run costs, by one tariff."""

    name: str
    price: Price
    has_gpus: bool
    """Whether each rank has a GPU to itself, or there is none."""

    def cost(self, time: Amount, ranks: int) -> Amount:
        """Return what a time costs: unknown where it is, or where GPUs are paid for on a machine that has none."""
        rate = self.rate(ranks)
        if time.value is None or rate is None:
            return Amount(UNIT)
        low, high = (None if bound is None else bound * rate for bound in (time.low, time.high))
        return Amount(UNIT, time.value * rate, f"time at the rates of {self.name!r}: {time.basis}", low, high)

    def rate(self, ranks: int) -> float | None:
        """Return the price of a second, None where the tariff has none for this machine."""
        gpus = ranks if self.has_gpus else 0
        if self.price.machine_hour is None and not gpus:
            return None
        return ((self.price.machine_hour or 0.0) + (self.price.gpu_hour or 0.0) * gpus) / HOUR
