"""Population Based Training: who goes on from whom after a generation, and with which settings.

Truncation selection of the paper (arXiv 1711.09846) in synchronous generations, with Ray Tune's rules for sizes and
perturbations. Three things differ from Ray, on purpose: no setting leaves its range, a member without a finite score
is always the one that receives, and chance follows from the trial's id.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from xp.dsl.tuning import Space, Tuning
from xp.engine.search.draws import clamped, draw_value, source
from xp.engine.search.points import Point, random_points

Action = Literal["start", "continue", "exploit"]


@dataclass(frozen=True)
class Member:
    """One member at the end of a generation."""

    settings: Point
    score: float | None
    """Its metric on the validation split; None where its training failed."""


@dataclass(frozen=True)
class Decision:
    """What a member does in the next generation."""

    action: Action
    donor: int | None
    """The member whose checkpoint it goes on from; its own where it continues, none where it starts."""

    settings: Point
    operations: Mapping[str, str]
    """How each setting came about: ``resample``, ``*1.2``, ``left``, ``right``; empty where it is as it was."""


class ExtinctError(Exception):
    """No member of a generation has a score: there is nobody to go on from."""


def decisions(search: Tuning, members: Sequence[Member], key: str, generation: int) -> list[Decision]:
    """Return what every member does in a generation, judged by how the one before, if any, has ended."""
    if generation > 1 and not any(healthy(member) for member in members):
        raise ExtinctError
    if search.algorithm == "replay":
        settings = dict(search.schedule[generation - 1].settings)
        return [Decision("continue", 0, settings, {}) if members else Decision("start", None, settings, {})]
    return following(search, members, key, generation) if members else first(search, key)


def first(search: Tuning, key: str) -> list[Decision]:
    """Return how the members of the first generation start."""
    return [Decision("start", None, one, {}) for one in random_points(search, key)]


def following(search: Tuning, members: Sequence[Member], key: str, generation: int) -> list[Decision]:
    """Return what every member does in a generation, judged by the scores of the one before."""
    order = ranking(search, members)
    donors, receivers = quantiles(search, members, order)
    decided = []
    for place, member in enumerate(members):
        if place in receivers:
            chance = source(key, "exploit", generation, place)
            donor = chance.choice(donors)
            settings, operations = explore(search, members[donor].settings, chance)
            decided.append(Decision("exploit", donor, settings, operations))
        else:
            decided.append(Decision("continue", place, dict(member.settings), {}))
    return decided


def healthy(member: Member) -> bool:
    """Tell whether a member has a score that can be compared."""
    return member.score is not None and math.isfinite(member.score)


def ranking(search: Tuning, members: Sequence[Member]) -> list[int]:
    """Return the members from best to worst; of equal ones the first is better, and no score is worst of all."""
    sign = 1 if search.goal == "minimize" else -1
    cost = [sign * (member.score or 0.0) if healthy(member) else math.inf for member in members]
    return sorted(range(len(members)), key=lambda place: (cost[place], place))


def quantiles(search: Tuning, members: Sequence[Member], order: Sequence[int]) -> tuple[list[int], set[int]]:
    """Return who may be copied and who copies: as many at both ends, and whoever has no score copies besides."""
    size = math.ceil(len(order) * search.quantile_fraction)
    if size > len(order) / 2:
        size = len(order) // 2
    donors = [place for place in reversed(order[:size]) if healthy(members[place])]
    failed = {place for place in order if not healthy(members[place])}
    return donors, (set(order[-size:]) | failed) - set(donors)


def explore(search: Tuning, settings: Point, chance: random.Random) -> tuple[Point, dict[str, str]]:
    """Return a donor's settings changed a little, and how."""
    found: Point = {}
    operations: dict[str, str] = {}
    for name, space in search.space.items():
        if chance.random() < search.resample_probability:
            found[name], operations[name] = draw_value(name, space, chance), "resample"
        elif space.ranges:
            factor = chance.choice(search.perturbation_factors)
            found[name], operations[name] = clamped(name, settings[name] * factor, space), f"*{factor:g}"
        else:
            found[name], operations[name] = neighbour(space, settings[name], chance)
    return found, operations


def neighbour(space: Space, value: Any, chance: random.Random) -> tuple[Any, str]:
    """Return the value beside another in the list; at its end it stays where it is."""
    place, side = space.values.index(value), chance.choice((-1, 1))
    moved = min(max(place + side, 0), len(space.values) - 1)
    return space.values[moved], "left" if side < 0 else "right"


def boundaries(search: Tuning, steps: int) -> list[int]:
    """Return the step at the end of each generation.

    >>> space = {"learning_rate": {"low": 0.1, "high": 1.0}}
    >>> three = {"algorithm": "pbt", "population": 4, "generations": 3, "space": space}
    >>> boundaries(Tuning.model_validate(three), 10)
    [3, 7, 10]
    """
    if search.schedule:
        return [piece.until for piece in search.schedule]
    parts = search.generations or 1
    return [round(steps * part / parts) for part in range(1, parts + 1)]
