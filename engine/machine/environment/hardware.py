"""The processor, the memory and the disk, and how much of them this process may use."""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import psutil

from xp.engine.machine import cgroups
from xp.engine.machine.cgroups import read_kernel_file
from xp.engine.machine.gpus.gpu import Facts

CPU = Path("/proc/cpuinfo")
SHARED = Path("/dev/shm")  # noqa: S108 - its size is asked, nothing is put there
NODES = Path("/sys/devices/system/node")
GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")

FEATURES = re.compile(r"avx2|avx512f|avx512_bf16|avx512_vnni|amx_bf16|amx_tile|asimd|bf16|sve")
"""What of a processor's abilities decides which kernels run."""


def cpu() -> Facts:
    """Return what the processor is, and how much of it this process may use."""
    return {
        "cpu": (cpu_name(), ""),
        "cpu_cores": (psutil.cpu_count(logical=False), ""),
        "cpu_threads": (psutil.cpu_count(), ""),
        "cpu_usable": (usable_cores(), ""),
        "cpu_quota": (cgroups.allowed_cores(), "cores"),
        "cpu_features": (features(read_kernel_file(CPU)), ""),
        "cpu_frequency_limit": (frequency(), "MHz"),
        "cpu_governor": (read_kernel_file(GOVERNOR).strip() or None, ""),
        "cpu_nodes": (len([*NODES.glob("node[0-9]*")]) or None, ""),
    }


def cpu_name() -> str:
    """Return the processor's model name."""
    found = re.search(r"^model name\s*:\s*(.+)$", read_kernel_file(CPU), re.MULTILINE)
    return found[1].strip() if found else platform.processor() or platform.machine()


def features(info: str) -> str | None:
    r"""Return the abilities of the processor that matter, None where the kernel does not list them.

    >>> features("flags\t\t: fpu avx avx2 avx512f\n")
    'avx2, avx512f'
    """
    found = re.search(r"^(?:flags|Features)\s*:\s*(.*)$", info, re.MULTILINE)
    return ", ".join(sorted(set(filter(FEATURES.fullmatch, found[1].split())))) if found else None


def frequency() -> float | None:
    """Return the highest clock of the processor, None where nobody says it."""
    try:
        found = psutil.cpu_freq()
    except (OSError, NotImplementedError):
        return None
    return found.max or None if found else None


def usable_cores() -> int:
    """Return the logical cores that this process may use: those it may run on, cut by the control group's share."""
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    allowed = len(affinity(0)) if affinity else os.cpu_count() or 1
    quota = cgroups.allowed_cores()
    return allowed if quota is None else max(1, min(allowed, int(quota)))


def memory() -> Facts:
    """Return the memory of the machine, and how much of it this process may use."""
    total, limit = psutil.virtual_memory().total, cgroups.memory_limit()
    return {
        "memory": (total, "B"),
        "memory_limit": (limit, "B"),
        "memory_usable": (min(total, limit or total), "B"),
        "swap": (psutil.swap_memory().total, "B"),
        "shared_memory": (shared_memory(), "B"),
    }


def shared_memory() -> int | None:
    """Return the size of ``/dev/shm``, through which processes share tensors; None where there is none."""
    return shutil.disk_usage(SHARED).total if SHARED.is_dir() else None


def disk(folder: Path) -> Facts:
    """Return the size of the disk that a folder is on."""
    return {"disk": (shutil.disk_usage(folder).total, "B")}
