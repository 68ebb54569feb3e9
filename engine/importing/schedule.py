"""The learning rates of a log tell how many steps its schedule took: those that fp16 skipped for an overflow lack."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from xp.engine.importing.values import finite

SAME = 1e-6
"""Relative difference of slopes that are one: rates are written with all their digits."""

WHOLE = 0.01
"""How far a number of steps may be from a whole one."""

AHEAD = "best_global_step"
"""A trainer whose state has this logs the rate that a step was made with, an earlier one that of the step to come."""


def steps_taken(state: Mapping[str, Any]) -> dict[str, int]:
    """Return the steps that a linear schedule took up to the last logged rate, and those that it did not.

    On its way to zero a rate is the steps that are left times a slope, whatever the peak and the warm-up were. Nothing
    is returned where the log holds no such way: a cosine, a constant, too few rates to tell a line from a curve, or
    steps that were skipped between them.
    """
    rates = falling(logged(state))
    planned = finite(state).get("max_steps")
    slope = one_slope(rates)
    if not planned or slope is None:
        return {}
    found = [(step, planned - rate / slope) for step, rate in rates]
    if AHEAD in state and all(steps + 1 - WHOLE <= step for step, steps in found):
        found = [(step, steps + 1) for step, steps in found]
    if not all(abs(steps - round(steps)) <= WHOLE and 0 <= round(steps) <= step for step, steps in found):
        return {}
    (first, _), (last, steps) = found[0], found[-1]
    skipped = last - round(steps)
    facts = {"scheduler_steps": round(steps), "skipped_steps": skipped}
    return facts | ({"skipped_by_step": first} if skipped else {})


def logged(state: Mapping[str, Any]) -> list[tuple[int, float]]:
    """Return the steps and learning rates of a log; of several for one step the last."""
    entries = [(entry["step"], finite(entry).get("learning_rate")) for entry in state["log_history"]]
    return sorted({step: rate for step, rate in entries if rate is not None}.items())


def falling(rates: Sequence[tuple[int, float]]) -> Sequence[tuple[int, float]]:
    """Return the rates from the highest on, or from the one behind it where the peak lay between the two."""
    highest = max(range(len(rates)), key=lambda place: rates[place][1], default=0)
    return rates[highest:] if one_slope(rates[highest:]) else rates[highest + 1 :]


def slope(one: tuple[int, float], other: tuple[int, float]) -> float:
    """Return how much a rate falls with a step."""
    return (one[1] - other[1]) / (other[0] - one[0])


def one_slope(rates: Sequence[tuple[int, float]]) -> float | None:
    """Return the slope of rates that fall in a line, None where they are fewer than three, or fall in no line."""
    slopes = [slope(one, other) for one, other in pairwise(rates)]
    whole = slope(rates[0], rates[-1]) if len(slopes) > 1 else 0.0
    return whole if whole > 0 and all(math.isclose(whole, each, rel_tol=SAME) for each in slopes) else None
