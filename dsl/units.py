"""The units that columns of answers are in, and the prefixes that people read them with."""

from __future__ import annotations

from dataclasses import dataclass

RATIO = "×"

SCATTER = 1e4
"""From this ratio of largest to smallest on, one prefix cannot serve a whole column."""

ROUNDED_UP = 0.9995
"""What three digits show as 1000 of one prefix belongs to the next: 999.7 MB is 1.00 GB."""


@dataclass(frozen=True)
class Step:
    """A unit with a prefix: what it is worth in the base unit."""

    factor: float
    label: str
    start: float = 0.0
    """Smallest value, in the base unit, that is written with it; unset, its own worth."""

    @property
    def least(self) -> float:
        """Return the smallest value that is written with this step."""
        return (self.start or self.factor) * ROUNDED_UP


@dataclass(frozen=True)
class Unit:
    """A unit of a column contract, and how its numbers are written."""

    label: str
    ladder: tuple[Step, ...] = ()
    """Its prefixes, smallest first."""

    digits: int | None = 3
    """Significant digits of a measurement without a spread; None: as many as the number has."""

    decimals: int | None = None
    """Decimals where custom fixes them, as with money and ratios."""

    counted: bool = False
    """Whether a whole number is a count, to be written in full."""

    signed: bool = False
    """Whether gains carry a plus: differences do."""

    glued: bool = False
    """Whether each number carries the unit, as in ``0.82×``."""

    clock: bool = False
    """Whether it is a time in hours, minutes and seconds."""

    def step(self, size: float) -> Step:
        """Return the prefix for a number of this size."""
        fitting = [step for step in self.ladder if size >= step.least]
        return (fitting or self.ladder or (Step(1.0, self.label),))[-1 if fitting else 0]

    def scattered(self, smallest: float, largest: float) -> bool:
        """Tell whether numbers of these sizes need a prefix each."""
        return bool(self.ladder) and largest > SCATTER * smallest

    def whole(self, value: object) -> bool:
        """Tell whether *value* is a whole number to be written in full."""
        return isinstance(value, int) and not self.ladder and self.decimals is None


def si(label: str, *prefixes: str) -> tuple[Step, ...]:
    """Return the steps of a unit with these prefixes."""
    worth = {"µ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
    return tuple(Step(worth[prefix], f"{prefix}{label}") for prefix in prefixes)


SECONDS = (*si("s", "µ", "m", ""), Step(60.0, "min", 120.0), Step(3600.0, "h", 7200.0), Step(86400.0, "d", 172800.0))
ENERGY = (Step(1e-9, "µWh"), Step(1e-6, "mWh"), Step(1e-3, "Wh"), Step(1.0, "kWh"), Step(1e3, "MWh"))
MASS = (Step(1e-9, "µg"), Step(1e-6, "mg"), Step(1e-3, "g"), Step(1.0, "kg"), Step(1e3, "t"))
PLAIN = Unit("", digits=None)
TIMES = Unit(RATIO, decimals=2, glued=True)

UNITS = {
    "-": PLAIN,
    "": PLAIN,
    "1": Unit("", digits=2),
    RATIO: TIMES,
    "x": TIMES,
    "ratio": TIMES,
    "B": Unit("B", si("B", "", "k", "M", "G", "T")),
    "B/s": Unit("B/s", si("B/s", "", "k", "M", "G")),
    "s": Unit("s", SECONDS),
    "kWh": Unit("kWh", ENERGY),
    "kg": Unit("kg", MASS),
    "W": Unit("W", si("W", "m", "", "k", "M")),
    "J": Unit("J", si("J", "m", "", "k", "M", "G")),
    "Hz": Unit("Hz", si("Hz", "", "k", "M", "G")),
    "1/s": Unit("/s"),
    "points": Unit("points", decimals=2),
    "nats": Unit("nats", digits=4),
    "%": Unit("%", glued=True),
    "USD": Unit("USD", decimals=2),
    "B in GB": Unit("GB", si("B", "G")),
    "kWh in kJ": Unit("kJ", (Step(1 / 3600, "kJ"),)),
    "kg in g": Unit("g", (Step(1e-3, "g"),)),
    "s in h m s": Unit("", clock=True),
    "Δpoints": Unit("points", decimals=2, signed=True),
    "Δnats": Unit("nats", decimals=3, signed=True),
}
"""By the name that a column contract gives; a unit that is not here is written as it stands there."""


def clock(seconds: float) -> str:
    """Return a time in hours, minutes and seconds.

    >>> clock(508.2), clock(3599.7), clock(0.4)
    ('0h 8m 28s', '1h 0m 0s', '0h 0m 0s')
    """
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes}m {left}s"
