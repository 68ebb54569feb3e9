"""How busy the machine is: processor, memory, disk, network and GPUs, the whole machine, whatever runs on it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from xp.engine.machine.gpus.gpu import READING_UNITS, Gpu

UNITS = {
    "cpu_percent": "%",
    "memory_used": "B",
    "swap_used": "B",
    "disk_read": "B/s",
    "disk_write": "B/s",
    "disk_free": "B",
    "network_received": "B/s",
    "network_sent": "B/s",
}
"""What is read of every machine; of each GPU, its readings under its number: ``gpu0_power``."""

UNCOUNTED = (NotImplementedError, OSError)
"""What psutil raises where a kernel does not count, as inside of some containers."""


class Instruments:
    """Reads the machine; a rate is that since the reading before."""

    def __init__(self, folder: Path, gpus: Sequence[Gpu]) -> None:
        self.folder = folder
        self.gpus = gpus
        psutil.cpu_percent()
        self._time, self._counts = time.monotonic(), dict(counts())

    def read(self) -> dict[str, float]:
        """Return what can be read."""
        memory = psutil.virtual_memory()
        found = {
            "cpu_percent": psutil.cpu_percent(),
            "memory_used": float(memory.total - memory.available),
            "swap_used": float(psutil.swap_memory().used),
            **self.rates(),
            "disk_free": float(shutil.disk_usage(self.folder).free),
        }
        for number, gpu in enumerate(self.gpus):
            found |= {f"gpu{number}_{name}": value for name, value in gpu.readings().items()}
        return found

    def rates(self) -> dict[str, float]:
        """Return what went through disks and network per second; a counter that was set back says nothing."""
        now, later = time.monotonic(), dict(counts())
        seconds, before = now - self._time, self._counts
        self._time, self._counts = now, later
        gone = {name: later[name] - before[name] for name in later if name in before}
        return {name: count / seconds for name, count in gone.items() if count >= 0 and seconds > 0}


def counts() -> Iterator[tuple[str, int]]:
    """Yield the bytes that went through disks and network since the machine started, where they are counted."""
    with suppress(*UNCOUNTED):
        if (disk := psutil.disk_io_counters()) is not None:
            yield from (("disk_read", disk.read_bytes), ("disk_write", disk.write_bytes))
    with suppress(*UNCOUNTED):
        # what ranks of one machine say to each other goes through no network
        cards = [card for name, card in psutil.net_io_counters(pernic=True).items() if not name.startswith("lo")]
        yield "network_received", sum(card.bytes_recv for card in cards)
        yield "network_sent", sum(card.bytes_sent for card in cards)


def unit_of(name: str) -> str:
    """Return the unit of a reading, empty where it has none.

    >>> unit_of("cpu_percent"), unit_of("gpu12_power"), unit_of("gpu0_throttled_heat")
    ('%', 'W', '')
    """
    return UNITS.get(name) or READING_UNITS.get(name.partition("_")[2], "")
