"""What other programs took of the processor meanwhile: a time that was measured beside them says less."""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from xp.engine.machine.cgroups import read_kernel_file

STAT = Path("/proc/stat")


def cores() -> list[int]:
    """Return the cores that this process may run on."""
    return psutil.Process().cpu_affinity() if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


def busy() -> float:
    """Return the seconds that these cores have worked since the machine started, for whomever, each for itself.

    What the host of a virtual machine took from it counts as work for others.
    """
    times = psutil.cpu_times(percpu=True)
    return of_cores(
        cores(), numbers(read_kernel_file(STAT), len(times)), [sum(busy_parts(one).values()) for one in times]
    )


def numbers(stat: str, count: int) -> list[int]:
    r"""Return the numbers of the cores that times are told of: one that is switched off has a number, and no time.

    >>> numbers("cpu  9 1\ncpu0 4 0\ncpu2 5 1\nintr 7\n", 2), numbers("", 2)
    ([0, 2], [0, 1])
    """
    return [int(number) for number in re.findall(r"^cpu(\d+)", stat, re.MULTILINE)] or list(range(count))


def of_cores(wanted: Sequence[int], told: Sequence[int], times: Sequence[float]) -> float:
    """Return the sum of the times of some cores; no number where it cannot be told which times are theirs.

    Some containers are told of their own cores alone, under other numbers.

    >>> of_cores([0, 2], [0, 2, 3], [4, 1, 9]), of_cores([8, 9], [0, 1], [4, 1]), of_cores([8], [0, 1], [4, 1])
    (5.0, 5.0, nan)
    """
    known = dict(zip(told, times, strict=False))
    if set(wanted) <= known.keys():
        return math.fsum(known[core] for core in wanted)
    return math.fsum(times) if len(wanted) == len(times) else math.nan


def busy_parts(times: object) -> dict[str, float]:
    """Return the times of a core that it did not wait; those of guests are in those of users already."""
    parts = ("user", "nice", "system", "irq", "softirq", "steal")
    return {part: getattr(times, part) for part in parts if hasattr(times, part)}


def own_seconds() -> float:
    """Return the seconds of the processor that this process and its children have taken."""
    process = psutil.Process()
    mine = process.cpu_times()
    taken = mine.user + mine.system + mine.children_user + mine.children_system
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has just ended, and counts among those that have
            times = child.cpu_times()
            taken += times.user + times.system
    return float(taken)


@dataclass
class Others:
    """Tells what part of its cores a training did not get, although it may have wanted it."""

    now: Callable[[], float] = time.monotonic
    busy: Callable[[], float] = busy
    own: Callable[[], float] = own_seconds
    cores: int = 0
    """How many it may run on; 0: as many as the system says."""

    _time: float = 0.0
    _busy: float = 0.0
    _own: float = 0.0

    def start(self) -> None:
        """Begin to watch."""
        self.cores = self.cores or len(cores())
        self._time, self._busy, self._own = self.now(), self.busy(), self.own()

    def stop(self) -> float:
        """Leave off; return the seconds of the processor that this rank has taken meanwhile."""
        self._time, self._busy = self.now() - self._time, self.busy() - self._busy
        return self.own() - self._own

    def share(self, ranks: float) -> float:
        """Return the part of the cores' time that went to others, where all ranks together took so many seconds.

        It is no number where that of the cores is none.
        """
        whole = self._time * self.cores
        return min(max((self._busy - ranks) / whole, 0.0), 1.0) if whole > 0 else 0.0
