"""What it costs to watch the machine: processor time of the watcher beside the time that it watches.

python benchmarks/sampling.py
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import psutil

from xp.engine.journal import events
from xp.engine.launch.sampling import sampling_machine
from xp.engine.layout import AttemptLayout, Layout

INTERVALS = (0.1, 0.5, 2.0)
"""Seconds between two samples; the last is the default."""

WATCHED = 12.0
"""Seconds that each is watched for, behind its start."""


def main() -> None:
    """Print a table."""
    cores = psutil.cpu_count() or 1
    print("| seconds between samples | start, CPU ms | a sample, CPU ms | of one core | of the machine |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for seconds in INTERVALS:
        with tempfile.TemporaryDirectory() as folder:
            start, spent, samples, wall = measured(Layout(Path(folder)).new_attempt("0" * 12), seconds)
        share = spent / wall
        print(
            f"| {seconds:g} | {1000 * start:.0f} | {1000 * spent / samples:.2f} "
            f"| {100 * share:.2f} % | {100 * share / cores:.2f} % |"
        )


def measured(attempt: AttemptLayout, seconds: float) -> tuple[float, float, int, float]:
    """Return what the watcher's start and its samples took of a processor, how many those were, and in what time."""
    with sampling_machine(attempt, seconds):
        (watcher,) = psutil.Process().children()
        while not list(events(attempt.machine_journal)):
            time.sleep(0.01)
        start, began, first = used(watcher), time.monotonic(), len(list(events(attempt.machine_journal)))
        time.sleep(WATCHED)
        spent, wall = used(watcher) - start, time.monotonic() - began
        return start, spent, len(list(events(attempt.machine_journal))) - first, wall


def used(process: psutil.Process) -> float:
    """Return the seconds that a process has used of a processor."""
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
