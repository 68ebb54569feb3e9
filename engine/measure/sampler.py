"""The process that watches the machine while an attempt runs: one per attempt, and gone when the attempt is.

It ends when its standard input does, which is when the engine lets go of it or dies, however it dies.
"""

from __future__ import annotations

import select
import sys
from collections.abc import Callable
from pathlib import Path

from xp.engine.journal import Journal
from xp.engine.machine import gpus
from xp.engine.measure.utilisation import Instruments, unit_of

SHORTEST = 0.1
"""Seconds that a last sample must cover: what is counted over less says nothing."""

Wait = Callable[[float], bool]
"""Waits so many seconds and tells whether the attempt has ended meanwhile."""


def main() -> None:
    """Watch, as the command line says: which journal, and the seconds between two samples."""
    journal, seconds = Path(sys.argv[1]), float(sys.argv[2])
    with gpus.open_gpus() as found:
        watch(journal, seconds, Instruments(journal.parent, found), wait_for_end)


def watch(path: Path, seconds: float, instruments: Instruments, wait: Wait) -> None:
    """Write a sample every so many seconds, and a last one at the end, so that a short attempt has one too."""
    with Journal(path) as journal:
        over = wait(SHORTEST)
        while not over:
            over = wait(seconds)
            values = instruments.read()
            journal.append("sample", values=values, units={name: unit for name in values if (unit := unit_of(name))})


def wait_for_end(seconds: float) -> bool:
    """Wait, and tell whether whoever started this process has let go of it."""
    return bool(select.select([sys.stdin], [], [], seconds)[0])
