"""A training that was cut ends as one that was not: every number but those of time, memory and energy is the same."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.house import House
from tests.engine.offloading import needs_nvme
from xp.dsl.spec import Dataset

pytestmark = pytest.mark.slow

LENGTH: dict[str, Any] = {"max_steps": 11, "logging_steps": 2}
"""Two epochs and a part of a third on two ranks, three on one; logged at every second step, stopped at odd ones."""

FOLDER = {"stage": 3, "offload_optimizer": "nvme"}

WAYS: dict[str, dict[str, Any]] = {
    "alone": {"train_sampling_strategy": "group_by_length", "batch_size": 8},
    "patient": {
        "early_stopping": {"patience": 2, "threshold": 100.0},
        "eval_strategy": "steps",
        "eval_steps": 3,
        "batch_size": 8,
    },
    "ddp-sortish": {"world_size": 2, "train_sampling_strategy": "sortish"},
    "zero0": {"zero": {"stage": 0}, "gradient_accumulation_steps": 2},
    "zero1": {"world_size": 2, "zero": {"stage": 1}, "train_sampling_strategy": "sortish"},
    "zero2": {"world_size": 2, "zero": {"stage": 2}, "freeze": ["encoder"]},
    "zero2-alone": {"zero": {"stage": 2}, "lr_scheduler_type": "WarmupDecayLR", "warmup_steps": 4.0},
    "zero3": {"world_size": 2, "zero": {"stage": 3}, "precision": "bf16"},
    "zero3-alone": {"zero": {"stage": 3}},
    "infinity": {"world_size": 2, "zero": FOLDER, "config": {"encoder_ffn_dim": 40_000}},
    "infinity-alone": {"zero": FOLDER, "config": {"encoder_ffn_dim": 40_000}, "precision": "bf16"},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_cut_training_ends_as_a_whole_one(house: House, way: str) -> None:
    settings = LENGTH | WAYS[way]
    if settings.get("zero") == FOLDER:
        needs_nvme(house.folder)
    whole = house.run(**settings)
    assert whole.codes == [0] * settings.get("world_size", 1), whole.log()

    first = house.run(until=7, keep=True, **settings)  # deterministic, unlike a stop; evaluates at its end
    assert first.attempt.saved_steps() == [7], first.log()
    second = house.run(after=(first, 7), **settings)

    assert second.codes == whole.codes, second.log()
    expected, found = whole.lasting(), second.lasting()
    assert {key: found.get(key) for key in expected} == expected
    assert {step for _, step in found.keys() - expected.keys()} <= {7}
    assert second.predictions() == whole.predictions()


@pytest.mark.parametrize("phase", ["train", "predict"])
def test_a_trial_that_is_stopped_saves_first_and_goes_on_later(house: House, phase: str) -> None:
    settings: dict[str, Any] = {"world_size": 2, "zero": {"stage": 2}, "max_steps": 20}
    settings |= {"eval_batch_size": 1, "max_eval_samples": 2, "generation": {"num_beams": 3}}
    settings["dataset"] = Dataset(builtin="dialogues", size=400)
    whole = house.run(**settings)
    first = house.run(stop_in=phase, **settings)
    (step,) = first.attempt.saved_steps()

    assert first.codes == [1, 1]
    assert (first.failure()["kind"], first.failure(1)["kind"]) == ("stopped", "stopped")
    assert step == 20 if phase == "predict" else step < 20
    assert first.metrics()["energy_consumed"] > 0
    second = house.run(after=(first, step), **settings)
    assert second.codes == [0, 0], second.log()
    assert second.lasting() == whole.lasting()
    assert second.predictions() == whole.predictions()


def test_checkpoints_come_in_time_and_tell_what_was_used(house: House) -> None:
    ended = house.run(max_steps=200, eval_strategy="no", checkpoint_seconds=0.1)

    assert ended.codes == [0], ended.log()
    assert 1 <= len(ended.attempt.saved_steps()) <= 2
    so_far = [event for event in ended.events("metrics") if "checkpoint_seconds" in event["values"]]
    assert so_far[0]["step"] is None
    assert {"train_runtime", "train_device_seconds", "energy_consumed"} <= so_far[0]["values"].keys()
    assert so_far[-1]["values"]["checkpoint_seconds"] < 0.1 * ended.metrics()["train_runtime"]


def test_a_segment_is_evaluated_and_predicts_nothing(house: House) -> None:
    ended = house.run(until=3, max_steps=6)

    assert ended.codes == [0], ended.log()
    assert ended.metrics()["eval_rouge1"] is not None
    assert not ended.attempt.predictions.exists()
    assert ended.facts("measurement", "training")["stop_reason"] == "until"
    assert ended.attempt.saved_steps() == []
