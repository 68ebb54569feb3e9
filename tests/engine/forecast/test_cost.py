"""Money is time at a rate; without a time or a rate it is unknown, never 0."""

from __future__ import annotations

import pytest

from xp.dsl.price import Price
from xp.engine.forecast.amounts import Amount
from xp.engine.forecast.cost import Tariff

HOUR = Amount("s", 3600.0, "measured, 2 attempts", 1800.0, 5400.0)


@pytest.mark.parametrize(
    ("price", "has_gpus", "cost"),
    [
        pytest.param(Price(machine_hour=22.03), False, 22.03, id="machine"),
        pytest.param(Price(machine_hour=22.03), True, 22.03, id="machine-with-gpus"),
        pytest.param(Price(gpu_hour=3.0), True, 6.0, id="one-gpu-for-each-rank"),
        pytest.param(Price(machine_hour=1.0, gpu_hour=3.0), True, 7.0, id="both"),
        pytest.param(Price(machine_hour=1.0, gpu_hour=3.0), False, 1.0, id="no-gpu-to-pay-for"),
        pytest.param(Price(gpu_hour=3.0), False, None, id="nothing-to-pay-for"),
    ],
)
def test_an_hour_of_two_ranks(price: Price, *, has_gpus: bool, cost: float | None) -> None:
    assert Tariff("own", price, has_gpus).cost(HOUR, ranks=2).value == (None if cost is None else pytest.approx(cost))


def test_the_basis_and_the_bounds_are_those_of_the_time() -> None:
    found = Tariff("own", Price(machine_hour=2.0), has_gpus=False).cost(HOUR, ranks=1)

    assert found.basis == "time at the rates of 'own': measured, 2 attempts"
    assert found.low == pytest.approx(1.0)
    assert found.high == pytest.approx(3.0)


def test_an_unknown_time_costs_an_unknown_sum() -> None:
    assert Tariff("own", Price(machine_hour=2.0), has_gpus=False).cost(Amount("s"), ranks=1) == Amount("USD")
