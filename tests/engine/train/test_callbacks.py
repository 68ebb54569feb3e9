"""Callbacks stop what diverges, and leave out the evaluation that follows anyway."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch

from xp.engine.train.callbacks import Divergence, LastEvaluation, number
from xp.engine.train.errors import DivergedError
from xp.engine.train.trainer import NEVER


def divergence(first_bad_step: int) -> Divergence:
    callback = Divergence()
    state = SimpleNamespace(global_step=30)
    callback.trainer = cast("Any", SimpleNamespace(first_bad_step=torch.tensor(first_bad_step), state=state))
    return callback


def log(callback: Divergence, **logs: float) -> None:
    callback.on_log(None, SimpleNamespace(global_step=30), None, logs=logs)


def test_a_loss_that_is_no_number_ends_the_trial_with_its_first_bad_step() -> None:
    with pytest.raises(DivergedError, match="loss is nan at step 21") as error:
        log(divergence(21), loss=math.nan)

    assert error.value.step == 21


def test_an_evaluation_that_is_no_number_ends_it_at_its_own_step() -> None:
    with pytest.raises(DivergedError) as error:
        log(divergence(NEVER), eval_loss=math.inf)

    assert error.value.step == 30


def test_finite_losses_go_on() -> None:
    log(divergence(NEVER), loss=2.1, eval_loss=2.0, grad_norm=math.nan)


@pytest.mark.parametrize(("step", "wanted"), [(29, True), (30, False)])
def test_only_the_evaluation_behind_the_last_step_is_left_out(step: int, wanted: bool) -> None:
    control = SimpleNamespace(should_evaluate=True)

    LastEvaluation().on_step_end(None, SimpleNamespace(global_step=step, max_steps=30), control)

    assert control.should_evaluate is wanted


@pytest.mark.parametrize(
    ("value", "plain"), [(torch.tensor(1.5), 1.5), (2, 2), ("text", None), (None, None), (True, None)]
)
def test_only_numbers_are_metrics(value: Any, plain: float | None) -> None:
    assert number(value) == plain
