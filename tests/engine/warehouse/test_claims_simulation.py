"""The rules of verdicts keep their error rates: on effects that are none, and on effects of a known size."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest
from scipy import stats

from xp.engine.warehouse.store import script

EXPERIMENTS = 4000

TABLES = """
create table claim (
    experiment text, method text, measure text, expectation text, situational boolean, scale text, margin double
);
create table experiment (experiment text, confidence double, correction text);
create table claim_pairs (
    experiment text, method text, measure text, context text, seed bigint, effect double, reason text
);
"""


def simulated(
    expectation: str, effect: float, *, n: int = 4, claims: int = 1, correction: str = "none"
) -> duckdb.DuckDBPyConnection:
    """Return the tests of many experiments, each with as many claims of one kind, of the same true effect."""
    db = duckdb.connect()
    for name in ("macros", "statistics"):
        db.execute(script(f"views/{name}.sql"))
    db.execute(TABLES)
    names = np.repeat(np.arange(EXPERIMENTS), claims)
    methods = np.tile(np.arange(claims), EXPERIMENTS)
    drawn = np.random.default_rng(11).normal(effect, 1.0, (len(names), n))
    db.execute("insert into experiment select i, 0.95, ? from range(?) as t(i)", [correction, EXPERIMENTS])
    db.register("pair", {"name": names, "method": methods})
    db.execute("insert into claim select name, method, 'loss', ?, false, 'difference', 1e-9 from pair", [expectation])
    pairs = {"name": np.repeat(names, n), "method": np.repeat(methods, n), "seed": np.tile(np.arange(n), len(names))}
    db.register("drawn", pairs | {"effect": drawn.ravel()})
    db.execute("insert into claim_pairs select name, method, 'loss', '{}', seed, effect, null from drawn")
    (view,) = [text for text in script("views/claims.sql").split("create view ") if text.startswith("claim_tests")]
    db.execute("create view " + view.partition("comment on")[0])
    return db


def share(db: duckdb.DuckDBPyConnection, condition: str) -> float:
    ((found,),) = db.execute(f"select avg(({condition})::int) from claim_tests").fetchall()
    return float(found)


def within(rate: float, nominal: float) -> bool:
    low, high = stats.binom.interval(0.999, EXPERIMENTS, nominal)
    return bool(low <= rate * EXPERIMENTS <= high)


def test_affects_is_wrongly_supported_as_often_as_it_may_be() -> None:
    assert within(share(simulated("affects", 0.0), "verdict = 'supported'"), 0.05)


@pytest.mark.parametrize("expectation", ["reduces", "increases"])
def test_a_direction_is_wrongly_supported_half_as_often_and_wrongly_refuted_the_other_half(expectation: str) -> None:
    db = simulated(expectation, 0.0)
    assert within(share(db, "verdict = 'supported'"), 0.025)
    assert within(share(db, "verdict = 'refuted'"), 0.025)


def test_intervals_hold_the_true_effect() -> None:
    assert within(share(simulated("affects", 0.7), "0.7 between low and high"), 0.95)


def test_many_claims_share_one_error_rate() -> None:
    db = simulated("affects", 0.0, claims=8, correction="holm")
    wrong = "select count(distinct experiment) from claim_tests where verdict = 'supported'"
    ((found,),) = db.execute(wrong).fetchall()
    assert found <= stats.binom.ppf(0.999, EXPERIMENTS, 0.05)
    assert found > 0


def test_holm_agrees_with_its_definition() -> None:
    db = simulated("affects", 0.5, claims=5, correction="holm")
    rows = db.execute("select experiment, p, p_corrected from claim_tests order by experiment, p limit 500").fetchall()
    for start in range(0, 500, 5):
        block, highest = rows[start : start + 5], 0.0
        for place, (_, p, corrected) in enumerate(block):
            highest = min(1.0, max(highest, (5 - place) * p))
            assert corrected == pytest.approx(highest, abs=1e-12)


def test_a_large_effect_is_found() -> None:
    assert share(simulated("increases", 4.0, n=5), "verdict = 'supported'") > 0.99
