"""What an event costs: a journal's line beside writing the same bytes with nothing done for them.

python benchmarks/journal.py [EVENTS]

Every way writes the same lines to a file of its own. The ways take turns in short rounds, so that whatever else the
machine does meets all of them; what is printed is the median of the rounds. Only the ways that hand each line to the
kernel lose nothing when the process is killed. An event that orjson encodes, without clock or secrets, into a buffer is
the least that any line of JSON takes.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson

from xp.engine.journal import Journal

ROUNDS = 40
VALUES = {
    1: {"loss": 2.3487},
    4: {"loss": 2.3487, "grad_norm": 1.8129, "learning_rate": 4.7213e-05, "epoch": 0.8127},
    10: {f"metric{place}": 2.3487 + place / 7 for place in range(10)},
}
"""How many numbers an event has to an event like those of a training."""

Way = Callable[[int], object]


def ways(folder: Path, values: dict[str, float], stack: ExitStack) -> dict[str, Way]:
    """Return the ways to write an event by their names, the first one that of xp."""
    journal = stack.enter_context(Journal(folder / "journal.jsonl"))
    units = {"loss": "nats"}
    journal.metrics(values, 1000, units)
    line = (folder / "journal.jsonl").read_bytes()
    buffered = stack.enter_context((folder / "buffered").open("wb"))
    flushed = stack.enter_context((folder / "flushed").open("wb"))
    encoded = stack.enter_context((folder / "encoded").open("wb"))
    dumped = stack.enter_context((folder / "dumped").open("w"))

    def flush(_: int) -> None:
        flushed.write(line)
        flushed.flush()

    def encode(step: int) -> None:
        encoded.write(orjson.dumps({"event": "metrics", "step": step, "values": values, "units": units}) + b"\n")

    def dump(step: int) -> None:
        event: dict[str, Any] = {"t": time.time(), "event": "metrics", "step": step, "values": values, "units": units}
        dumped.write(json.dumps(event) + "\n")
        dumped.flush()

    return {
        "`Journal.metrics`": lambda step: journal.metrics(values, step, units),
        "the same bytes, buffered": lambda _: buffered.write(line),
        "the same bytes, flushed": flush,
        "`orjson.dumps`, buffered": encode,
        "`json.dumps`, flushed": dump,
    }


def microseconds(way: Way, events: int) -> float:
    """Return what an event takes, of the processor."""
    began = time.process_time()
    for step in range(events):
        way(step)
    return (time.process_time() - began) / events * 1e6


def main() -> None:
    """Print a row for each number of values."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    rows = []
    for count, values in VALUES.items():
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            found = ways(Path(folder), values, stack)
            took: dict[str, list[float]] = {name: [] for name in found}
            for _ in range(ROUNDS):
                for name, way in found.items():
                    took[name].append(microseconds(way, events))
        own, *others = (statistics.median(times) for times in took.values())
        rows.append([count, own, own / count, *others, *(own / other for other in others)])
    names = ("buffered", "flushed", "`orjson`, buffered", "`json`, flushed")
    heads = ("numbers", "append, µs", "a number, µs", *(f"{name}, µs" for name in names))
    print("|", " | ".join([*heads, *(f"of {name}" for name in names)]), "|")
    print("|", " | ".join(["---:"] * (len(heads) + len(names))), "|")
    for count, *numbers in rows:
        print(f"| {count} |", " | ".join(f"{number:.2f}" for number in numbers), "|")


if __name__ == "__main__":
    main()
