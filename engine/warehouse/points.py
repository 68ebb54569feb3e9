"""Metric values on their way into the warehouse: arrays of numbers, because there may be millions."""

from __future__ import annotations

import json
import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xp.engine.warehouse.bulk import Columns

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

NUMBERS = frozenset({int, float})


class Points:
    """Values by the lines that recorded them: what a line's values have in common is kept once."""

    def __init__(self) -> None:
        self.attempt = array("i")
        self.rank = array("h")
        self.step = array("q")
        self.time = array("q")
        """Milliseconds since 1970."""

        self.count = array("i")
        """Values of each line."""

        self.name = array("i")
        self.value = array("d")
        self.texts: dict[int, str] = {}
        """Place of a value to its original text, where that is no number."""

    def __len__(self) -> int:
        return len(self.value)

    def add(self, place: tuple[int, int], step: int, time: float, names: array[int], values: list[Any]) -> None:
        """Append the values of one line, whatever they are; *place* is its attempt and rank, *time* in seconds."""
        numbers = self.numbers(values)
        self.attempt.append(place[0])
        self.rank.append(place[1])
        self.step.append(step)
        self.time.append(round(time * 1000))
        self.count.append(len(values))
        self.name.extend(names)
        self.value.extend(numbers)

    def extend(self, place: tuple[int, int], lines: Columns, names: Sequence[int]) -> None:
        """Append the values of many lines, all of them finite numbers; *names* are the numbers of their names."""
        size = len(lines.step)
        self.attempt.extend(array("i", [place[0]]) * size)
        self.rank.extend(array("h", [place[1]]) * size)
        self.step.frombytes(lines.step.tobytes())
        self.time.frombytes(lines.time.tobytes())
        self.count.frombytes(lines.count().tobytes())
        self.name.frombytes(lines.numbered(names).tobytes())
        self.value.frombytes(lines.value.tobytes())

    def numbers(self, values: list[Any]) -> array[float]:
        """Return values as doubles, with the texts of those that are none put aside."""
        if NUMBERS.issuperset(map(type, values)):
            try:
                return array("d", values)
            except OverflowError:
                pass  # an integer beyond every double, found one by one below
        read = [as_number(value) for value in values]
        for place, (value, number) in enumerate(zip(values, read, strict=True), len(self)):
            if number is None:
                self.texts[place] = value if isinstance(value, str) else json.dumps(value)
        return array("d", [0.0 if number is None else number for number in read])

    def refuse(self, name: int, unit: str) -> None:
        """Turn the values of a name into text: they are in another unit than the values before."""
        for place, found in enumerate(self.name):
            if found == name and place not in self.texts:
                self.texts[place] = f"{self.value[place]!r} {unit}"

    def leave_out(self, names: Collection[int]) -> None:
        """Forget the values of some names."""
        kept = [place for place, name in enumerate(self.name) if name not in names]
        ends = [0, *(bisect_left(kept, end) for end in accumulate(self.count))]
        self.count = array("i", [end - begin for begin, end in pairwise(ends)])
        self.texts = {place: self.texts[before] for place, before in enumerate(kept) if before in self.texts}
        self.name = array("i", [self.name[place] for place in kept])
        self.value = array("d", [self.value[place] for place in kept])

    def rows(self) -> Iterator[tuple[int, int, int, int, float | None, int]]:
        """Yield attempt, name, rank, step, value, None where that is no number, and time."""
        first = 0
        lines = zip(self.attempt, self.rank, self.step, self.time, self.count, strict=True)
        for attempt, rank, step, time, count in lines:
            for place in range(first, first + count):
                value = None if place in self.texts else self.value[place]
                yield attempt, self.name[place], rank, step, value, time
            first += count

    def invalid(self) -> Iterator[tuple[int, int, int, int, str, int]]:
        """Yield attempt, name, rank, step, text and time of what is no number."""
        ends: Sequence[int] = list(accumulate(self.count)) if self.texts else []
        for place, text in self.texts.items():
            line = bisect_right(ends, place)
            yield self.attempt[line], self.name[place], self.rank[line], self.step[line], text, self.time[line]


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
