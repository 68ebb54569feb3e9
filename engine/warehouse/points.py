"""Metric values on their way into the warehouse: one array per column, because there may be millions."""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Iterator
from typing import Any

NO_STEP = -(2**62)
"""Stands for a missing step: arrays hold numbers only."""

WORDS = {
    "NaN": math.nan,
    "nan": math.nan,
    "Infinity": math.inf,
    "-Infinity": -math.inf,
    "inf": math.inf,
    "-inf": -math.inf,
}
"""Numbers that JSON cannot write, as trackers write them."""


class Points:
    """Columns of equal length: one row is one value of one metric of one rank."""

    def __init__(self) -> None:
        self.attempt = array("i")
        self.name = array("i")
        self.rank = array("h")
        self.step = array("q")
        self.value = array("d")
        self.valid = array("b")
        self.time = array("d")
        self.texts: dict[int, str] = {}
        """Row to original text, where that is no number."""

    def __len__(self) -> int:
        return len(self.value)

    def add(self, attempt: int, name: int, rank: int, step: int, value: Any, time: float) -> None:
        """Append one value, whatever was recorded as it."""
        number = as_number(value)
        if number is None:
            self.texts[len(self)] = value if isinstance(value, str) else json.dumps(value)
        self.attempt.append(attempt)
        self.name.append(name)
        self.rank.append(rank)
        self.step.append(step)
        self.value.append(0.0 if number is None else number)
        self.valid.append(number is not None)
        self.time.append(time)

    def refuse(self, name: int, unit: str) -> None:
        """Turn the values of a name into text: they are in another unit than the values before."""
        for row, found in enumerate(self.name):
            if found == name and self.valid[row]:
                self.texts[row] = f"{self.value[row]!r} {unit}"
                self.valid[row] = False

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows."""
        return zip(self.attempt, self.name, self.rank, self.step, self.value, self.valid, self.time, strict=True)


def as_number(value: Any) -> float | None:
    """Return what was recorded as a double, None where it is no number.

    >>> as_number(53), as_number("53.5"), as_number("n/a"), as_number(True), as_number("-Infinity")
    (53.0, 53.5, None, None, -inf)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        if value in WORDS:
            return WORDS[value]
        if "_" in value:
            return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) or isinstance(value, float) else None
