"""A setting that did not take is named, with what was declared and what is in force."""

from __future__ import annotations

from typing import Any

import pytest

from xp.engine.train.readback import differences, is_in_force


def sentences(declared: dict[str, Any], found: dict[str, Any], *swept: str) -> list[str]:
    return list(differences(declared, found, swept, steps=60))


def test_settings_in_force_are_not_mentioned() -> None:
    declared = {"learning_rate": 1e-3, "zero.stage": 2, "freeze": ("encoder",), "eval_steps": None}
    found = {"learning_rate": 0.001, "zero.stage": 2, "freeze": ["encoder"], "eval_steps": 10}

    assert sentences(declared, found, "zero.stage", "eval_steps") == []


def test_a_difference_names_setting_and_both_values() -> None:
    declared = {"learning_rate": 1e-3, "precision": "bf16", "gradient_checkpointing": True}
    found = {"learning_rate": 5e-5, "precision": "fp32", "gradient_checkpointing": False}

    assert sentences(declared, found) == [
        "learning_rate: 0.001 was declared, 5e-05 is in force",
        "precision: 'bf16' was declared, 'fp32' is in force",
        "gradient_checkpointing: true was declared, false is in force",
    ]


def test_a_swept_setting_that_nobody_could_read_has_no_effect() -> None:
    assert sentences({"epochs": 3.0}, {"max_steps": 5}, "epochs") == [
        "epochs: 3.0 was declared, but it has no effect here"
    ]


def test_a_setting_that_another_one_overrules_is_not_missed() -> None:
    """One method counts epochs and another one steps: what the first sets is at its default in the second."""
    assert sentences({"epochs": 3.0, "max_steps": 5}, {"max_steps": 5}, "epochs", "max_steps") == []


def test_nothing_is_left_to_be_filled_in() -> None:
    assert sentences({}, {"deepspeed.zero_optimization.reduce_bucket_size": "auto"}) == [
        "deepspeed.zero_optimization.reduce_bucket_size: 'auto' was not filled in"
    ]


def test_a_setting_that_nobody_swept_need_not_be_read() -> None:
    assert sentences({"epochs": 3.0}, {"max_steps": 5}) == []


@pytest.mark.parametrize(
    ("name", "wanted", "found", "same"),
    [
        pytest.param("warmup_steps", 0.1, 6, True, id="share-of-all-steps"),
        pytest.param("warmup_steps", 0.01, 1, True, id="share-rounded-up"),
        pytest.param("warmup_steps", 0.1, 0, False, id="share-ignored"),
        pytest.param("warmup_steps", 6.0, 6, True, id="steps"),
        pytest.param("max_train_samples", 100, 20, True, id="corpus-below-the-limit"),
        pytest.param("max_train_samples", 100, 120, False, id="limit-ignored"),
        pytest.param("freeze", ("embeddings", "encoder"), ["encoder", "embeddings"], True, id="groups-in-any-order"),
        pytest.param("freeze", ("encoder",), [], False, id="nothing-frozen"),
        pytest.param("adam_beta2", 0.98, 0.98, True, id="number"),
        pytest.param("learning_rate", 1e-3, "0.001 and 0.002", False, id="groups-disagree"),
    ],
)
def test_values_agree(name: str, wanted: Any, found: Any, same: bool) -> None:
    assert is_in_force(name, wanted, found, steps=60) is same
