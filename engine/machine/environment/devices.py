"""The GPUs as facts of an environment."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from itertools import takewhile

from xp.engine.machine import gpus as drivers
from xp.engine.machine.gpus.gpu import Facts

VISIBLE = "CUDA_VISIBLE_DEVICES"
"""The variable that says which GPUs of NVIDIA a process may see."""


def gpus() -> Facts:
    """Return the GPUs of this machine, and what trials compute on; one without any has a count of 0 and no name."""
    with drivers.open_gpus() as found:
        return summarise_gpus([gpu.name for gpu in found], [gpu.facts() for gpu in found], usable=visible() > 0)


def summarise_gpus(names: Sequence[str], each: Sequence[Facts], *, usable: bool = True) -> Facts:
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
    with drivers.nvidia.open_gpus() as found:
        count = len(found)
    chosen = environment.get(VISIBLE)
    return count if chosen is None else len(visible_places(chosen, count))


def visible_places(chosen: str, there: int) -> list[str]:
    """Return the GPUs that a process may see of so many: as for CUDA, a list ends at the first word that names none.

    >>> [visible_places(chosen, 8) for chosen in ("2, 3", "GPU-8932f937", "0,9,1", "-1", "")]
    [['2', '3'], ['GPU-8932f937'], ['0'], [], []]
    """

    def names_one(word: str) -> bool:
        return word.startswith(("GPU-", "MIG-")) or (word.isdecimal() and int(word) < there)

    return [*takewhile(names_one, (word.strip() for word in chosen.split(",")))]


def names_of_visible(places: Sequence[int], environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return what GPUs are called by whoever may see only some: *places* count those that this process may see.

    >>> names_of_visible([0, 1], {"CUDA_VISIBLE_DEVICES": "4,6,7"}), names_of_visible([0, 1], {})
    (['4', '6'], ['0', '1'])
    """
    chosen = environment.get(VISIBLE)
    if chosen is None:
        return [str(place) for place in places]
    own = [word.strip() for word in chosen.split(",")]
    return [own[place] for place in places]
