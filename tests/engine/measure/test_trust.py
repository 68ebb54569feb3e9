"""An energy is a number that can be true, or it is left out with a reason: never a silent zero."""

from __future__ import annotations

import math

import pytest

from xp.engine.measure import trust

GOOD = {"energy_consumed": 0.002, "emissions": 0.001, "duration": 3.0}


def test_good_values_pass_as_they_are() -> None:
    assert trust.valid(GOOD) == (GOOD, {})


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param(-0.013, "negative: -0.013", id="counter-wrapped-round"),
        pytest.param(None, "the tracker gave no value", id="tracker-refused"),
        pytest.param(math.nan, "not a number: nan", id="not-a-number"),
        pytest.param(0.0, "zero: a machine that runs uses energy", id="zero"),
        pytest.param(0.02, "implausible: 24,000.0 W on average", id="more-than-a-machine-can-draw"),
        pytest.param(1e-9, "implausible: 0.0 W on average", id="less-than-any-machine-draws"),
    ],
)
def test_energy_that_cannot_be_true_is_left_out_with_a_reason(value: float | None, reason: str) -> None:
    metrics, problems = trust.valid(GOOD | {"energy_consumed": value})

    assert metrics == {"duration": 3.0}
    assert problems == {"energy_consumed": reason, "emissions": "its energy is not valid"}


def test_the_energy_of_a_phase_is_as_doubtful_as_the_whole() -> None:
    metrics, problems = trust.valid(GOOD | {"energy_consumed_train": 0.001, "energy_consumed_predict": -0.001})

    assert metrics == GOOD | {"energy_consumed_train": 0.001}
    assert problems == {"energy_consumed_predict": "negative: -0.001"}
    assert trust.valid(GOOD | {"energy_consumed_train": 0.001, "energy_consumed": -1.0})[0] == {"duration": 3.0}
