"""What trials cost, by prices that can be changed after the run; what is unknown is never 0."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import small
from xp.engine.layout import Layout
from xp.engine.warehouse.ask import ask
from xp.engine.warehouse.load import load
from xp.queries.catalog import find

HOUR = 3600
GPU = {"tariff": "gpu", "machine_hour": None, "gpu_hour": 3.0}
BOTH = {"tariff": "both", "machine_hour": 1.0, "gpu_hour": 3.0}


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path)


def asked(layout: Layout, name: str = "cost", **params: Any) -> list[dict[str, Any]]:
    load(layout)
    query = find(name)
    answer = ask(layout, query, query.values(params))
    return [dict(zip([column.name for column in answer.columns], row, strict=True)) for row in answer.rows]


def took(
    layout: Layout, seconds: float, state: str = "completed", seed: int = 1, gpus: int | None = 0, **facts: str
) -> None:
    """Write an attempt at a baseline trial, of two ranks."""
    attempt = small.attempt(layout, small.Trial("baseline", seed))
    attempt.start()
    if gpus is not None:
        values = {"gpu_count": gpus, **facts}
        attempt.engine("facts", section="environment", subject="", values=values, units={})
    attempt.end(state, seconds=seconds)


def test_labels_of_two_prices_cannot_be_swapped(layout: Layout) -> None:
    small.plan(layout, prices=small.PRICES)
    took(layout, 508)

    first, second, *_ = asked(layout)

    assert (first["tariff"], round(first["cost"], 2), round(first["total"], 2)) == ("dedicated", 3.11, 3.11)
    assert (second["tariff"], round(second["cost"], 2), round(second["total"], 2)) == ("low_priority", 0.62, 0.62)


def test_attempts_that_failed_are_paid_for_too(layout: Layout) -> None:
    small.plan(layout, prices=[{"tariff": "own", "machine_hour": 2.0, "gpu_hour": None}])
    took(layout, HOUR, "timeout")
    took(layout, HOUR)
    took(layout, 2 * HOUR, seed=2)
    took(layout, 2 * HOUR, "oom", seed=3)

    row = asked(layout)[0]

    assert (row["n"], row["cost"], row["cost_spread"]) == (2, 4.0, 0.0)
    assert (row["seconds"], row["total"], row["note"]) == (6 * HOUR, 12.0, "1 oom")


def test_without_a_price_the_cost_is_unknown_and_says_so(layout: Layout) -> None:
    small.plan(layout)
    took(layout, HOUR)

    row = asked(layout)[0]

    assert (row["tariff"], row["n"], row["cost"], row["seconds"], row["total"]) == (None, 1, None, HOUR, None)
    assert row["note"] == "no price is declared: [prices.NAME]; 2 pending"
    assert asked(layout, "best", measure="cost") == []


def test_what_has_not_run_has_cost_nothing_that_is_known(layout: Layout) -> None:
    small.plan(layout, prices=small.PRICES)
    took(layout, HOUR)

    zero2 = next(row for row in asked(layout) if row["method"] == "zero2")

    assert (zero2["n"], zero2["cost"], zero2["seconds"], zero2["total"]) == (0, None, None, None)
    assert zero2["note"] == "3 pending"


def test_a_price_can_be_changed_after_the_run(layout: Layout) -> None:
    small.plan(layout, prices=small.PRICES)
    took(layout, HOUR)
    assert asked(layout)[0]["cost"] == pytest.approx(22.03)

    small.plan(layout, time=small.START + 1, prices=[{"tariff": "new", "machine_hour": 5.0, "gpu_hour": None}])

    assert [(row["tariff"], row["cost"]) for row in asked(layout) if row["method"] == "baseline"] == [("new", 5.0)]


@pytest.mark.parametrize(
    ("price", "gpus", "cost", "reason"),
    [
        pytest.param(GPU, 8, 6.0, None, id="a-gpu-for-each-rank"),
        pytest.param(BOTH, 8, 7.0, None, id="machine-and-gpus"),
        pytest.param(BOTH, 0, 1.0, None, id="machine-without-gpus"),
        pytest.param(GPU, 0, None, "1 without a GPU", id="no-gpu"),
        pytest.param(BOTH, None, None, "1 with an unknown number of GPUs", id="unknown-gpus"),
    ],
)
def test_an_hour_of_gpus(
    layout: Layout, price: dict[str, Any], gpus: int | None, cost: float | None, reason: str | None
) -> None:
    small.plan(layout, prices=[price])
    took(layout, HOUR, gpus=gpus)

    row = asked(layout)[0]

    assert (row["cost"], row["total"]) == (cost, cost)
    assert row["note"] == "; ".join(filter(None, ["2 pending", reason and f"attempts without a price: {reason}"]))


@pytest.mark.parametrize(("device", "cost"), [("cpu", 1.0), ("cuda", 7.0)])
def test_gpus_that_the_trial_did_not_compute_on_are_not_paid_for(layout: Layout, device: str, cost: float) -> None:
    small.plan(layout, prices=[BOTH])
    took(layout, HOUR, gpus=8, device=device)

    assert asked(layout)[0]["cost"] == cost


def test_trainings_that_ran_side_by_side_count_each_for_itself(layout: Layout) -> None:
    """Three trainings of two hours side by side, and an attempt that finds them there and takes half an hour."""
    small.plan(layout, prices=[GPU])
    for seconds, trained in ((2 * HOUR, 6 * HOUR), (HOUR / 2, 0)):
        search = small.attempt(layout, small.Trial("baseline", 1))
        search.start()
        search.engine("facts", section="environment", subject="", values={"gpu_count": 8}, units={})
        search.end("completed", seconds=seconds, trained_seconds=trained)

    row = asked(layout)[0]

    assert (row["seconds"], row["cost"]) == (6.5 * HOUR, 6.5 * 2 * 3.0), "two ranks have a GPU each"


def test_an_attempt_whose_engine_was_killed_is_of_unknown_length(layout: Layout) -> None:
    small.plan(layout, prices=small.PRICES)
    took(layout, 0.0, "interrupted")
    took(layout, HOUR)
    took(layout, 0.0, "interrupted", seed=2)
    small.attempt(layout, small.Trial("baseline", 3)).start()

    row = asked(layout)[0]

    # what seed 1 cost is more than what is known of it
    assert (row["n"], row["cost"], row["total"]) == (1, None, pytest.approx(22.03))
    assert "cost" not in {effect["measure"] for effect in asked(layout, "effects")}
    assert row["note"] == "1 interrupted, 1 running; attempts without a price: 2 of unknown length, 1 running"


def test_the_measure_cost_takes_the_first_tariff(layout: Layout) -> None:
    small.plan(layout, prices=small.PRICES)
    small.completed(layout, small.Trial("baseline", 1))
    small.retried(layout, small.Trial("zero2", 1), small.START)

    effect = next(row for row in asked(layout, "effects") if (row["method"], row["measure"]) == ("zero2", "cost"))

    # 20 s and 30 s against 30 s
    assert (effect["n"], effect["unit"], effect["ratio"]) == (1, "USD", pytest.approx(5 / 3))
    assert effect["baseline_mean"] == pytest.approx(30 * 22.03 / HOUR)
    best = asked(layout, "best", measure="cost")
    assert [(row["label"], row["unit"]) for row in best] == [
        ("baseline · dialogues · seed 1", "USD"),
        ("zero2 · dialogues · seed 1", "USD"),
    ]
