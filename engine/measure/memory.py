"""Memory of one rank: what is resident, and the peaks of the phases of an attempt."""

from __future__ import annotations

import ctypes
import gc
import re
from pathlib import Path

import torch

from xp.engine.measure import gpu

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")
RESET_PEAK = "5"  # proc(5): sets the peak of resident memory to what is resident now
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h
MIB = 2**20
LINE = re.compile(r"^(\w+):\s+(\d+) kB$", re.MULTILINE)


def parse(status: str) -> dict[str, int]:
    r"""Return the sizes in a ``/proc/…/status`` as bytes.

    >>> parse("Name:\tpython\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n")
    {'VmHWM': 2097152, 'VmRSS': 1048576}
    """
    return {name: int(size) * 1024 for name, size in LINE.findall(status)}


def sizes() -> dict[str, int]:
    """Return this process's own sizes in bytes, by the kernel's names."""
    return parse(STATUS.read_text(encoding="utf-8"))


def resident() -> int:
    """Return the bytes of this process that are in memory now, without those that were freed and only kept."""
    give_back()
    return sizes()["VmRSS"]


def give_back() -> None:
    """Return freed memory to the kernel: what was freed before would hide as much of what comes later."""
    gc.collect()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # glibc's own; other libraries have no such call
        trim(0)


def suit_allocator(weights: int) -> int:
    """Make glibc return freed blocks from a certain size on to the kernel at once; return that size in bytes.

    A block that goes back to the kernel at once is no part of a later peak, but each page of the next one has to be
    fetched again. A sixteenth of the weights is little beside what a training holds, and 32 MiB is as far as glibc goes
    by itself, so that from half a gigabyte of weights on nothing is slower (mallopt(3)).
    """
    size = min(max(weights // 16, MIB), 32 * MIB)
    if option := getattr(ctypes.CDLL(None), "mallopt", None):
        option(M_MMAP_THRESHOLD, size)
        option(M_TRIM_THRESHOLD, size)
    return size


def reset_peak() -> bool:
    """Make the peak start anew; return whether the kernel let us."""
    try:
        CLEAR.write_text(RESET_PEAK, encoding="ascii")
    except OSError:
        return False
    return True


class PeakMemory:
    """The peaks of the phases of an attempt, each without what the others needed."""

    def __init__(self, baseline: int, *, cuda: bool) -> None:
        self.baseline = baseline
        """Bytes resident before the model was built."""

        self.cuda = cuda
        self.resettable = True
        self.phase = "init"
        self.resident: dict[str, int] = {}
        self.allocated: dict[str, int] = {}
        self.reserved: dict[str, int] = {}
        self.device: int | None = None
        """Most bytes of a GPU that this process has been seen to hold, its context included."""

        self.kept = 0
        """What the model and its engine keep once they are made."""

    def enter(self, phase: str) -> None:
        """End a phase and begin another one."""
        self.look()
        if self.phase == "init":
            self.kept = torch.cuda.memory_allocated() if self.cuda else max(0, sizes()["VmRSS"] - self.baseline)
        self.phase = phase
        self.start()

    def start(self) -> None:
        """Forget what came before: another phase, or a checkpoint in the middle of one."""
        self.resettable = reset_peak()
        if self.cuda:
            self.device = most(self.device, gpu.process_memory())
            torch.cuda.reset_peak_memory_stats()

    def look(self) -> None:
        """Take in the peak since the start."""
        keep_most(self.resident, self.phase, sizes()["VmHWM"])
        if self.cuda:
            keep_most(self.allocated, self.phase, torch.cuda.max_memory_allocated())
            keep_most(self.reserved, self.phase, torch.cuda.max_memory_reserved())

    @property
    def method(self) -> str:
        """How the peaks were taken, for the reader of a report."""
        if self.cuda:
            return "CUDA memory allocated by tensors, peak of the training steps"
        since = "the training steps" if self.resettable else "the whole process: the kernel does not reset it"
        return f"growth of resident memory since before the model was built, peak of {since}"

    def metrics(self) -> dict[str, float]:
        """Return the peaks of this rank so far: on a GPU those of the device, else the growth of the process."""
        found: dict[str, float] = {"before_init_memory": self.baseline, "init_memory": self.kept}
        if "train" in self.resident:
            found["peak_rss"] = self.resident["train"]
        if not self.cuda:
            return found | {
                f"{phase}_peak_memory": max(0, peak - self.baseline) for phase, peak in self.resident.items()
            }
        if "train" in self.allocated:
            found |= {"gpu_max_allocated": self.allocated["train"], "gpu_max_reserved": self.reserved["train"]}
        if self.device is not None:
            found["gpu_process_memory"] = self.device
        return found | {f"{phase}_peak_memory": peak for phase, peak in self.allocated.items()}


def keep_most(peaks: dict[str, int], phase: str, peak: int) -> None:
    """Put down the peak of a phase where it is the highest so far."""
    peaks[phase] = max(peaks.get(phase, 0), peak)


def most(one: int | None, other: int | None) -> int | None:
    """Return the larger of two numbers either of which may be unknown."""
    return max((value for value in (one, other) if value is not None), default=None)
