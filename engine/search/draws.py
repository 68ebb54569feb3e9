"""Chance that repeats itself: a draw follows from what it is for, and from nothing else."""

from __future__ import annotations

import math
import random
from hashlib import sha256
from typing import Any

from xp.dsl.tuning import Space, integral


def source(*purpose: object) -> random.Random:
    """Return a source of chance for one purpose: a search that is killed and run again draws the same."""
    key = sha256(" ".join(map(str, purpose)).encode()).digest()
    return random.Random(key)  # noqa: S311 - a search, not a secret


def draw_value(name: str, space: Space, chance: random.Random) -> Any:
    """Return a value of a setting, each equally likely."""
    if not space.ranges:
        return chance.choice(space.values)
    low, high = bounds(space)
    if integral(name):
        return clamped(name, as_value(space, chance.uniform(*draw_range(space, low - 0.5, high + 0.5))), space)
    return min(max(as_value(space, chance.uniform(*draw_range(space, low, high))), low), high)


def bounds(space: Space) -> tuple[float, float]:
    """Return both ends of a range."""
    if space.low is None or space.high is None:
        raise ValueError("a list of values has no bounds")
    return space.low, space.high


def draw_range(space: Space, low: float, high: float) -> tuple[float, float]:
    """Return both ends of what is drawn from evenly."""
    return (math.log(low), math.log(high)) if space.log else (low, high)


def as_value(space: Space, value: float) -> float:
    """Return a drawn number as a value of the range."""
    return math.exp(value) if space.log else value


def clamped(name: str, value: float, space: Space) -> Any:
    """Return a number inside its range, whole where the setting is."""
    low, high = bounds(space)
    inside = min(max(value, low), high)
    return round(inside) if integral(name) else inside
