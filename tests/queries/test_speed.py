"""What a training takes its time for, by hand."""

from __future__ import annotations

import pytest

from tests import small
from tests.queries.asking import Table
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load


def test_speed_by_hand(table: Table, empty: Layout) -> None:
    small.plan(empty)
    for seed in (1, 2):
        new = small.attempt(empty, small.Trial("baseline", seed))
        new.start(contended=seed == 2)
        new.metrics(
            train_steady_samples_per_second=100.0 * seed,
            train_steady_source_tokens_per_second=4000.0 * seed,
            train_steady_target_tokens_per_second=800.0 * seed,
            train_steady_step_seconds=0.5 / seed,
            train_steady_p95_step_seconds=0.75,
            train_steady_loading_share=0.125 * seed,
            warmup_seconds=3.0,
            train_others_share=0.125 * seed,
        )
        new.end("completed")
    load(empty)

    row = table("speed", empty)[0]

    names = ("n", "speed", "source_tokens", "target_tokens", "step", "slow_step", "loading", "warm_up", "others")
    assert [row[name] for name in names] == [2, 150, 6000, 1200, 0.375, 0.75, 18.75, 3, 25]
    assert row["speed_spread"] == pytest.approx(5000**0.5)
    assert row["note"] == "1 pending; 1 beside other trials"


def test_a_warm_up_that_was_all_leaves_no_speed(table: Table, empty: Layout) -> None:
    small.plan(empty)
    new = small.attempt(empty, small.Trial("baseline", 1))
    new.start()
    new.metrics(warmup_seconds=3.0)
    new.end("completed")
    load(empty)

    row = table("speed", empty)[0]

    assert (row["n"], row["speed"], row["step"], row["warm_up"]) == (1, None, None, 3)
