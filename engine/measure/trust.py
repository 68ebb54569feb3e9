"""How far an energy can be trusted: what cannot be true, and how the rest was found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

Quality = Literal["counter", "tdp-estimate", "constant", "invalid", "unavailable"]
"""How good an energy is: read from a counter; the processor's rated power times its load; its rated power alone; a
number that cannot be true, with the reason among the facts; none, as nothing of the machine can be measured."""

COUNTERS = ("intel_rapl", "intel_power_gadget", "windows_emi")
"""Modes of codecarbon that read a counter of the processor; all others are models."""

MISSING = "the tracker gave no value"

JOULES = 3_600_000
"""In a kWh."""

WATTS = (0.1, 20_000.0)
"""What a machine may draw on average: a board of a few watts does, and the largest servers stay below."""


def valid(values: Mapping[str, float | None]) -> tuple[dict[str, float], dict[str, str]]:
    """Return the values that can be true, and what is wrong with each of the others: never a 0 in its place.

    >>> valid({"energy_consumed": -0.013, "duration": 2.0})
    ({'duration': 2.0}, {'energy_consumed': 'negative: -0.013'})
    """
    good: dict[str, float] = {}
    bad: dict[str, str] = {}
    for name, value in values.items():
        if value is None:
            bad[name] = MISSING
        elif not math.isfinite(value):
            bad[name] = f"not a number: {value}"
        elif value < 0:
            bad[name] = f"negative: {value:g}"
        else:
            good[name] = float(value)
    if doubt := implausible(good):
        bad["energy_consumed"] = doubt
    if "energy_consumed" in bad:
        for name in [name for name in good if name == "emissions" or name.startswith("energy_consumed_")]:
            bad[name] = "its energy is not valid"
    return {name: value for name, value in good.items() if name not in bad}, bad


def implausible(values: Mapping[str, float]) -> str | None:
    """Return what cannot be true of an energy that is a positive number, None where nothing is odd.

    >>> implausible({"energy_consumed": 0.19, "duration": 1.0})
    'implausible: 684,000.0 W on average'
    """
    energy, seconds = values.get("energy_consumed"), values.get("duration")
    if energy == 0:
        return "zero: a machine that runs uses energy"
    if energy is None or not seconds:
        return None
    watts, (least, most) = energy * JOULES / seconds, WATTS
    return None if least <= watts <= most else f"implausible: {watts:,.1f} W on average"


def quality(hardware: Any) -> Quality:
    """Return how far the energy can be trusted: as far as that of the processor, memory is always modelled."""
    how = mode(hardware, "CPU")
    if any(type(part).__name__ == "AppleSiliconChip" for part in hardware) or how in COUNTERS:
        return "counter"
    if how == "constant":
        return "constant"
    return "tdp-estimate" if how else "unavailable"


def unfit(problems: Mapping[str, str]) -> bool:
    """Tell whether there was an energy, and it could not be true."""
    return problems.get("energy_consumed", MISSING) != MISSING


def mode(hardware: Any, kind: str) -> str | None:
    """Return how codecarbon measures a kind of part, None where it does not."""
    return next((str(getattr(part, "_mode", "")) for part in hardware if type(part).__name__ == kind), None)
