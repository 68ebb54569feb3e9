"""Thousands of simulated experiments, judged by the whole way from attempts to verdicts, keep their error rates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from xp.dsl.measures import MEASURES
from xp.engine.warehouse.store import make_tables

EXPERIMENTS = 1000

TINY = 1e-9
"""A margin that no interval fits in: whether there is an effect is then a matter of the p-value alone."""

METRICS = {str(measure.name): measure.metric for measure in MEASURES}

TRIAL = """
insert into experiment_trial
select
    name, row_number() over (partition by name order by trial) - 1, trial, 0, method, 'baseline', trial,
    'bart', context, '', '{}', context, seed
from given
"""

ATTEMPT = """
insert into attempt (attempt_key, trial, attempt, world_size, contended, started, state)
select row_number() over (order by trial), trial, 1, 1, false, '2026-01-01', if(value is null, 'oom', 'completed')
from given
"""

VALUE = """
insert into latest select attempt_key, 0, 0, null, value, 0, null
from given join attempt using (trial) where value is not null
"""


class Claimed(NamedTuple):
    """What every experiment claims of every method."""

    measure: str = "accuracy"
    expectation: str = "affects"
    situational: bool = False
    margin: float = TINY


def fill(db: duckdb.DuckDBPyConnection, arm: np.ndarray, baseline: np.ndarray, claimed: Claimed) -> None:
    """Write experiments: *arm* by experiment, method, context and seed, *baseline* with a single method."""
    values = np.concatenate([baseline, arm], axis=1)
    names, methods, contexts, seeds = (axis.ravel() for axis in np.indices(values.shape))
    words = np.array(["baseline", *(f"m{place}" for place in range(arm.shape[1]))], dtype=object)
    trials = [f"{place:09}" for place in range(values.size)]
    given = {"name": names.astype(str).astype(object), "method": words[methods], "seed": seeds, "value": values.ravel()}
    context = np.array([f'{{"dataset": "{place}"}}' for place in range(values.shape[2])], dtype=object)[contexts]
    db.register("given", given | {"trial": np.array(trials, dtype=object), "context": context})
    db.execute(
        "insert into experiment select distinct name, '', '', '', '', 'baseline', 0.95, 'holm', now() from given"
    )
    scale = next(measure.scale for measure in MEASURES if measure.name == claimed.measure)
    db.execute(
        "insert into claim select distinct name, method, ?, ?, ?, 'baseline', ?, ?, method from given where seed = 0"
        " and method <> 'baseline'",
        [claimed.measure, claimed.expectation, claimed.situational, scale, claimed.margin],
    )
    db.execute("insert into metric_name values (0, ?, null)", [METRICS[claimed.measure]])
    for statement in (TRIAL, ATTEMPT, VALUE):
        db.execute(statement)


def empty(db: duckdb.DuckDBPyConnection) -> None:
    """Take all experiments out again."""
    for table in ("experiment", "claim", "experiment_trial", "attempt", "latest", "metric_name"):
        db.execute(f"delete from {table}")


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as db:
        make_tables(db)
        yield db


@pytest.fixture
def db(warehouse: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    yield warehouse
    empty(warehouse)


def simulate(
    db: duckdb.DuckDBPyConnection, effects: Sequence[float], claimed: Claimed, *, spread: float = 1.0, lost: float = 0.0
) -> None:
    """Write experiments with one method, a context for each true effect, and four seeds that trials share.

    *lost*: the share of trials that ran out of memory.
    """
    random = np.random.default_rng(20)
    shape = (EXPERIMENTS, 1, len(effects), 4)
    baseline = 50 + random.normal(0, 5, shape)
    drawn = random.normal(np.reshape(effects, (-1, 1)), spread, shape)
    ratio = claimed.measure != "accuracy"
    arm = baseline * np.exp(drawn) if ratio else baseline + drawn
    arm[random.random(shape) < lost] = np.nan
    fill(db, arm, baseline, claimed)


def share(db: duckdb.DuckDBPyConnection, condition: str, view: str = "verdicts") -> float:
    """Return in which share of the claims, or of their tests, something holds."""
    ((found,),) = db.execute(f"select avg(coalesce({condition}, false)::int) from {view}").fetchall()
    return float(found)


def within(rate: float, nominal: float) -> bool:
    """Tell whether chance alone makes such a rate of a nominal one."""
    low, high = stats.binom.interval(0.999, EXPERIMENTS, nominal)
    return bool(low <= rate * EXPERIMENTS <= high)


def test_affects_is_wrongly_supported_as_often_as_it_may_be(db: duckdb.DuckDBPyConnection) -> None:
    simulate(db, (0,), Claimed())

    assert within(share(db, "verdict = 'supported'"), 0.05)


@pytest.mark.parametrize("expectation", ["reduces", "increases"])
def test_a_direction_is_wrongly_supported_half_as_often_and_wrongly_refuted_the_other_half(
    db: duckdb.DuckDBPyConnection, expectation: str
) -> None:
    simulate(db, (0,), Claimed(expectation=expectation))

    assert within(share(db, "verdict = 'supported'"), 0.025)
    assert within(share(db, "verdict = 'refuted'"), 0.025)


def test_many_claims_share_one_error_rate(db: duckdb.DuckDBPyConnection) -> None:
    arm = np.random.default_rng(11).normal(0, 1, (EXPERIMENTS, 8, 1, 4))
    fill(db, arm, np.zeros((EXPERIMENTS, 1, 1, 4)), Claimed())

    wrong = "select count(distinct experiment) from verdicts where verdict = 'supported'"
    ((found,),) = db.execute(wrong).fetchall()
    assert within(found / EXPERIMENTS, 0.05)


def test_a_large_effect_is_found(db: duckdb.DuckDBPyConnection) -> None:
    simulate(db, (6,), Claimed(expectation="increases"))

    assert share(db, "verdict = 'supported'") > 0.99


def test_a_situational_claim_is_supported_by_chance_as_seldom_as_any_other(db: duckdb.DuckDBPyConnection) -> None:
    simulate(db, (0, 0, 0), Claimed(situational=True))

    # three independent tests share the 5 %
    assert within(share(db, "supported > 0"), 1 - (1 - 0.05 / 3) ** 3)


def test_trials_that_ran_out_of_memory_do_not_change_the_error_rate(db: duckdb.DuckDBPyConnection) -> None:
    simulate(db, (0, 0), Claimed(), lost=0.3)

    enough = share(db, "n >= 2")
    assert 0.9 < enough < 1
    assert share(db, "n < 8 and note like '%oom%'") == share(db, "n < 8") > 0.5
    assert within(share(db, "verdict = 'supported'"), 0.05 * enough)


def test_intervals_of_ratios_hold_the_true_ratio(db: duckdb.DuckDBPyConnection) -> None:
    simulate(db, (np.log(1.3),), Claimed("speed", "increases"), spread=0.2)

    assert within(share(db, "1.3 between low and high"), 0.95)


@pytest.mark.parametrize(("measure", "effect"), [("accuracy", 0.5), ("speed", float(np.log(1.05)))])
def test_an_effect_as_large_as_the_margin_is_seldom_called_none(
    db: duckdb.DuckDBPyConnection, measure: str, effect: float
) -> None:
    margin = 0.5 if measure == "accuracy" else 0.05
    simulate(db, (effect,), Claimed(measure, margin=margin), spread=effect / 8)

    assert within(share(db, "no_effect", "claim_tests"), 0.025)


def test_an_effect_of_nothing_is_called_none_where_the_spread_is_small(db: duckdb.DuckDBPyConnection) -> None:
    simulate(db, (0,), Claimed(margin=0.5), spread=0.05)

    assert share(db, "verdict = 'refuted' and note like 'no effect%'") > 0.99


def test_contexts_that_disagree_are_mixed_only_where_the_claim_depends_on_them(db: duckdb.DuckDBPyConnection) -> None:
    effects = (9, -9)
    simulate(db, effects, Claimed(expectation="increases", situational=True))
    assert share(db, "verdict = 'mixed'") > 0.99
    empty(db)

    simulate(db, effects, Claimed(expectation="increases"))
    assert share(db, "verdict = 'inconclusive'") > 0.99


SAMPLES = st.lists(st.lists(st.sampled_from([-2.0, -1.0, 0.5, 1.0, 1.25, np.nan]), min_size=4, max_size=4), min_size=1)


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(samples=SAMPLES)
def test_holm_is_that_of_the_book_with_ties_and_claims_without_a_test(
    db: duckdb.DuckDBPyConnection, samples: list[list[float]]
) -> None:
    empty(db)
    fill(db, np.array(samples)[None, :, None, :], np.zeros((1, 1, 1, 4)), Claimed())
    rows = db.execute("select n, p, p_corrected from claim_tests").fetchall()
    tested = [(p, corrected) for n, p, corrected in rows if n > 1]

    assert len(rows) == len(samples)
    assert {row for row in rows if row[0] < 2} <= {(0, None, None), (1, None, None)}
    assert sorted(found for _, found in tested) == pytest.approx(stepped_down([p for p, _ in tested]), abs=1e-12)


def stepped_down(values: Sequence[float]) -> list[float]:
    """Return p-values after Holm (1979), smallest first: each times the hypotheses that are left, never falling."""
    corrected = [0.0]
    for place, p in enumerate(sorted(values)):
        corrected.append(max(corrected[-1], min(1.0, (len(values) - place) * p)))
    return corrected[1:]
