"""Room to train: cores, memory and disks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil

from xp.dsl.quantity import quantity
from xp.engine.commands.doctor.finding import Finding
from xp.engine.machine import cgroups, nvme
from xp.engine.machine.environment import hardware

GIGABYTE = 10**9

LEAST_MEMORY = 2 * GIGABYTE
"""Bytes below which the training libraries and a tiny model hardly fit."""

LEAST_SHARED = 512 * 2**20
"""Bytes below which DeepSpeed warns of shared memory, and NCCL fails."""

FULL, TIGHT = GIGABYTE // 5, 5 * GIGABYTE
"""Bytes of a disk below which nothing can be written to speak of, and below which checkpoints soon fill it."""


def findings(results: Path) -> Iterator[Finding]:
    """Yield whether there is room."""
    yield cores()
    yield memory()
    yield shared()
    yield disk(results)
    yield offloading(results)


def cores() -> Finding:
    """Tell how many cores may be used."""
    there, usable, quota = os.cpu_count() or 1, hardware.usable_cores(), cgroups.allowed_cores()
    cut = "" if quota is None else f", {quota:g} by the control group's share"
    why = "ranks × threads of a trial run on them; --jobs divides them"
    starved = quota is not None and quota < 1
    mend = "give the container more: docker run --cpus=2" if starved else ""
    return Finding("cores", "warn" if starved else "ok", f"{usable} of {there} usable{cut}", why, mend)


def memory() -> Finding:
    """Tell how much memory may be used."""
    total, limit = psutil.virtual_memory().total, cgroups.memory_limit()
    usable = min(total, limit or total)
    found = f"{quantity(usable, 'B')} usable" + (
        f", the limit of the control group; the machine has {quantity(total, 'B')}" if limit else ""
    )
    why = "model, optimizer states and batches of all ranks of a trial"
    if usable < LEAST_MEMORY:
        return Finding("memory", "warn", found, why, "give the container more: docker run --memory=8g")
    return Finding("memory", "ok", found, why)


def shared() -> Finding:
    """Tell how large the memory is through which processes share tensors."""
    size, why = hardware.shared_memory(), "ranks on GPUs pass tensors through it (NCCL)"
    if size is None:
        return Finding("shared memory", "missing", "there is no /dev/shm", why)
    if size < LEAST_SHARED:
        mend = "mount -o remount,size=2g /dev/shm, or docker run --shm-size=2g"
        return Finding("shared memory", "warn", f"{size / 2**20:.0f} MiB", why, mend)
    return Finding("shared memory", "ok", quantity(size, "B"), why)


def disk(results: Path) -> Finding:
    """Tell whether the results folder can be written, and how much goes onto its disk."""
    there = next(folder for folder in (results.absolute(), *results.absolute().parents) if folder.exists())
    free, why = shutil.disk_usage(there).free, "journals, checkpoints and the warehouse lie in the results folder"
    found, mend = f"{quantity(free, 'B')} free under {there}", "choose another folder: --results, or XP_RESULTS"
    if not os.access(there, os.W_OK):
        return Finding("disk", "missing", f"{there} is not writable", why, mend, basic=True)
    if free < FULL:
        return Finding("disk", "missing", found, why, mend, basic=True)
    return Finding("disk", "warn" if free < TIGHT else "ok", found, why, mend if free < TIGHT else "", basic=True)


def offloading(results: Path) -> Finding:
    """Tell whether a trial can offload to a folder."""
    lack, why = nvme.what_is_missing(str(results)), "zero offload to 'nvme' (ZeRO-Infinity)"
    if lack is None:
        return Finding("nvme", "ok", "the operators are there, and the disk takes writes past the cache", why)
    return Finding("nvme", "missing", lack.what, why, lack.mend)
