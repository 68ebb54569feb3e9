"""Verdicts on the small experiment, and on numbers made for the purpose."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import pytest
from scipy import stats

from tests import small
from tests.queries.asking import Table
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load

MIXED = "pairs differ in environment transformers"
"""The small experiment ran zero2, seed 3, with another version."""


def claim(measure: str, expectation: str, **fields: Any) -> dict[str, Any]:
    known = {"situational": False, "baseline": "baseline", "scale": "ratio", "margin": 0.05, "hash": "h1"}
    return {"method": "zero2", "measure": measure, "expectation": expectation, **known, **fields}


def told(
    layout: Layout, claims: Sequence[dict[str, Any]], speeds: Sequence[float], table: Table, **fields: Any
) -> dict[str, Any]:
    """Return the verdict on the first claim, the baseline's speed being 100 for every seed."""
    trials = [small.Trial(method, seed + 1) for method in ("baseline", "zero2") for seed in range(len(speeds))]
    small.plan(layout, trials=trials, claims=list(claims), **fields)
    for trial in trials:
        new = small.attempt(layout, trial, small.START + 60)
        new.start()
        new.metrics(train_steady_samples_per_second=100 if trial.method == "baseline" else speeds[trial.seed - 1])
        new.end("completed")
    load(layout)
    return table("verdicts", layout)[0]


def test_the_small_experiment(table: Table) -> None:
    memory, speed = table("verdicts")

    # 640 of 800 MB and half the speed, for each of three seeds
    assert (memory["verdict"], memory["effect"], memory["n"]) == ("supported", pytest.approx(0.8), 3)
    assert (speed["verdict"], speed["effect"], speed["expected"]) == ("refuted", pytest.approx(0.5), "*increases")
    assert speed["note"] == f"one context only; {MIXED}"
    assert memory["declared"] == "before"


def test_effect_interval_and_p_are_those_of_a_paired_t_test_of_logarithms(table: Table, empty: Layout) -> None:
    speeds = (150.0, 130.0, 145.0, 160.0)
    row = told(empty, [claim("speed", "increases")], speeds, table)

    logs = [math.log(speed / 100) for speed in speeds]
    expected = stats.ttest_1samp(logs, 0.0)
    low, high = expected.confidence_interval(0.95)
    assert row["verdict"] == "supported"
    assert row["p"] == pytest.approx(expected.pvalue, rel=1e-9)
    assert (row["effect_low"], row["effect_high"]) == (pytest.approx(math.exp(low)), pytest.approx(math.exp(high)))


@pytest.mark.parametrize(
    ("expectation", "speeds", "verdict", "note"),
    [
        pytest.param("reduces", (150, 130, 145, 160), "refuted", MIXED, id="the-other-way"),
        pytest.param("affects", (150, 130, 145, 160), "supported", MIXED, id="either-way"),
        pytest.param("increases", (101, 99, 100.5, 100), "refuted", "no effect beyond the margin", id="none"),
        pytest.param("increases", (120, 90, 140), "inconclusive", "more pairs needed", id="wide"),
        pytest.param("increases", (150,), "inconclusive", "about 1 more pair needed", id="one-seed"),
    ],
)
def test_every_verdict(
    expectation: str, speeds: tuple[float, ...], verdict: str, note: str, table: Table, empty: Layout
) -> None:
    row = told(empty, [claim("speed", expectation)], speeds, table)

    assert row["verdict"] == verdict
    assert note in row["note"]


