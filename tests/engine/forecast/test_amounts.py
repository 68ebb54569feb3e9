"""Numbers of a forecast, one by one and together."""

from __future__ import annotations

import pytest

from xp.engine.forecast.amounts import UNKNOWN, Amount, Forecast, Sum, mean, total


def forecast(memory: float | None, time: float | None) -> Forecast:
    return Forecast(
        Amount("B", memory, "formula" if memory else UNKNOWN),
        Amount("s", time, f"measured {time}" if time else UNKNOWN),
        Amount("kWh"),
        Amount("kg"),
        Amount("USD"),
    )


def test_a_mean_has_bounds_where_there_are_several() -> None:
    assert mean("s", [1.0, 3.0], "measured") == Amount("s", 2.0, "measured", 1.0, 3.0)
    assert mean("s", [1.0], "measured") == Amount("s", 1.0, "measured")


def test_a_mean_of_nothing_is_unknown() -> None:
    nothing = mean("s", [], "measured")

    assert (nothing.known, nothing.basis) == (False, UNKNOWN)


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("memory", Sum("B", 300.0, 2, ("formula",))),
        ("time", Sum("s", 30.0, 2, ("measured 10.0", "measured 20.0"))),
        ("energy", Sum("kWh", None, 0, ())),
    ],
)
def test_trials_run_one_after_another(name: str, whole: Sum) -> None:
    assert total([forecast(100.0, 10.0), forecast(300.0, None), forecast(None, 20.0)], name) == whole
