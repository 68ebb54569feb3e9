"""The trainings of a grid or random search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, count, product
from typing import Any

from xp.dsl.tuning import Tuning
from xp.engine.search.draws import draw_value, source

Point = dict[str, Any]
"""Dotted name of a setting → its value."""


def search_points(search: Tuning, key: str) -> Iterator[Point]:
    """Yield the points of a search; those of a random one follow from *key*."""
    if search.algorithm == "grid":
        for values in product(*(space.values for space in search.space.values())):
            yield dict(zip(search.space, values, strict=True))
    else:
        yield from random_points(search, key)


def random_points(search: Tuning, key: str) -> list[Point]:
    """Return as many random points as there are trainings; the first ones do not depend on how many there are.

    No point is drawn twice while the space has points left: the same training twice would be one.
    """
    found: list[Point] = []
    there = search.combinations
    for place in range(search.trainings):
        found.append(unseen_point(search, key, place, found if place < there else ()))
    return found


def unseen_point(search: Tuning, key: str, place: int, others: Sequence[Point]) -> Point:
    """Return the point of one place; one that is among the others is drawn again."""
    again = (random_point(search, key, "point", place, attempt) for attempt in count(2))
    return next(one for one in chain([random_point(search, key, "point", place)], again) if one not in others)


def random_point(search: Tuning, *purpose: object) -> Point:
    """Return the random point of a purpose."""
    return {name: draw_value(name, space, source(*purpose, name)) for name, space in search.space.items()}
