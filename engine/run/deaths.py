"""What is known of processes that die without a word: the memory they held, and whether the kernel took it."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

from xp.engine.journal import events
from xp.engine.layout import AttemptLayout
from xp.engine.machine.cgroups import GROUPS, MOUNT, folders, read_kernel_file

SYSTEM = Path("/proc/vmstat")

KILLS = re.compile(r"^oom_kill (\d+)$", re.MULTILINE)
PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def kill_counters(groups: str, mount: Path = MOUNT) -> Iterable[Path]:
    r"""Yield the files that count what the kernel killed in this container, the nearest first, then in the machine.

    >>> [str(path) for path in kill_counters("0::/job\n")]
    ['/sys/fs/cgroup/job/memory.events', '/sys/fs/cgroup/memory.events', '/proc/vmstat']
    """
    for folder, version in folders(groups, "memory", mount):
        yield folder / ("memory.oom_control" if version == 1 else "memory.events")
    yield SYSTEM


def kernel_kills(files: Iterable[Path] | None = None) -> int:
    """Return how many processes the kernel has killed for want of memory, 0 where it counts none."""
    if files is None:
        files = kill_counters(read_kernel_file(GROUPS))
    counts = (KILLS.search(read_kernel_file(file)) for file in files)
    return next((int(count[1]) for count in counts if count), 0)


WINDOW = 10.0
"""Seconds that a kill by the kernel may lie before a death that it explains: a large process takes a while to die."""


class Kills:
    """What the kernel has killed lately for want of memory, as one attempt sees it.

    Attempts run side by side, and each kill explains one death: whoever sees it first has it.
    """

    _told = 0
    _telling = threading.Lock()

    def __init__(self, count: Callable[[], int] = kernel_kills) -> None:
        self.count = count
        self._seen: deque[tuple[float, int]] = deque()

    def look(self, now: float) -> None:
        """Take down how many there have been by now."""
        self._seen.append((now, self.count()))
        while self._seen[0][0] < now - WINDOW:
            self._seen.popleft()

    def take(self) -> int:
        """Return how many of the last seconds explain no other death; they explain this one."""
        with Kills._telling:
            before = max(Kills._told, self._seen[0][1] if self._seen else Kills._told)
            Kills._told = max(before, self.count())
            return Kills._told - before


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
                self._processes |= processes_of_rank(self.attempt, rank)
            if (pid := self._processes.get(rank)) and (
                found := PEAK.search(read_kernel_file(Path(f"/proc/{pid}/status")))
            ):
                self.bytes[rank] = max(self.bytes.get(rank, 0), int(found[1]) * 1024)


def processes_of_rank(attempt: AttemptLayout, rank: int) -> dict[int, int]:
    """Return the process of a rank by the rank's number, nothing where it has not begun."""
    first = next(events(attempt.journal(rank)), None)
    return {rank: first["pid"]} if first and first["event"] == "rank" else {}
