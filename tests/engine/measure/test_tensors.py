"""Tensors are counted in whole blocks of memory, each once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch

from xp.engine.measure import tensors


def test_adam_on_plain_parameters_holds_two_moments_of_each() -> None:
    weights = torch.nn.Linear(10, 10, bias=False)
    optimizer = torch.optim.AdamW(weights.parameters(), lr=0.1)
    weights(torch.ones(1, 10)).sum().backward()
    optimizer.step()

    metrics = tensors.tensor_metrics(weights.parameters(), optimizer)

    assert metrics["parameter_memory"] == 400
    assert metrics["optimizer_state_memory"] == 2 * 400 + 4  # the step's number is a tensor too


def test_a_copy_that_the_optimizer_steps_on_belongs_to_its_state() -> None:
    model = [torch.zeros(100, dtype=torch.bfloat16)]
    optimizer = torch.optim.SGD([torch.zeros(100)], lr=0.1)

    metrics = tensors.tensor_metrics(model, optimizer)

    assert metrics == {"parameter_memory": 200, "optimizer_state_memory": 400}


def test_parameters_that_share_a_block_count_once() -> None:
    block = torch.zeros(100)

    assert tensors.storages([block[:50], block[50:], torch.zeros(0)]) == {block.untyped_storage().data_ptr(): 400}


def test_gradients_count_wherever_an_optimizer_keeps_them() -> None:
    """DeepSpeed keeps its share of them in tables of its own, and gives some to the parameters that it steps on."""
    weights = torch.nn.Linear(10, 10, bias=False)
    weights(torch.ones(1, 10)).sum().backward()
    stepped = torch.zeros(50)
    stepped.grad = torch.zeros(50)
    optimizer: Any = SimpleNamespace(
        param_groups=[{"params": [stepped]}],
        averaged_gradients={0: [torch.zeros(25)], 1: None},
        state={"not": torch.zeros(1000)},
    )

    assert tensors.gradient_metrics(weights.parameters(), optimizer) == {"gradient_memory": 400 + 200 + 100}