def test_more_pairs_are_as_many_as_the_corrected_test_needs(table: Table, empty: Layout) -> None:
    speeds, runtimes = (120.0, 90.0, 140.0), (70.0, 100.0, 65.0)
    trials = [small.Trial(method, seed) for method in ("baseline", "zero2") for seed in (1, 2, 3)]
    small.plan(empty, trials=trials, claims=[claim("runtime", "reduces"), claim("speed", "increases")])
    for trial in trials:
        of_method = trial.method != "baseline"
        new = small.attempt(empty, trial, small.START + 60)
        new.start()
        new.metrics(
            train_steady_samples_per_second=speeds[trial.seed - 1] if of_method else 100,
            train_runtime=runtimes[trial.seed - 1] if of_method else 100,
        )
        new.end("completed")
    load(empty)
    rows = {row["measure"]: row for row in table("verdicts", empty)}

    # runtime has the smaller p: the first in Holm's order has to pass half of 5 %, the second all of it
    for measure, values, level in (("runtime", runtimes, 0.025), ("speed", speeds, 0.05)):
        logs = [math.log(value / 100) for value in values]
        least = next(n for n in range(4, 100) if significant(stats.tmean(logs), stats.tstd(logs), n, level))
        (told_further,) = re.findall(r"about (\d+) more pairs needed", rows[measure]["note"])
        further = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 100]
        assert int(told_further) == next(step for step in further if step >= least - 3)


def significant(mean: float, sd: float, n: int, level: float) -> bool:
    return bool(abs(mean) >= stats.t.ppf(1 - level / 2, n - 1) * sd / math.sqrt(n))


def test_effects_that_cancel_out_need_as_many_pairs_as_fit_into_the_margin(table: Table, empty: Layout) -> None:
    # ln 1.25 + ln 0.8 is nothing but a rounding error, which no number of pairs would tell from nothing
    row = told(empty, [claim("speed", "increases")], (125.0, 80.0, 100.0), table)

    # with 103 pairs 1.983 * 0.2231 / √103 = 0.0436 is within ln 1.05 = 0.0488, with 53 it is 0.0615
    assert row["verdict"] == "inconclusive"
    assert row["effect"] == pytest.approx(1.0)
    assert "about 100 more pairs needed" in row["note"]


def test_a_wider_margin_makes_an_effect_none(table: Table, empty: Layout) -> None:
    row = told(empty, [claim("speed", "increases", margin=0.3)], (110, 111, 109, 110), table)

    assert (row["verdict"], row["margin"]) == ("refuted", 0.3)


def test_what_was_not_measured_is_no_test(table: Table, empty: Layout) -> None:
    claims = [claim("speed", "increases"), *(claim(measure, "reduces") for measure in ("runtime", "memory"))]
    told(empty, claims, (115, 119, 133), table)
    rows = {row["measure"]: row for row in table("verdicts", empty)}

    # measures that nobody recorded are no tests
    alone = stats.ttest_1samp([math.log(x / 100) for x in (115, 119, 133)], 0.0).pvalue
    assert rows["speed"]["p"] == pytest.approx(alone, rel=1e-9)
    assert [rows[name]["verdict"] for name in ("runtime", "memory")] == ["not measured", "not measured"]


def test_pairs_that_did_not_complete_are_told(table: Table, empty: Layout) -> None:
    small.journals(empty)
    small.plan(empty, time=small.START + 1, claims=[claim("loss", "reduces", method="broken", scale="difference")])
    load(empty)

    (row,) = table("verdicts", empty)
    assert (row["verdict"], row["n"], row["planned_pairs"]) == ("not measured", 0, 3)
    assert "1 oom" in row["note"]
    assert "1 diverged" in row["note"]


def test_a_claim_that_is_made_after_the_data_is_known_for_it(table: Table, empty: Layout) -> None:
    first = [claim("speed", "increases")]
    assert told(empty, first, (150, 130, 145), table)["declared"] == "before"
    trials = [small.Trial(method, seed) for method in ("baseline", "zero2") for seed in (1, 2, 3)]

    small.plan(empty, time=small.START + 900, trials=trials, claims=[claim("speed", "affects", hash="h2")])
    load(empty)
    assert table("verdicts", empty)[0]["declared"] == "after"

    small.plan(empty, time=small.START + 999, trials=trials, claims=first)
    load(empty)
    assert table("verdicts", empty)[0]["declared"] == "before"
