"""Processors, GPUs, precisions, and whether their energy is counted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from xp.engine.commands.doctor.finding import Finding, Status
from xp.engine.machine.cgroups import read_kernel_file
from xp.engine.machine.environment import devices, hardware, software
from xp.engine.machine.gpus.gpu import Facts

RAPL = Path("/sys/class/powercap")

AMPERE = 8
"""Major compute capability from which on a GPU computes in bf16."""


def findings() -> Iterator[Finding]:
    """Yield what the chips can do."""
    gpus, build = devices.gpus(), software.torch_build()
    yield gpu(gpus, build)
    yield from precisions(gpus)
    yield energy_of_cpu()
    yield energy_of_gpus(gpus)


def gpu(gpus: Facts, build: Facts) -> Finding:
    """Tell which GPUs there are, and whether PyTorch was built for them."""
    why, count = "fp16, and models that a CPU trains too slowly", gpus["gpu_count"][0]
    if not count:
        return Finding("gpu", "missing", "none, or no driver of one; trials train on the CPU", why)
    driver = (
        f"{count} × {gpus['gpu'][0]}, driver {fact_as_text(gpus, 'gpu_driver')}, CUDA {fact_as_text(gpus, 'gpu_cuda')}"
    )
    if gpus["device"][0] == "cpu":
        mend = f"{devices.VISIBLE} may hide some of NVIDIA; others are measured and not trained on"
        return Finding("gpu", "missing", f"{driver}; none that trials may use: they train on the CPU", why, mend)
    built, latest = build["torch_cuda"][0], gpus.get("gpu_cuda", (None, ""))[0]
    if built is None:
        mend = "pip install --force-reinstall torch, in the build for your CUDA"
        return Finding("gpu", "missing", f"{driver}; PyTorch is built for CPUs only", why, mend)
    if built and latest and major(built) > major(latest):
        mend = f"update the driver, or install a PyTorch that is built for CUDA {major(latest)}"
        return Finding("gpu", "missing", f"{driver}; PyTorch is built for CUDA {built}", why, mend)
    return Finding("gpu", "ok", f"{driver}; PyTorch is built for {built}", why)


def fact_as_text(facts: Facts, name: str) -> str:
    """Return a fact as text."""
    return str(facts.get(name, ("unknown", ""))[0])


def major(version: str) -> int:
    """Return the first number of a version."""
    return int(version.split(".", maxsplit=1)[0])


def precisions(gpus: Facts) -> Iterator[Finding]:
    """Yield what can be computed in."""
    capability, on_gpu = gpus.get("gpu_capability", (None, ""))[0], gpus["device"][0] == "cuda"
    yield Finding("fp32", "ok", "always", 'precision = "fp32"', basic=True)
    if on_gpu:
        native = capability is None or major(str(capability)) >= AMPERE
        where = f"compute capability {capability}"
    else:
        features = hardware.features(read_kernel_file(hardware.CPU)) or ""
        native = any(name in features for name in ("avx512_bf16", "amx_bf16", "bf16"))
        where = "the processor"
    found = (
        f"{where} computes in it" if native else f"{where} emulates it: slower than fp32, and no smaller in its kernels"
    )
    yield Finding("bf16", "ok" if native else "warn", found, 'precision = "bf16"')
    there: Status = "ok" if on_gpu else "missing"
    yield Finding("fp16", there, "on the GPU" if on_gpu else "needs a GPU", 'precision = "fp16"')


def energy_of_cpu(folder: Path = RAPL) -> Finding:
    """Tell whether the processor's energy is counted, and may be read."""
    name, why = "energy of the cpu", "counted energy; without it, energy is estimated from rated power and load"
    counters = sorted(folder.glob("intel-rapl:*/energy_uj"))
    if not counters:
        return Finding(name, "missing", "no counter (RAPL): a virtual machine, or another processor", why)
    if not all(os.access(counter, os.R_OK) for counter in counters):
        mend = f"sudo chmod a+r {folder}/intel-rapl*/energy_uj"
        return Finding(name, "warn", "there is a counter (RAPL) that only root may read", why, mend)
    return Finding(name, "ok", f"{len(counters)} counters (RAPL)", why)


def energy_of_gpus(gpus: Facts) -> Finding:
    """Tell whether the GPUs count their energy."""
    name, why = "energy of the gpus", "counted energy of a training on GPUs"
    if not gpus["gpu_count"][0]:
        return Finding(name, "missing", "no GPU", why)
    if gpus.get("gpu_energy_counter", (False, ""))[0]:
        return Finding(name, "ok", "a counter (NVML)", why)
    return Finding(name, "warn", "no counter: power is sampled and added up", why)
