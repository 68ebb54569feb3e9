"""Facts of the machine and the software. No secrets: variables by allow-list, no remotes, no paths of the user."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from xp.dsl.rules import Machine

LIBRARIES = (
    "xp-summaries",
    "torch",
    "transformers",
    "deepspeed",
    "accelerate",
    "datasets",
    "evaluate",
    "rouge-score",
    "nupunkt",
    "codecarbon",
    "tokenizers",
    "safetensors",
    "numpy",
    "duckdb",
    "sqlglot",
    "pydantic",
    "jinja2",
)

VARIABLES = (
    "CUDA_VISIBLE_DEVICES",
    "HF_DATASETS_OFFLINE",
    "HF_HUB_OFFLINE",
    "NCCL_P2P_DISABLE",
    "OMP_NUM_THREADS",
    "PYTORCH_CUDA_ALLOC_CONF",
    "SLURM_JOB_NUM_NODES",
)
"""Environment variables that can change a result and cannot hold a secret."""

Facts = dict[str, tuple[Any, str]]
"""Name to value and unit."""


def collect(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the facts as the ``values`` and ``units`` of a journal event; *folder* is the user's project."""
    facts: Facts = {}
    for part in (system, cpu, memory, gpus, software, variables, lambda: git(folder)):
        facts |= part()
    return {
        "values": {name: value for name, (value, _) in facts.items()},
        "units": {name: unit for name, (_, unit) in facts.items() if unit},
    }


def machine() -> Machine:
    """Return the devices that trials can use, without initialising any."""
    count = len(gpu_names())
    return Machine(devices="cuda", count=count) if count else Machine(devices="cpu", count=usable_cores())


def system() -> Facts:
    """Return what the operating system is."""
    container = Path("/.dockerenv").exists() or Path("/run/.containerenv").exists()
    return {
        "platform": (platform.platform(), ""),
        "os": (operating_system(), ""),
        "python": (platform.python_version(), ""),
        "libc": ("-".join(platform.libc_ver()), ""),
        "container": (container, ""),
        "shared_memory": (free_space("/dev/shm"), "B"),  # noqa: S108 - its size is asked, nothing is put there
    }


def operating_system() -> str:
    """Return the distribution's own name for itself, or the kernel's."""
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return f"{platform.system()} {platform.release()}"


def free_space(folder: str) -> int | None:
    """Return the free bytes under *folder*, None where there is no such folder."""
    return shutil.disk_usage(folder).free if Path(folder).is_dir() else None


def cpu() -> Facts:
    """Return what the processor is, and how much of it this process may use."""
    return {
        "cpu": (cpu_name(), ""),
        "cpu_cores": (psutil.cpu_count(logical=False), ""),
        "cpu_threads": (psutil.cpu_count(), ""),
        "cpu_usable": (usable_cores(), ""),
        "cpu_quota": (cgroup_cores(), "cores"),
    }


def cpu_name() -> str:
    """Return the processor's model name."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def usable_cores() -> int:
    """Return the logical cores that this process may run on."""
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def cgroup_cores() -> float | None:
    """Return the cores that the control group allows, None where it sets no limit."""
    limit = Path("/sys/fs/cgroup/cpu.max")
    if not limit.exists():
        return None
    quota, period = limit.read_text(encoding="utf-8").split()
    return None if quota == "max" else int(quota) / int(period)


def memory() -> Facts:
    """Return the memory of the machine, and the limit of the control group where there is one."""
    return {
        "memory": (psutil.virtual_memory().total, "B"),
        "memory_limit": (cgroup_memory(), "B"),
        "swap": (psutil.swap_memory().total, "B"),
    }


def cgroup_memory() -> int | None:
    """Return the bytes that the control group allows, None where it sets no limit."""
    limit = Path("/sys/fs/cgroup/memory.max")
    text = limit.read_text(encoding="utf-8").strip() if limit.exists() else "max"
    return None if text == "max" else int(text)


def gpus() -> Facts:
    """Return the GPUs by name, driver and memory; a machine without any has a count of 0 and no name."""
    rows = nvidia("name,driver_version,memory.total")
    facts: Facts = {"gpu_count": (len(rows), "")}
    if rows:
        names, drivers, sizes = zip(*rows, strict=True)
        facts |= {
            "gpu": (" + ".join(sorted(set(names))), ""),
            "gpu_driver": (drivers[0], ""),
            "gpu_memory": (sum(int(float(size)) for size in sizes) * 2**20, "B"),
        }
    return facts


def gpu_names() -> list[str]:
    """Return the names of the GPUs that are visible."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    names = [row[0] for row in nvidia("name")]
    return names if visible is None else names[: len([part for part in visible.split(",") if part.strip()])]


def nvidia(fields: str) -> list[tuple[str, ...]]:
    """Return one row of *fields* per GPU from the driver's own tool, none where it is missing."""
    if shutil.which("nvidia-smi") is None:
        return []
    text = output("nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader,nounits")
    return [tuple(cell.strip() for cell in line.split(",")) for line in (text or "").splitlines() if line.strip()]


def software() -> Facts:
    """Return the versions of the libraries that can change a number."""
    return {name: (installed(name), "") for name in LIBRARIES}


def installed(name: str) -> str | None:
    """Return the version of a distribution, None where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def variables(environment: Mapping[str, str] = os.environ) -> Facts:
    """Return the allowed environment variables that are set."""
    return {f"env:{name}": (environment[name], "") for name in VARIABLES if name in environment}


def git(folder: Path) -> Facts:
    """Return the commit of the user's project, and whether what ran is what was committed."""
    if shutil.which("git") is None or output("git", "rev-parse", "--git-dir", folder=folder) is None:
        return {"git_commit": (None, "")}
    changed = output("git", "status", "--porcelain", "--untracked-files=no", folder=folder) or ""
    untracked = output("git", "ls-files", "--others", "--exclude-standard", folder=folder) or ""
    difference = output("git", "diff", "HEAD", folder=folder) or ""
    return {
        "git_commit": (output("git", "rev-parse", "HEAD", folder=folder), ""),
        "git_branch": (output("git", "rev-parse", "--abbrev-ref", "HEAD", folder=folder), ""),
        "git_dirty": (bool(changed), ""),
        "git_untracked": (len(untracked.splitlines()), "files"),
        "git_diff_sha256": (hashlib.sha256(difference.encode()).hexdigest() if changed else None, ""),
    }


def output(*command: str, folder: Path | None = None) -> str | None:
    """Return what a command prints, None when it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None
