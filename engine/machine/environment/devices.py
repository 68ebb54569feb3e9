"""The GPUs as facts of an environment."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from xp.engine.machine import gpus as drivers
from xp.engine.machine.gpus.gpu import Facts


def gpus() -> Facts:
    """Return the GPUs of this machine, and what trials compute on; one without any has a count of 0 and no name."""
    with drivers.found() as found:
        return told([gpu.name for gpu in found], [gpu.facts() for gpu in found], usable=visible() > 0)


def told(names: Sequence[str], each: Sequence[Facts], *, usable: bool = True) -> Facts:
    """Return what is said of several GPUs: memory added up, of everything else each value that occurs."""
    facts: Facts = {"device": ("cuda" if names and usable else "cpu", ""), "gpu_count": (len(names), "")}
    if not names:
        return facts
    facts["gpu"] = (" + ".join(sorted(set(names))), "")
    for name in dict.fromkeys(name for one in each for name in one):
        values = [one[name][0] for one in each if name in one]
        unit = next(one[name][1] for one in each if name in one)
        alike = len(set(values)) == 1
        whole = sum(values) if name == "memory" else values[0] if alike else " + ".join(sorted(set(map(str, values))))
        facts[f"gpu_{name}"] = (whole, unit)
    return facts


def visible(environment: Mapping[str, str] = os.environ) -> int:
    """Return how many GPUs of NVIDIA a process that starts now can use."""
    with drivers.nvidia.found() as found:
        count = len(found)
    chosen = environment.get("CUDA_VISIBLE_DEVICES")
    return count if chosen is None else min(count, len([part for part in chosen.split(",") if part.strip()]))
