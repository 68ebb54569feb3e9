"""Measures that an experiment makes for itself are measured, compared, claimed and ranked like all others."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from tests import small
from tests.queries.asking import Table
from xp.dsl.own_measures import OwnMeasure
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load

STATES = {"metric": "optimizer_state_memory", "unit": "B", "better": "lower"}
SECOND = {"metric": "predict_rouge2", "unit": "points", "better": "higher", "scale": "difference", "margin": 3.0}
MEASURES = {
    "fullest": {**STATES, "over_ranks": "max"},
    "all": {**STATES, "over_ranks": "sum"},
    "usual": {**STATES, "over_ranks": "mean"},
    "second": SECOND,
    "never": {"metric": "gpu_energy", "unit": "kWh", "better": "lower"},
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """The small experiment with measures of its own, a claim on one, and one as its objective."""
    empty = Layout(tmp_path_factory.mktemp("own"))
    small.journals(empty)
    measures = [asdict(OwnMeasure.model_validate(text).measure(name)) for name, text in MEASURES.items()]
    claim: dict[str, Any] = {
        "method": "zero2",
        "measure": "second",
        "expectation": "increases",
        "situational": False,
        "baseline": "baseline",
        "scale": "difference",
        "margin": 3.0,
        "hash": "a" * 16,
    }
    objective = {"metric": "second", "goal": "maximize"}
    small.plan(empty, time=small.START + 1, measures=measures, claims=[claim], objective=objective)
    load(empty)
    return empty


def test_ranks_come_to_what_the_measure_says(own: Layout, table: Table) -> None:
    rows = {row["measure"]: row for row in table("effects", own) if row["method"] == "zero2"}

    # rank 0 keeps 5.6 MB, rank 1 keeps 5.7 MB; with ZeRO 2.8 MB and 2.9 MB
    assert rows["fullest"]["baseline_mean"] == pytest.approx(5.7e6)
    assert rows["all"]["mean"] == pytest.approx(2.8e6 + 2.9e6)
    assert rows["usual"]["ratio"] == pytest.approx(2.85 / 5.65)
    assert (rows["fullest"]["unit"], rows["fullest"]["n"]) == ("B", 3)


def test_an_effect_on_it_is_told_after_those_that_all_have(own: Layout, table: Table) -> None:
    measures = [row["measure"] for row in table("effects", own) if row["method"] == "zero2"]

    # nobody recorded the energy of a GPU: nothing is said of it
    assert measures[-4:] == ["fullest", "all", "usual", "second"]


def test_a_claim_on_it_is_judged(own: Layout, table: Table) -> None:
    (row,) = table("verdicts", own)

    # 31 - 30, 32 - 32 and 33 - 34
    assert (row["measure"], row["verdict"], row["effect"], row["n"]) == ("second", "refuted", 0.0, 3)
    assert row["unit"] == "Δpoints"


def test_the_best_trial_is_the_best_at_it(own: Layout, table: Table) -> None:
    first, *_ = table("best", own)
    assert (first["score"], first["value"], first["unit"]) == ("second", 34.0, "points")
    assert table("best", own, measure="fullest")[0]["value"] == pytest.approx(2.9e6)


def test_it_may_be_weighed_against_accuracy_and_looked_at_by_seed(own: Layout, table: Table) -> None:
    assert {row["unit"] for row in table("pareto", own, against="second")} == {"points"}
    assert {row["measure"] for row in table("seeds", own, measure="usual")} == {"usual"}


def test_the_trade_offs_end_with_them(own: Layout, table: Table) -> None:
    row = next(row for row in table("tradeoffs", own) if row["method"] == "zero2")
    assert row["own"] == "fullest 0.509×, all 0.504×, usual 0.504×, second +0"


def test_an_experiment_without_any_has_none(table: Table) -> None:
    assert {row["own"] for row in table("tradeoffs")} == {None}
