"""Memory of one rank: what is resident, the peak of the training steps, and the exact bytes of tensors."""

from __future__ import annotations

import ctypes
import gc
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import torch

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")
RESET_PEAK = "5"  # proc(5): sets the peak of resident memory to what is resident now
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


def reset_peak() -> bool:
    """Make the peak start anew; return whether the kernel let us."""
    try:
        CLEAR.write_text(RESET_PEAK, encoding="ascii")
    except OSError:
        return False
    return True


class PeakMemory:
    """The peak of the training steps, without the evaluations between them."""

    def __init__(self, baseline: int, *, cuda: bool) -> None:
        self.baseline = baseline
        self.cuda = cuda
        self.resettable = True
        self.peak = 0
        self.allocated = 0
        self.reserved = 0

    def start(self) -> None:
        """Forget what came before: imports, the building of the model, or an evaluation."""
        self.resettable = reset_peak()
        if self.cuda:
            torch.cuda.reset_peak_memory_stats()

    def look(self) -> None:
        """Take in the peak of the step that has just ended."""
        self.peak = max(self.peak, sizes()["VmHWM"])
        if self.cuda:
            self.allocated = max(self.allocated, torch.cuda.max_memory_allocated())
            self.reserved = max(self.reserved, torch.cuda.max_memory_reserved())

    @property
    def method(self) -> str:
        """How the peak was taken, for the reader of a report."""
        if self.cuda:
            return "CUDA memory allocated by tensors, peak of the training steps"
        since = "the training steps" if self.resettable else "the whole process: the kernel does not reset it"
        return f"growth of resident memory since before the model was built, peak of {since}"

    def metrics(self) -> dict[str, float]:
        """Return the peaks of this rank: on a GPU those of the device, else the growth of the process."""
        found: dict[str, float] = {"init_memory": self.baseline, "peak_rss": self.peak}
        if self.cuda:
            device = {"gpu_max_allocated": self.allocated, "gpu_max_reserved": self.reserved}
            return found | device | {"train_peak_memory": self.allocated}
        return found | {"train_peak_memory": max(0, self.peak - self.baseline)}


def tensor_metrics(parameters: Iterable[torch.Tensor], optimizer: Any) -> dict[str, float]:
    """Return the exact bytes that this rank holds of parameters and of optimizer state."""
    kept = storages(held(parameters))
    return {
        "parameter_memory": sum(kept.values()),
        "optimizer_state_memory": sum(size for place, size in storages(state(optimizer)).items() if place not in kept),
    }


def held(parameters: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
    """Yield what a rank holds of its parameters: at ZeRO stage 3 its own partition, and what is gathered now."""
    for parameter in parameters:
        yield parameter.data
        if (partition := getattr(parameter, "ds_tensor", None)) is not None:
            yield partition


def state(optimizer: Any) -> Iterator[torch.Tensor]:
    """Yield the tensors of an optimizer: its moments, and the copies of parameters that it steps on."""
    for group in optimizer.param_groups:
        yield from group["params"]
    for values in optimizer.state.values():
        yield from (value for value in values.values() if isinstance(value, torch.Tensor))


def storages(tensors: Iterable[torch.Tensor]) -> dict[int, int]:
    """Return the blocks of memory behind *tensors*, each once, with their bytes."""
    blocks = (tensor.untyped_storage() for tensor in tensors)
    return {block.data_ptr(): block.nbytes() for block in blocks if block.nbytes()}
