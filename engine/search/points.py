"""The trainings of a grid or random search."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from xp.dsl.tuning import Tuning
from xp.engine.search.draws import draw, source

Point = dict[str, Any]
"""Dotted name of a setting → its value."""


def points(search: Tuning, key: str) -> Iterator[Point]:
    """Yield the points of a search; those of a random one follow from *key*."""
    if search.algorithm == "grid":
        for values in product(*(space.values for space in search.space.values())):
            yield dict(zip(search.space, values, strict=True))
    else:
        for place in range(search.trainings):
            yield point(search, key, place)


def point(search: Tuning, key: str, place: int) -> Point:
    """Return one random point; that of one place does not depend on how many there are."""
    return {name: draw(name, space, source(key, "point", place, name)) for name, space in search.space.items()}
