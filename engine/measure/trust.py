"""How far an energy can be trusted: what cannot be true, and how the rest was found."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any, Literal

Quality = Literal["counter", "tdp-estimate", "constant", "invalid", "unavailable"]
"""How good an energy is: read from a counter; the processor's rated power times its load; its rated power alone; a
number that cannot be true, with the reason among the facts; none, as nothing of the machine can be measured."""

COUNTERS = ("intel_rapl", "intel_power_gadget", "windows_emi")
"""Modes of codecarbon that read a counter of the processor; all others are models."""

MISSING = "the tracker gave no value"

PARTS = {"CPU": "cpu_energy", "GPU": "gpu_energy"}
"""The parts of a machine that codecarbon may measure, and the energy of each; it models memory, wherever it runs."""

JOULES = 3_600_000
"""In a kWh."""

WATTS = (0.1, 20_000.0)
"""What a machine may draw on average: a board of a few watts does, and the largest servers stay below."""


def valid(values: Mapping[str, float | None], working: Collection[str] = ()) -> tuple[dict[str, float], dict[str, str]]:
    """Return the values that can be true, and what is wrong with each of the others: never a 0 in its place.

    *working* are the energies of parts that use some whenever the machine runs.

    >>> valid({"energy_consumed": -0.013, "duration": 2.0})
    ({'duration': 2.0}, {'energy_consumed': 'negative: -0.013'})
    """
    bad = {name: wrong for name, value in values.items() if (wrong := fault(value, works=name in working))}
    good = {name: float(value) for name, value in values.items() if value is not None and name not in bad}
    if "energy_consumed" in good and (doubt := implausible(good) or of_a_part(bad)):
        bad["energy_consumed"] = doubt
    if "energy_consumed" in bad:
        for name in [name for name in good if name == "emissions" or name.startswith("energy_consumed_")]:
            bad[name] = "its energy is not valid"
    return {name: value for name, value in good.items() if name not in bad}, bad


def fault(value: float | None, *, works: bool = False) -> str:
    """Return what is wrong with one value, nothing where it can be true.

    >>> fault(None), fault(0.0), fault(0.0, works=True)
    ('the tracker gave no value', '', 'zero: a part that runs uses energy')
    """
    if value is None:
        return MISSING
    if not math.isfinite(value):
        return f"not a number: {value}"
    if value < 0:
        return f"negative: {value:g}"
    return "zero: a part that runs uses energy" if works and value == 0 else ""


def of_a_part(problems: Mapping[str, str]) -> str:
    """Return what cannot be true of a sum because of a part of it, of the machine or of the work; nothing if nothing.

    >>> of_a_part({"cpu_energy": "negative: -0.01"})
    'its cpu_energy is negative: -0.01'
    """
    parts = (name for name in problems if name.endswith("_energy") or name.startswith("energy_consumed_"))
    return next((f"its {name} is {problems[name]}" for name in parts if problems[name] != MISSING), "")


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
    return not problems.get("energy_consumed", MISSING).startswith(MISSING)


def working(hardware: Any) -> set[str]:
    """Return the energies of the parts that are measured: of a machine that runs, none of them is 0."""
    found = {PARTS[kind] for part in hardware if (kind := type(part).__name__) in PARTS}
    return found if cards(hardware) else found - {"gpu_energy"}


def cards(hardware: Any, *, hidden: bool = False) -> list[Any]:
    """Return the GPUs that are counted, or all: codecarbon leaves out those that are hidden from the process."""
    return [
        card
        for part in hardware
        if type(part).__name__ == "GPU"
        for card in part.devices.devices
        if hidden or part.gpu_ids is None or card.gpu_index in part.gpu_ids
    ]


def of_cards(hardware: Any) -> str:
    """Return how the energy of the GPUs is found, and of how many of them."""
    counted, there = cards(hardware), cards(hardware, hidden=True)
    if not counted:
        return f"none of {len(there)}" if there else "none"
    how = "power readings" if any(card.last_energy is None for card in counted) else "counter"
    return how if len(counted) == len(there) else f"{how}, {len(counted)} of {len(there)}"


def mode(hardware: Any, kind: str) -> str | None:
    """Return how codecarbon measures a kind of part, None where it does not."""
    return next((str(getattr(part, "_mode", "")) for part in hardware if type(part).__name__ == kind), None)
