"""Numbers that follow from one another: those of a real run agree, and an edited one is found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xp.engine.importing import emissions, mlflow, trainer
from xp.engine.importing.agreement import disagreements

METRICS = Path(__file__).parent / "data" / "linydub" / "metrics"
STATE = json.loads((METRICS / "trainer_state.json").read_text()) | {"train_batch_size": 128}
RESULTS = json.loads((METRICS / "all_results.json").read_text())
RUN = json.loads((METRICS / "mlflow-metrics-run.json").read_text())


def told(**contents: dict[str, Any]) -> list[str]:
    """Return what does not agree in files, each named by its first word."""
    files = {Path(f"{name}.json"): content for name, content in contents.items()}
    return list(disagreements(trainer.read_run(files, "run")))


def names(sentences: list[str]) -> list[str]:
    return [sentence.split()[0] for sentence in sentences]


def test_the_numbers_of_a_real_run_agree() -> None:
    # 14732 * 3 / 261.1841 = 169.214, 348 / 261.1841 = 1.332, 818 / 23.764 = 34.42, ceil(14732 / 128) * 3 = 348
    assert told(trainer_state=STATE, all_results=RESULTS) == []
    assert told(trainer_state=STATE) == []
    assert told(all_results=RESULTS) == []
    assert list(disagreements(mlflow.read_run(Path("run.json"), RUN))) == []


def test_a_runtime_that_was_edited_is_found_by_all_that_follows_from_it() -> None:
    assert told(trainer_state=STATE, all_results=RESULTS | {"train_runtime": 26.1}) == [
        "train_runtime is 261.184 in trainer_state.json and 26.1 in all_results.json",
        "train_samples_per_second is 169.214, but 1693.33 follows from samples, steps and runtime",
        "train_steps_per_second is 1.332, but 13.3333 follows from samples, steps and runtime",
    ]


@pytest.mark.parametrize(
    ("edited", "named"),
    [
        ({"train_runtime": 26.1}, ["train_samples_per_second", "train_steps_per_second"]),
        ({"eval_samples_per_second": 44.42}, ["eval_samples_per_second"]),
        ({"eval_steps_per_second": 0.31}, ["eval_steps_per_second"]),
        ({"predict_runtime": 2.61}, ["predict_samples_per_second", "predict_steps_per_second"]),
    ],
)
def test_an_edited_number_is_found_in_results_alone(edited: dict[str, float], named: list[str]) -> None:
    assert names(told(all_results=RESULTS | edited)) == named


def test_steps_that_samples_and_batches_do_not_make_are_found() -> None:
    state = STATE | {"global_step": 360}
    assert told(trainer_state=state, all_results=RESULTS) == [
        "global_step is 360, but max_steps is 348",
        "global_step is 360, but 348 follows from samples, batch size and epochs",
    ]


def test_a_runtime_below_nothing_is_found() -> None:
    assert told(all_results={"eval_runtime": -5.0, "eval_samples": 10}) == [
        "eval_runtime is -5, and no time is less than 0"
    ]


@pytest.mark.parametrize("batch", [32, 64, 16])
def test_the_batch_of_one_of_several_processes_makes_the_steps(batch: int) -> None:
    assert told(trainer_state=STATE | {"train_batch_size": batch}, all_results=RESULTS) == []


def test_a_trainer_that_stopped_early_may_tell_its_speed_by_what_it_had_planned() -> None:
    state = STATE | {"global_step": 232, "epoch": 2.0, "log_history": []}
    assert told(trainer_state=state, all_results=RESULTS | {"epoch": 2.0}) == []


def test_one_number_with_fewer_digits_is_no_contradiction() -> None:
    short = {"train_loss": 1.2015, "train_runtime": 261.18, "epoch": 2.997}
    assert told(all_results=RESULTS, train_results=short) == []
    assert names(told(all_results=RESULTS, train_results=short | {"train_loss": 1.21})) == ["train_loss"]


def test_a_speed_beyond_all_numbers_is_found() -> None:
    assert names(told(all_results={"eval_runtime": 1e300, "eval_steps_per_second": 1e300})) == ["eval_steps_per_second"]


@pytest.mark.parametrize(
    ("energies", "said"),
    [
        (["0.6", "0.6001"], []),
        (["0.6", "6"], ["energy_consumed is 6 in line 3, but its parts add up to 0.6"]),
        (["0.06", "6"], ["energy_consumed is 0.06 in line 2, but its parts add up to 0.6; so in 1 more"]),
        (["", "0.6"], []),
    ],
)
def test_an_energy_that_its_parts_do_not_make_is_found(tmp_path: Path, energies: list[str], said: list[str]) -> None:
    header = "timestamp,run_id,duration,emissions,energy_consumed,cpu_energy,gpu_energy,ram_energy"
    rows = [f"2024-05-01T1{hour}:00:00+00:00,r{hour},9000,0.1,{one},0.1,0.2,0.3" for hour, one in enumerate(energies)]
    path = tmp_path / "emissions.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    (found,) = emissions.read_emissions(path)
    assert list(disagreements(found)) == said
