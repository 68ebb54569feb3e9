"""States and results of Hugging Face's trainer."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from xp.engine.importing import trainer
from xp.engine.importing.agreement import disagreements
from xp.engine.importing.found import ImportingError, judged

LOG = [
    {"step": 2, "epoch": 1.0, "loss": 2.5, "learning_rate": 1e-4},
    {"step": 2, "epoch": 1.0, "eval_loss": 2.0, "eval_rouge1": 30.0},
    {"step": 4, "epoch": 2.0, "train_loss": 2.2, "train_runtime": 8.0, "train_samples_per_second": 4.0},
]
STATE: dict[str, Any] = {"log_history": LOG, "global_step": 4, "max_steps": 4, "num_train_epochs": 2}
AGREEING = {
    "epoch": 3.0,
    "train_samples": 1000,
    "train_runtime": 60.0,
    "train_samples_per_second": 50.0,
    "train_steps_per_second": 2.0,
    "eval_samples": 90,
    "eval_runtime": 30.0,
    "eval_samples_per_second": 3.0,
}


def test_a_log_becomes_a_curve_and_its_end_a_summary() -> None:
    found = trainer.read({Path("trainer_state.json"): STATE}, "run")
    assert [point.step for point in found.points] == [2, 2, None]
    assert found.points[1].values == {"epoch": 1.0, "eval_loss": 2.0, "eval_rouge1": 30.0}
    assert found.settings == {"epochs": 2, "max_steps": 4}
    assert found.state == "completed"


def test_results_beside_the_state_are_the_same_run() -> None:
    results = {"predict_rouge1": 31.5, "predict_samples": 10}
    found = trainer.read({Path("a/trainer_state.json"): STATE, Path("a/all_results.json"): results}, "a")
    assert found.latest["predict_rouge1"] == 31.5
    assert len(found.files) == 2


def test_a_loss_that_is_no_number_stays_none() -> None:
    state = STATE | {"log_history": [{"step": 1, "loss": math.nan}], "global_step": 1, "max_steps": 1}
    assert math.isnan(trainer.read({Path("s.json"): state}, "run").latest["loss"])


@pytest.mark.parametrize("max_steps", [20, 40])
def test_a_run_whose_loss_became_no_number_diverged_at_its_first_bad_step(max_steps: int) -> None:
    log = [
        {"step": 10, "loss": 2.1},
        {"step": 20, "loss": math.nan},
        {"step": 20, "eval_loss": math.nan, "eval_rouge1": 0.0},
        {"step": 20, "train_loss": math.nan, "train_runtime": 8.0},
    ]
    state = STATE | {"log_history": log, "global_step": 20, "max_steps": max_steps}

    found = judged(trainer.read({Path("s.json"): state}, "run"))

    assert (found.state, found.reason) == ("diverged", "loss is nan at step 20")
    assert found.evidence == {"first_bad_step": 20}


def test_results_alone_do_not_say_at_which_step_a_run_diverged() -> None:
    found = judged(trainer.read({Path("r.json"): {"train_loss": math.inf, "train_runtime": 8.0}}, "run"))

    assert (found.state, found.reason) == ("diverged", "train_loss is inf")


def test_other_numbers_may_be_none() -> None:
    log = [*LOG, {"step": 4, "grad_norm": math.inf, "eval_gen_len": math.nan}]
    found = trainer.read({Path("s.json"): STATE | {"log_history": log}}, "run")

    assert judged(found) is found


def test_a_training_that_was_cut_short_is_interrupted() -> None:
    state = STATE | {"log_history": LOG[:2], "global_step": 2}
    found = trainer.read({Path("s.json"): state}, "run")
    assert found.state == "interrupted"
    assert "step 2 of 4" in found.reason


def test_an_entry_without_a_step_is_refused() -> None:
    with pytest.raises(ImportingError, match="without a step"):
        trainer.read({Path("s.json"): {"log_history": [{"loss": 1.0}]}}, "run")


def test_numbers_that_follow_from_one_another_agree() -> None:
    assert list(disagreements(AGREEING, steps=120)) == []


@pytest.mark.parametrize(
    ("edited", "named"),
    [
        ({"train_runtime": 6.0}, ["train_samples_per_second", "train_steps_per_second"]),
        ({"eval_samples_per_second": 3.3}, ["eval_samples_per_second"]),
    ],
)
def test_an_edited_number_is_found(edited: dict[str, float], named: list[str]) -> None:
    told = list(disagreements(AGREEING | edited, steps=120))
    assert [text.split()[0] for text in told] == named
