"""Points of grid and random searches."""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from xp.dsl.tuning import Tuning
from xp.engine.search.points import search_points


def tuning(**fields: Any) -> Tuning:
    """Return a search."""
    return Tuning.model_validate(fields)


def test_a_grid_is_every_combination_the_last_setting_turning_fastest() -> None:
    space = {"learning_rate": {"values": [1e-4, 1e-3]}, "batch_size": {"values": [4, 8]}}
    found = [*search_points(tuning(algorithm="grid", space=space), "trial")]
    assert [tuple(point.values()) for point in found] == [(1e-4, 4), (1e-4, 8), (1e-3, 4), (1e-3, 8)]


@given(st.text(max_size=5), st.integers(1, 20))
def test_random_points_lie_in_their_space_and_repeat_themselves(key: str, samples: int) -> None:
    space = {
        "learning_rate": {"low": 1e-5, "high": 1e-3, "log": True},
        "batch_size": {"low": 2, "high": 9},
        "precision": {"values": ["fp32", "bf16"]},
    }
    search = tuning(algorithm="random", samples=samples, space=space)
    found = [*search_points(search, key)]
    assert len(found) == samples
    for point in found:
        assert 1e-5 <= point["learning_rate"] <= 1e-3
        assert point["batch_size"] in range(2, 10)
        assert isinstance(point["batch_size"], int)
        assert point["precision"] in ("fp32", "bf16")
    assert found == [*search_points(search, key)]
    more = tuning(algorithm="random", samples=samples + 1, space=space)
    assert [*search_points(more, key)][:samples] == found


@given(st.text(max_size=5))
def test_no_training_is_drawn_twice_as_long_as_there_are_others(key: str) -> None:
    space = {"batch_size": {"low": 2, "high": 4}, "precision": {"values": ["fp32", "bf16"]}}
    found = [tuple(point.values()) for point in search_points(tuning(algorithm="random", samples=6, space=space), key)]
    assert sorted(found) == sorted(product([2, 3, 4], ["fp32", "bf16"]))


@given(st.text(max_size=5))
def test_a_population_larger_than_its_space_has_all_of_it(key: str) -> None:
    space = {"weight_decay": {"values": [0.0, 0.1, 0.3]}}
    search = tuning(algorithm="pbt", population=5, generations=2, space=space)
    found = [point["weight_decay"] for point in search_points(search, key)]
    assert sorted(found[:3]) == [0.0, 0.1, 0.3]
    assert len(found) == 5


def test_a_logarithmic_range_is_drawn_from_evenly_in_its_logarithm() -> None:
    space = {"learning_rate": {"low": 1e-6, "high": 1e-2, "log": True}}
    found = [*search_points(tuning(algorithm="random", samples=2000, space=space), "trial")]
    below = sum(point["learning_rate"] < 1e-4 for point in found)
    assert 900 < below < 1100
