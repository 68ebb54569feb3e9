"""What is known of processes that die without a word: the memory they held, and whether the kernel took it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from xp.engine.cgroups import GROUPS, MOUNT, folders, text
from xp.engine.journal import events
from xp.engine.layout import AttemptLayout

SYSTEM = Path("/proc/vmstat")

KILLS = re.compile(r"^oom_kill (\d+)$", re.MULTILINE)
PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def counters(groups: str, mount: Path = MOUNT) -> Iterable[Path]:
    r"""Yield the files that count what the kernel killed in this container, the nearest first, then in the machine.

    >>> [str(path) for path in counters("0::/job\n")]
    ['/sys/fs/cgroup/job/memory.events', '/sys/fs/cgroup/memory.events', '/proc/vmstat']
    """
    for folder, version in folders(groups, "memory", mount):
        yield folder / ("memory.oom_control" if version == 1 else "memory.events")
    yield SYSTEM


def kernel_kills(files: Iterable[Path] | None = None) -> int:
    """Return how many processes the kernel has killed for want of memory, 0 where it counts none."""
    if files is None:
        files = counters(text(GROUPS))
    counts = (KILLS.search(text(file)) for file in files)
    return next((int(count[1]) for count in counts if count), 0)


class Peaks:
    """The most memory that each rank was seen to hold: when it has died, nobody can be asked any more."""

    def __init__(self, attempt: AttemptLayout) -> None:
        self.attempt = attempt
        self.bytes: dict[int, int] = {}
        self._processes: dict[int, int] = {}

    def look(self, ranks: int) -> None:
        """Look at every rank that has begun."""
        for rank in range(ranks):
            if rank not in self._processes:
                self._processes |= begun(self.attempt, rank)
            if (pid := self._processes.get(rank)) and (found := PEAK.search(text(Path(f"/proc/{pid}/status")))):
                self.bytes[rank] = max(self.bytes.get(rank, 0), int(found[1]) * 1024)


def begun(attempt: AttemptLayout, rank: int) -> dict[int, int]:
    """Return the process of a rank by the rank's number, nothing where it has not begun."""
    first = next(events(attempt.journal(rank)), None)
    return {rank: first["pid"]} if first and first["event"] == "rank" else {}
