"""States and results of Hugging Face's trainer."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from xp.engine.importing import sources, trainer
from xp.engine.importing.found import ImportingError, with_state

LOG = [
    {"step": 2, "epoch": 1.0, "loss": 2.5, "learning_rate": 1e-4},
    {"step": 2, "epoch": 1.0, "eval_loss": 2.0, "eval_rouge1": 30.0},
    {"step": 4, "epoch": 2.0, "train_loss": 2.2, "train_runtime": 8.0, "train_samples_per_second": 4.0},
]
STATE: dict[str, Any] = {"log_history": LOG, "global_step": 4, "max_steps": 4, "num_train_epochs": 2}


def test_a_log_becomes_a_curve_and_its_end_a_summary() -> None:
    found = trainer.read_run({Path("trainer_state.json"): STATE}, "run")
    assert [point.step for point in found.points] == [2, 2, None]
    assert found.points[1].values == {"epoch": 1.0, "eval_loss": 2.0, "eval_rouge1": 30.0}
    assert found.settings == {"epochs": 2, "max_steps": 4}
    assert found.state == "completed"


def test_results_beside_the_state_are_the_same_run() -> None:
    results = {"predict_rouge1": 31.5, "predict_samples": 10}
    found = trainer.read_run({Path("a/trainer_state.json"): STATE, Path("a/all_results.json"): results}, "a")
    assert found.latest["predict_rouge1"] == 31.5
    assert len(found.files) == 2


def test_a_loss_that_is_no_number_stays_none() -> None:
    state = STATE | {"log_history": [{"step": 1, "loss": math.nan}], "global_step": 1, "max_steps": 1}
    assert math.isnan(trainer.read_run({Path("s.json"): state}, "run").latest["loss"])


@pytest.mark.parametrize("max_steps", [20, 40])
def test_a_run_whose_loss_became_no_number_diverged_at_its_first_bad_step(max_steps: int) -> None:
    log = [
        {"step": 10, "loss": 2.1},
        {"step": 20, "loss": math.nan},
        {"step": 20, "eval_loss": math.nan, "eval_rouge1": 0.0},
        {"step": 20, "train_loss": math.nan, "train_runtime": 8.0},
    ]
    state = STATE | {"log_history": log, "global_step": 20, "max_steps": max_steps}

    found = with_state(trainer.read_run({Path("s.json"): state}, "run"))

    assert (found.state, found.reason) == ("diverged", "loss is nan at step 20")
    assert found.evidence == {"first_bad_step": 20}


def test_results_alone_do_not_say_at_which_step_a_run_diverged() -> None:
    found = with_state(trainer.read_run({Path("r.json"): {"train_loss": math.inf, "train_runtime": 8.0}}, "run"))

    assert (found.state, found.reason) == ("diverged", "train_loss is inf")


@pytest.mark.parametrize("prefix", ["", "train/"])
def test_a_loss_of_0_whose_gradient_is_no_number_was_none_either(prefix: str) -> None:
    """Hugging Face's trainer filters such losses: a run that has lost its way looked as if nothing could be better."""
    log: list[dict[str, Any]] = [
        {"step": 10, "loss": 1.5, "grad_norm": math.nan}
    ]  # what fp16 skips: the loss is a number
    log += [{"step": 20, "loss": 0.0, "grad_norm": 0.0}, {"step": 30, "loss": 0.0, "grad_norm": "nan"}]
    log = [{name if name == "step" else f"{prefix}{name}": value for name, value in entry.items()} for entry in log]
    state = STATE | {"log_history": log, "global_step": 30, "max_steps": 30}

    assert with_state(trainer.read_run({Path("s.json"): state | {"log_history": log[:2]}}, "run")).state == "completed"
    found = with_state(trainer.read_run({Path("s.json"): state}, "run"))
    assert (found.state, found.evidence) == ("diverged", {"first_bad_step": 30})
    assert found.reason == f"{prefix}loss is 0 where {prefix}grad_norm is nan at step 30"


def test_other_numbers_may_be_none() -> None:
    log = [*LOG, {"step": 4, "grad_norm": math.inf, "eval_gen_len": math.nan}]
    found = trainer.read_run({Path("s.json"): STATE | {"log_history": log}}, "run")

    assert with_state(found) is found


