"""What the driver says of this process, and what the allocator does, without a GPU."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import pynvml
import pytest
import torch

from xp.engine.measure import gpu, memory

MEGA = 1 << 20


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A driver that knows these processes."""
    processes: list[Any] = []
    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByUUID", lambda name: name)
    monkeypatch.setattr(
        pynvml, "nvmlDeviceGetComputeRunningProcesses", lambda name: processes if name == "GPU-1f" else []
    )
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda: SimpleNamespace(uuid="1f"))
    return processes


def test_the_driver_is_asked_for_this_process(driver: list[Any]) -> None:
    driver += [SimpleNamespace(pid=1, usedGpuMemory=9), SimpleNamespace(pid=os.getpid(), usedGpuMemory=500 * MEGA)]

    assert gpu.process_memory() == 500 * MEGA


def test_a_driver_that_does_not_know_the_process_is_no_zero(driver: list[Any]) -> None:
    driver.append(SimpleNamespace(pid=1, usedGpuMemory=9))

    assert gpu.process_memory() is None


def test_without_a_driver_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", missing)

    assert gpu.process_memory() is None


def test_on_a_gpu_peaks_are_those_of_the_allocator(driver: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    driver.append(SimpleNamespace(pid=os.getpid(), usedGpuMemory=900 * MEGA))
    now = {"memory_allocated": 300, "max_memory_allocated": 310, "max_memory_reserved": 400}
    for name in tuple(now):
        monkeypatch.setattr(torch.cuda, name, lambda name=name: now[name] * MEGA)
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda: None)
    peak = memory.PeakMemory(0, cuda=True)

    peak.enter("train")
    now |= {"max_memory_allocated": 700, "max_memory_reserved": 800}
    peak.enter("predict")
    now |= {"max_memory_allocated": 500}
    peak.look()

    metrics = peak.metrics()
    assert (metrics["init_memory"], metrics["init_peak_memory"]) == (300 * MEGA, 310 * MEGA)
    assert (metrics["train_peak_memory"], metrics["gpu_max_reserved"]) == (700 * MEGA, 800 * MEGA)
    assert (metrics["predict_peak_memory"], metrics["gpu_process_memory"]) == (500 * MEGA, 900 * MEGA)
