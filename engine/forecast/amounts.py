"""A number of a forecast, with what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from statistics import fmean

from xp.dsl.quantity import plural

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Amount:
    """One number, or that it is not known."""

    unit: str
    value: float | None = None
    basis: str = UNKNOWN
    """What the number rests on, in words."""

    low: float | None = None
    high: float | None = None
    """Bounds of what was measured, where it was measured more than once."""

    @property
    def known(self) -> bool:
        """Whether there is a number."""
        return self.value is not None


def mean(unit: str, values: Sequence[float], basis: str) -> Amount:
    """Return the mean of what was measured, unknown where nothing was."""
    if not values:
        return Amount(unit)
    bounds = (min(values), max(values)) if len(values) > 1 else (None, None)
    return Amount(unit, fmean(values), basis, *bounds)


@dataclass(frozen=True)
class Forecast:
    """What one trial will need."""

    memory: Amount
    """Of one rank, in bytes."""

    time: Amount
    """From start to end, in seconds."""

    energy: Amount
    """Of the machine, in kWh."""

    emissions: Amount
    """Of that energy, in kg of CO2 equivalent."""

    cost: Amount
    """Of that time by the first tariff, in US dollars."""


NAMES = tuple(field.name for field in fields(Forecast))
"""What is forecast, in the order of tables."""


def repeated(forecast: Forecast, times: int) -> Forecast:
    """Return what so many of the same need one after another: as much memory, and of all else so many times as much."""
    amounts = {name: getattr(forecast, name) for name in NAMES if name != "memory"}
    return replace(forecast, **{name: product(amount, times) for name, amount in amounts.items()})


def product(amount: Amount, times: int) -> Amount:
    """Return so many times an amount."""
    if amount.value is None:
        return amount
    low, high = (None if bound is None else bound * times for bound in (amount.low, amount.high))
    return Amount(amount.unit, amount.value * times, f"{plural(times, 'training')}: {amount.basis}", low, high)


@dataclass(frozen=True)
class Sum:
    """What all trials need together, as far as it is known."""

    unit: str
    value: float | None
    """None where nothing is known of any trial."""

    known: int
    """Trials that it is known of."""

    bases: tuple[str, ...]
    """What the numbers rest on, each once."""


def total(forecasts: Iterable[Forecast], name: str) -> Sum:
    """Return one number over all trials: of memory the most, as trials run one after another, else the sum."""
    amounts = [getattr(forecast, name) for forecast in forecasts]
    values = [amount.value for amount in amounts if amount.known]
    together = max if name == "memory" else sum
    bases = tuple(dict.fromkeys(amount.basis for amount in amounts if amount.known))
    unit = amounts[0].unit if amounts else ""
    return Sum(unit, together(values) if values else None, len(values), bases)
