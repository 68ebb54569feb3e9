"""Memory is read from the kernel and counted in whole blocks of tensors."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

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
    peak.start()
    block = bytearray(64 << 20)
    peak.look()
    del block

    metrics = peak.metrics()
    assert 60 << 20 < metrics["train_peak_memory"] < 96 << 20
    assert metrics["peak_rss"] == peak.peak
    assert "peak of the training steps" in peak.method


def test_an_evaluation_between_steps_leaves_no_trace_in_the_peak() -> None:
    peak = memory.PeakMemory(memory.resident(), cuda=False)
    peak.start()
    peak.look()
    block = bytearray(256 << 20)
    del block
    peak.start()
    peak.look()

    assert peak.metrics()["train_peak_memory"] < 128 << 20


def test_a_kernel_that_does_not_reset_the_peak_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "CLEAR", tmp_path / "missing" / "clear_refs")
    peak = memory.PeakMemory(0, cuda=False)

    peak.start()

    assert "the kernel does not reset it" in peak.method


def test_adam_on_plain_parameters_holds_two_moments_of_each() -> None:
    weights = torch.nn.Linear(10, 10, bias=False)
    optimizer = torch.optim.AdamW(weights.parameters(), lr=0.1)
    weights(torch.ones(1, 10)).sum().backward()
    optimizer.step()

    metrics = memory.tensor_metrics(weights.parameters(), optimizer)

    assert metrics["parameter_memory"] == 400
    assert metrics["optimizer_state_memory"] == 2 * 400 + 4  # the step's number is a tensor too


def test_a_copy_that_the_optimizer_steps_on_belongs_to_its_state() -> None:
    model = [torch.zeros(100, dtype=torch.bfloat16)]
    optimizer = torch.optim.SGD([torch.zeros(100)], lr=0.1)

    metrics = memory.tensor_metrics(model, optimizer)

    assert metrics == {"parameter_memory": 200, "optimizer_state_memory": 400}


def test_parameters_that_share_a_block_count_once() -> None:
    block = torch.zeros(100)

    assert memory.storages([block[:50], block[50:], torch.zeros(0)]) == {block.untyped_storage().data_ptr(): 400}
