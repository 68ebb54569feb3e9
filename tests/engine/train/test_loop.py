"""What a training tells of its steps."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch.optim.lr_scheduler import LambdaLR

from xp.engine.train.loop import skipped_steps


def trainer(*, engine: Any = None, fp16: bool = False, done: int = 0, scheduled: int = 0) -> Any:
    """Return a trainer that has counted so many steps, and has had so many learning rates."""
    schedule = LambdaLR(torch.optim.SGD([torch.nn.Parameter(torch.ones(1))]), lambda _: 1.0)
    schedule.last_epoch = scheduled
    return SimpleNamespace(
        deepspeed=engine,
        args=SimpleNamespace(fp16=fp16),
        state=SimpleNamespace(global_step=done),
        lr_scheduler=SimpleNamespace(scheduler=schedule),
    )


@pytest.mark.parametrize(
    ("made", "told"),
    [
        pytest.param(trainer(engine=SimpleNamespace(skipped_steps=5), done=116), {"skipped_steps": 5}, id="deepspeed"),
        pytest.param(trainer(fp16=True, done=116, scheduled=111), {"skipped_steps": 5}, id="fp16"),
        pytest.param(trainer(done=116, scheduled=116), {}, id="no-fp16"),
    ],
)
def test_steps_that_an_overflow_skipped_are_counted_where_there_can_be_any(made: Any, told: dict[str, int]) -> None:
    assert skipped_steps(made) == told
