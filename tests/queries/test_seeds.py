"""Means and their intervals over seeds, by hand."""

from __future__ import annotations

import math

import pytest

from tests import small
from tests.queries.asking import Table
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load


def test_seeds_by_hand(table: Table) -> None:
    rows = {row["method"]: row for row in table("seeds", measure="accuracy")}
    baseline, freeze = rows["baseline"], rows["freeze-encoder"]

    # 50, 52, 54; with two degrees of freedom t is 4.302652729749
    assert (baseline["n"], baseline["value"], baseline["value_spread"]) == (3, 52, 2)
    assert baseline["low"] == pytest.approx(52 - 4.302652729749 * 2 / math.sqrt(3))
    assert baseline["high"] == pytest.approx(52 + 4.302652729749 * 2 / math.sqrt(3))
    assert (baseline["least"], baseline["greatest"], baseline["unit"]) == (50, 54, "points")
    # 40 and 44; with one degree of freedom t is 12.7062
    assert freeze["high"] - freeze["low"] == pytest.approx(2 * 12.7062 * math.sqrt(8) / math.sqrt(2))
    assert (rows["broken"]["n"], rows["broken"]["value"]) == (0, None)


def test_the_interval_of_a_mean_has_the_confidence_of_the_experiment(empty: Layout, table: Table) -> None:
    small.journals(empty)
    small.plan(empty, time=small.START + 1, confidence=0.9)
    load(empty)

    baseline = next(row for row in table("seeds", empty, measure="accuracy") if row["method"] == "baseline")

    # 50, 52, 54; with two degrees of freedom t is 2.919985580354 at 90 %
    assert baseline["high"] == pytest.approx(52 + 2.919985580354 * 2 / math.sqrt(3))


def test_one_seed_has_no_interval(table: Table) -> None:
    rows = {row["method"]: row for row in table("seeds", measure="loss")}

    assert (rows["freeze-encoder"]["value"], rows["freeze-encoder"]["low"]) == (3.0, None)
    assert rows["freeze-encoder"]["note"] == "1 not finite, 1 running"


def test_seeds_show_the_measures_that_anything_has(table: Table) -> None:
    measures = ["memory", "speed", "runtime", "compute", "accuracy", "loss", "energy", "emissions"]

    assert list(dict.fromkeys(row["measure"] for row in table("seeds"))) == measures


def test_many_seeds_are_close_to_the_normal_interval(empty: Layout, table: Table) -> None:
    quantiles = {6: 2.5706, 31: 2.0423, 41: 2.0211, 101: 1.9840}
    for count, quantile in quantiles.items():
        layout = Layout(empty.root / str(count))
        trials = [small.Trial("baseline", seed) for seed in range(1, count + 1)]
        small.plan(layout, trials=trials)
        for trial in trials:
            attempt = small.attempt(layout, trial)
            attempt.start()
            attempt.metrics(predict_rouge1=50.0 + trial.seed % 2)
            attempt.end("completed")
        load(layout)

        (row,) = table("seeds", layout, measure="accuracy")

        half = (row["high"] - row["low"]) / 2
        assert half * math.sqrt(count) / row["value_spread"] == pytest.approx(quantile, abs=0.002)
