"""A training that goes on from a donor's checkpoint has the donor's weights and its own settings."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.engine.house import House
from xp.dsl.trial import Start

pytestmark = pytest.mark.slow

DONOR: dict[str, Any] = {"max_steps": 8, "learning_rate": 1e-3, "weight_decay": 0.0, "eval_strategy": "no"}
OWN: dict[str, Any] = {"learning_rate": 1e-3 * 1.2, "weight_decay": 0.1, "adam_beta1": 0.8, "max_grad_norm": 0.5}

WAYS: dict[str, dict[str, Any]] = {
    "ddp": {"world_size": 2},
    "zero1": {"world_size": 2, "zero": {"stage": 1}},
    "zero2": {"world_size": 2, "zero": {"stage": 2}, "lr_scheduler_type": "WarmupDecayLR", "warmup_steps": 2.0},
    "zero3": {"world_size": 2, "zero": {"stage": 3}, "lr_scheduler_type": "cosine", "warmup_steps": 2.0},
}


@pytest.mark.parametrize("way", WAYS)
def test_the_receiver_has_the_donors_weights_and_its_own_settings(house: House, way: str) -> None:
    whole = house.run(**DONOR | WAYS[way])
    donor = house.run(until=4, keep=True, **DONOR | WAYS[way])
    start = Start(trial="0" * 12, step=4)
    alike = house.run(after=(donor, 4), start=start, **DONOR | WAYS[way])
    receiver = house.run(after=(donor, 4), start=start, swept=tuple(OWN), **DONOR | WAYS[way] | OWN)

    assert receiver.codes == [0, 0], receiver.log()
    told, fresh = (ended.facts("measurement", "start") for ended in (receiver, donor))
    assert told["weights"] == donor.facts("measurement", "kept")["weights"] != fresh["weights"]
    assert (told["weights_step"], fresh["weights_step"]) == (4, 0)
    assert "weights" not in whole.facts("measurement", "start")
    losses = whole.curve("loss")
    assert alike.curve("loss") == losses
    # the loss of the first step is taken before its update: to the last bit it is that of the donor's weights
    assert receiver.curve("loss")[5] == losses[5]
    assert receiver.curve("loss")[8] != losses[8]
    effective = receiver.effective()
    assert {name: effective[name] for name in OWN} == pytest.approx(OWN)
    rates, theirs = receiver.curve("learning_rate"), whole.curve("learning_rate")
    assert {step: rates[step] for step in range(5, 9)} == pytest.approx(
        {step: 1.2 * theirs[step] for step in range(5, 9)}, abs=1e-12
    )
    assert (told["trial"], told["step"]) == ("0" * 12, 4)
    assert math.isclose(told["learning_rate"], 1.2 * alike.facts("measurement", "start")["learning_rate"])