def test_a_training_that_was_cut_short_is_interrupted() -> None:
    state = STATE | {"log_history": LOG[:2], "global_step": 2}
    found = trainer.read_run({Path("s.json"): state}, "run")
    assert found.state == "interrupted"
    assert "step 2 of 4" in found.reason


@pytest.mark.parametrize("step", [None, True, "2", 2.5])
def test_an_entry_without_a_step_is_refused(step: Any) -> None:
    with pytest.raises(ImportingError, match="without a step"):
        trainer.read_run({Path("s.json"): {"log_history": [{"loss": 1.0, "step": step}]}}, "run")


def test_a_step_that_is_written_as_a_fraction_is_one() -> None:
    (point,) = trainer.read_run({Path("s.json"): {"log_history": [{"loss": 1.0, "step": 2.0}]}}, "run").points
    assert (point.step, type(point.step)) == (2, int)


def saved(folder: str, step: int) -> dict[Path, Any]:
    """Return the state that lies in a folder of a run, with the whole log up to its step."""
    log = [{"step": each, "loss": 3.0 - each} for each in range(1, step + 1)]
    return {Path(folder) / "trainer_state.json": {"log_history": log, "global_step": step, "max_steps": 3}}


def test_states_of_checkpoints_are_parts_of_their_run() -> None:
    whole = saved("runs/a", 3)
    found = trainer.read_run(saved("runs/a/checkpoint-1", 1) | saved("runs/a/checkpoint-3", 3) | whole, "a")
    assert [point.step for point in found.points] == [1, 2, 3]
    assert found.files == (Path("runs/a/trainer_state.json"),)
    assert found.notes == ("2 earlier states, of its checkpoints, are passed over",)


def test_of_checkpoints_alone_the_last_one_counts(tmp_path: Path) -> None:
    for path, state in (saved("checkpoint-10", 2) | saved("checkpoint-9", 1)).items():
        (tmp_path / "a" / path).parent.mkdir(parents=True)
        (tmp_path / "a" / path).write_text(json.dumps(state))
    (found,) = sources.read_runs([tmp_path])
    assert (found.name, found.state, len(found.points)) == ("a", "interrupted", 2)
    (one,) = sources.read_runs([tmp_path / "a" / "checkpoint-9" / "trainer_state.json"])
    assert (one.name, len(one.points), one.notes) == ("a", 1, ())


def test_what_is_no_number_is_passed_on_as_it_stands() -> None:
    log = [{"step": 2, "loss": "1.5", "eval_rouge1": "n/a"}]
    results = {"predict_rouge1": "n/a", "predict_rouge2": None, "predict_loss": "Infinity"}

    found = trainer.read_run(
        {Path("trainer_state.json"): STATE | {"log_history": log}, Path("all_results.json"): results}, ""
    )

    assert found.latest == {"loss": 1.5, "eval_rouge1": "n/a", **results, "predict_loss": math.inf}


def test_what_results_repeat_is_said_once() -> None:
    both = {"eval_rouge1": "n/a", "eval_loss": 2.0}
    found = trainer.read_run(
        {Path("all_results.json"): both, Path("eval_results.json"): both | {"eval_loss": 2.5}}, "run"
    )
    assert [point.values for point in found.points] == [both, {"eval_loss": 2.5}]


@pytest.mark.parametrize("name", ["loss", "eval_loss", "eval_g0_loss", "predict_loss", "train/loss", "eval/g0_loss"])
def test_a_loss_of_any_phase_and_set_shows_that_a_run_diverged(name: str) -> None:
    state = STATE | {"log_history": [*LOG, {"step": 4, name: "NaN"}]}
    found = with_state(trainer.read_run({Path("s.json"): state}, "run"))
    assert (found.state, found.reason) == ("diverged", f"{name} is nan at step 4")


@pytest.mark.parametrize(
    ("name", "content", "are_results"),
    [
        ("all_results.json", {"rouge1": 53}, True),
        ("test_results.json", {"rouge1": "n/a"}, True),
        ("metrics.json", {"eval_loss": 1.5}, True),
        ("metrics.json", {"rouge1": 53}, False),
        ("search_results.json", {"hits": [1, 2]}, False),
        ("all_results.json", {}, False),
        ("all_results.json", [1], False),
    ],
)
def test_results_are_known_by_their_file_or_by_their_names(name: str, content: Any, are_results: bool) -> None:
    assert trainer.is_results(Path("run") / name, content) is are_results
