"""Values that were recorded without a step: trackers put them all at step 0, where one would take another's place."""

from __future__ import annotations

from collections.abc import Sequence

from xp.engine.importing.found import Point

UNSET = 0
"""The step that stands where none was told."""


def numbered(points: Sequence[Point]) -> tuple[tuple[Point, ...], tuple[str, ...]]:
    """Return points of one value each, and a note; of a name without any step they are numbered as they follow.

    What is there twice, to the very moment, is one: a tracker that is not answered sends again.
    """
    series: dict[str, dict[tuple[float | None, str], int]] = {}
    for place, point in enumerate(points):
        ((name, value),) = point.values.items()
        series.setdefault(name, {}).setdefault((point.time, repr(value) if point.time else str(place)), place)
    unset = {name: found for name, found in series.items() if is_unset([points[place] for place in found.values()])}
    steps = {place: step for found in unset.values() for step, place in enumerate(found.values())}
    kept = sorted(place for found in series.values() for place in found.values())
    named = ", ".join(unset)
    notes = (f"recorded without steps, and numbered in the order of their times: {named}",) if unset else ()
    return tuple(points[place]._replace(step=steps.get(place, points[place].step)) for place in kept), notes


def is_unset(points: Sequence[Point]) -> bool:
    """Tell whether several values of a name have no step."""
    return len(points) > 1 and all(point.step == UNSET for point in points)
