"""An energy is a number that can be true, or it is left out with a reason: never a silent zero."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

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


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        pytest.param("cpu_energy", -0.013, "negative: -0.013", id="processor"),
        pytest.param("gpu_energy", math.inf, "not a number: inf", id="card"),
        pytest.param("energy_consumed_predict", -0.001, "negative: -0.001", id="phase"),
    ],
)
def test_a_sum_is_as_doubtful_as_any_part_of_it(name: str, value: float, reason: str) -> None:
    metrics, problems = trust.valid(GOOD | {"ram_energy": 0.0005, "energy_consumed_train": 0.001, name: value})

    assert metrics == {"ram_energy": 0.0005, "duration": 3.0}
    assert problems[name] == reason
    assert problems["energy_consumed"] == f"its {name} is {reason}"
    assert problems["emissions"] == problems["energy_consumed_train"] == "its energy is not valid"


def test_a_phase_is_as_doubtful_as_the_whole() -> None:
    assert trust.valid(GOOD | {"energy_consumed_train": 0.001, "energy_consumed": -1.0})[0] == {"duration": 3.0}


def test_a_part_without_a_value_says_nothing_against_the_sum() -> None:
    assert trust.valid(GOOD | {"gpu_energy": None})[0] == GOOD


@dataclass
class GPU:
    """Stands for codecarbon's part of the same name."""

    devices: SimpleNamespace
    gpu_ids: list[int] | None


def cards(*counters: float | None, seen: list[int] | None = None) -> GPU:
    """Return cards with these counters, of which a process may see some."""
    found = [SimpleNamespace(gpu_index=place, last_energy=counter) for place, counter in enumerate(counters)]
    return GPU(SimpleNamespace(devices=found), seen)


class CPU:
    """Stands for codecarbon's part of the same name."""


PARTS = {"cpu_energy": 0.0, "gpu_energy": 0.0, "ram_energy": 0.002}


@pytest.mark.parametrize(
    ("hardware", "left"),
    [
        pytest.param([], GOOD | PARTS, id="nothing-is-measured"),
        pytest.param([CPU()], {"gpu_energy": 0.0, "ram_energy": 0.002, "duration": 3.0}, id="counter-nobody-may-read"),
        pytest.param(
            [cards(1.0)], {"cpu_energy": 0.0, "ram_energy": 0.002, "duration": 3.0}, id="card-without-counter"
        ),
        pytest.param([cards(1.0, seen=[])], GOOD | PARTS, id="card-that-is-hidden"),
    ],
)
def test_a_part_that_runs_uses_energy(hardware: list[Any], left: dict[str, float]) -> None:
    assert trust.valid(GOOD | PARTS, trust.working(hardware))[0] == left


@pytest.mark.parametrize(
    ("hardware", "told"),
    [
        pytest.param([CPU()], "none", id="no-card"),
        pytest.param([cards(1.0, 2.0)], "counter", id="all"),
        pytest.param([cards(1.0, 2.0, seen=[1])], "counter, 1 of 2", id="one-of-two"),
        pytest.param([cards(1.0, None)], "power readings", id="one-has-no-counter"),
        pytest.param([cards(1.0, None, seen=[0])], "counter, 1 of 2", id="that-one-is-hidden"),
        pytest.param([cards(1.0, seen=[])], "none of 1", id="hidden"),
    ],
)
def test_how_the_energy_of_cards_is_found_is_said(hardware: list[Any], told: str) -> None:
    assert trust.of_cards(hardware) == told
