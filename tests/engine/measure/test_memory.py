"""Memory is read from the kernel, one phase apart from another."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from xp.engine.measure import memory

STATUS = "Name:\tpython\nUmask:\t0022\nVmPeak:\t   10000 kB\nVmHWM:\t    4000 kB\nVmRSS:\t    3000 kB\nThreads:\t3\n"


def test_sizes_of_a_status_file_are_bytes() -> None:
    sizes = memory.parse(STATUS)

    assert sizes == {"VmPeak": 10_240_000, "VmHWM": 4_096_000, "VmRSS": 3_072_000}


def test_the_peak_of_a_process_can_be_reset() -> None:
    block = bytearray(64 << 20)
    before = memory.sizes()["VmHWM"]
    del block

    assert memory.reset_peak()
    assert memory.sizes()["VmHWM"] <= before - (32 << 20)


def test_the_peak_is_the_growth_since_before_the_model_was_built() -> None:
    peak = memory.PeakMemory(memory.resident(), cuda=False)
    peak.enter("train")
    block = bytearray(64 << 20)
    peak.look()
    del block

    metrics = peak.metrics()
    assert 60 << 20 < metrics["train_peak_memory"] < 96 << 20
    assert metrics["peak_rss"] == peak.resident["train"]
    assert "peak of the training steps" in peak.method


def test_each_phase_has_a_peak_of_its_own() -> None:
    memory.reset_peak()
    peak = memory.PeakMemory(memory.resident(), cuda=False)
    kept = bytearray(64 << 20)
    peak.enter("train")
    peak.look()
    peak.enter("evaluate")
    block = bytearray(256 << 20)
    del block
    peak.enter("train")
    del kept
    peak.look()

    metrics = peak.metrics()
    assert 60 << 20 < metrics["init_memory"] < 96 << 20
    assert 60 << 20 < metrics["init_peak_memory"] < 128 << 20
    assert 60 << 20 < metrics["train_peak_memory"] < 128 << 20
    assert metrics["evaluate_peak_memory"] > 256 << 20
    assert "predict_peak_memory" not in metrics


def test_a_kernel_that_does_not_reset_the_peak_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "CLEAR", tmp_path / "missing" / "clear_refs")
    peak = memory.PeakMemory(0, cuda=False)

    peak.enter("train")

    assert "the kernel does not reset it" in peak.method


@pytest.mark.parametrize(("weights", "size"), [(0, 1), (2**24, 1), (2**27, 8), (2**29, 32), (2**40, 32)])
def test_the_allocator_keeps_less_than_matters_to_a_model(
    monkeypatch: pytest.MonkeyPatch, weights: int, size: int
) -> None:
    told: list[tuple[int, int]] = []
    glibc = SimpleNamespace(mallopt=lambda option, value: told.append((option, value)))
    monkeypatch.setattr("ctypes.CDLL", lambda _: glibc)

    assert memory.suit_allocator(weights) == size * memory.MIB
    assert told == [(memory.M_MMAP_THRESHOLD, size * memory.MIB), (memory.M_TRIM_THRESHOLD, size * memory.MIB)]
