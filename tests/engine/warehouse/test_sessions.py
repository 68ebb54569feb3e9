"""What a trial took that was interrupted and went on: all of its work, over all of its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest

from tests import small
from xp.dsl.own_measures import OwnMeasure
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load

Rows = Callable[..., list[tuple[Any, ...]]]


def session(layout: Layout, seconds: float, resumed: dict[str, int] | None, **metrics: float) -> small.Attempt:
    """Write an attempt that trained six steps of two samples."""
    new = small.attempt(layout, small.Trial("baseline", 1))
    new.start(resumed=resumed)
    new.metrics(train_runtime=seconds, train_steady_samples_per_second=12 / seconds, energy_consumed=0.1, **metrics)
    return new


def test_a_speed_over_two_sessions_is_all_samples_over_all_seconds(empty: Layout, rows: Rows) -> None:
    small.plan(empty)
    session(empty, 30, None, train_steady_seconds=30)
    session(empty, 10, {"attempt": 1, "step": 6}, train_steady_seconds=10).end("completed")
    load(empty)

    # not 24 / 10, and not the last session's 12 / 10
    assert rows(empty, "select attempt, speed, runtime, energy from attempts order by attempt") == [
        (1, pytest.approx(0.4), 30, 0.1),
        (2, pytest.approx(0.6), 40, pytest.approx(0.2)),
    ]
    assert rows(empty, "select speed, runtime from trials where state = 'completed'") == [(pytest.approx(0.6), 40)]


def test_an_attempt_that_began_anew_is_no_part_of_the_time(empty: Layout, rows: Rows) -> None:
    small.plan(empty)
    session(empty, 30, None, train_steady_seconds=30).end("failed")
    session(empty, 10, None, train_steady_seconds=10).end("completed")
    load(empty)

    assert rows(empty, "select speed, runtime from trials where state = 'completed'") == [(pytest.approx(1.2), 10)]


def test_a_speed_without_its_time_is_that_of_the_last_session(empty: Layout, rows: Rows) -> None:
    small.plan(empty)
    session(empty, 30, None)
    session(empty, 10, {"attempt": 1, "step": 6}).end("completed")
    load(empty)

    assert rows(empty, "select speed, runtime from trials where state = 'completed'") == [(pytest.approx(1.2), 40)]


def test_a_session_without_a_number_makes_the_sum_unknown_not_smaller(empty: Layout, rows: Rows) -> None:
    small.plan(empty)
    first = small.attempt(empty, small.Trial("baseline", 1))
    first.start(resumed=None)
    first.metrics(train_runtime=30.0)  # its energy could not be measured
    session(empty, 10, {"attempt": 1, "step": 6}, predict_rouge1=50.0).end("completed")
    load(empty)

    assert rows(empty, "select runtime, energy, rouge1 from trials where state = 'completed'") == [(40, None, 50.0)]


def test_a_session_whose_speed_is_no_number_does_not_make_the_speed_smaller(empty: Layout, rows: Rows) -> None:
    small.plan(empty)
    first = session(empty, 30, None, train_steady_seconds=30)
    first.metrics(train_steady_samples_per_second="none")
    session(empty, 10, {"attempt": 1, "step": 6}, train_steady_seconds=10).end("completed")
    load(empty)

    assert rows(empty, "select speed from trials where state = 'completed'") == [(pytest.approx(1.2),)]


def test_the_times_of_all_sessions_add_up_also_where_one_saved_nothing(empty: Layout, rows: Rows) -> None:
    names = ("warmup_seconds", "checkpoint_seconds", "train_steady_seconds")
    own = [OwnMeasure.model_validate({"metric": name, "unit": "s", "better": "lower"}).measure(name) for name in names]
    small.plan(empty, measures=[asdict(measure) for measure in own])
    session(empty, 30, None, warmup_seconds=2, checkpoint_seconds=3, train_steady_seconds=28)
    session(empty, 10, {"attempt": 1, "step": 6}, warmup_seconds=1.5).end("completed")
    load(empty)

    assert rows(empty, "select measure, value from own_trial_measures order by measure") == [
        ("checkpoint_seconds", 3),
        ("train_steady_seconds", 28),
        ("warmup_seconds", 3.5),
    ]


def test_a_measure_of_ones_own_is_unknown_as_well(empty: Layout, rows: Rows) -> None:
    names = ("train_runtime", "emissions", "energy_consumed_predict")
    own = [OwnMeasure.model_validate({"metric": name, "unit": "", "better": "lower"}).measure(name) for name in names]
    small.plan(empty, measures=[asdict(measure) for measure in own])
    session(empty, 30, None)  # its emissions could not be measured, and it did not come to predictions
    session(empty, 10, {"attempt": 1, "step": 6}, emissions=0.2, energy_consumed_predict=0.3).end("completed")
    load(empty)

    assert rows(empty, "select measure, value from own_trial_measures order by measure") == [
        ("emissions", None),
        ("energy_consumed_predict", 0.3),
        ("train_runtime", 40),
    ]
