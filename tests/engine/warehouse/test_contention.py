"""Attempts that ran on one machine at the same time have measured each other, whoever started them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from tests import small
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load

Rows = Callable[..., list[tuple[Any, ...]]]

ONE, TWO, THREE = (small.Trial("baseline", seed) for seed in (1, 2, 3))
OTHER = small.Trial("zero2", 1)


def ran(
    layout: Layout, trial: small.Trial, begins: float, seconds: float | None, boot: str = "b", **changes: Any
) -> small.Attempt:
    """Write an attempt that took so many seconds; None, it goes on."""
    new = small.attempt(layout, trial, small.START + begins)
    new.searches = changes.pop("searches", {})
    new.start(boot=boot, **changes)
    if seconds is not None:
        new.end("completed", seconds=seconds)
    return new


@pytest.fixture
def contended(rows: Rows) -> Callable[[Layout], list[str]]:
    """Return a function that names the trials with an attempt that ran beside others, by method and seed."""

    def ask(layout: Layout) -> list[str]:
        load(layout)
        return [one for (one,) in rows(layout, "select method || seed from attempts where contended order by all")]

    return ask


Contended = Callable[[Layout], list[str]]


def test_attempts_of_two_runs_at_the_same_time_are_contended(empty: Layout, contended: Contended) -> None:
    ran(empty, ONE, 0, 30)
    ran(empty, OTHER, 20, 30)
    ran(empty, TWO, 60, 30)
    assert contended(empty) == ["baseline1", "zero21"]


def test_a_long_one_is_seen_beside_each_short_one(empty: Layout, contended: Contended) -> None:
    ran(empty, ONE, 0, 100)
    ran(empty, TWO, 10, 10)
    ran(empty, THREE, 50, 10)
    assert contended(empty) == ["baseline1", "baseline2", "baseline3"]


def test_what_follows_on_each_other_is_not(empty: Layout, contended: Contended) -> None:
    for place, trial in enumerate((ONE, TWO, THREE)):
        ran(empty, trial, 10 * place, 10.4)  # two clocks
    assert contended(empty) == []


@pytest.mark.parametrize("boots", [("b", "c"), ("b", ""), ("", "")], ids=["two-machines", "unknown", "both-unknown"])
def test_only_one_machine_is_shared(empty: Layout, contended: Contended, boots: tuple[str, str]) -> None:
    for trial, boot in zip((ONE, TWO), boots, strict=True):
        ran(empty, trial, 0, 30, boot)
    assert contended(empty) == []


def test_what_a_run_says_of_itself_stays(empty: Layout, contended: Contended) -> None:
    ran(empty, ONE, 0, 30, boot="", contended=True)
    assert contended(empty) == ["baseline1"]


def test_an_attempt_without_an_end_counts_up_to_its_last_number(empty: Layout, contended: Contended) -> None:
    ran(empty, ONE, 0, None).rank(0, "metrics", after=50, step=1, values={"loss": 2.0})
    ran(empty, TWO, 40, 10)
    ran(empty, THREE, 1000, 10)
    assert contended(empty) == ["baseline1", "baseline2"]


def member(search: small.Attempt, place: int, training: small.Trial) -> None:
    """Have a search say that it has trained."""
    told: dict[str, Any] = dict.fromkeys(("donor", "donor_trial", "to_step", "score"))
    search.engine(
        "member",
        generation=1,
        member=place,
        trial=training.id,
        action="start",
        from_step=0,
        values={},
        operations={},
        state="completed",
        **told,
    )


def test_a_search_does_not_run_beside_its_own_trainings(empty: Layout, contended: Contended) -> None:
    search = ran(empty, OTHER, 0, 90, searches={"search.algorithm": "grid"})
    for place, training in enumerate((ONE, TWO)):
        ran(empty, training, 40 * place, 35)
        member(search, place, training)
    assert contended(empty) == []

    ran(empty, THREE, 50, 10)
    assert contended(empty) == ["baseline2", "baseline3", "zero21"], "and it is as good as they are"


def test_an_energy_that_holds_anothers_is_not_compared(empty: Layout, rows: Rows) -> None:
    small.plan(empty, claims=[])
    for seed in (1, 2):
        for place, method in enumerate(("baseline", "zero2")):
            new = ran(empty, small.Trial(method, seed), 1000 * seed + 100 * place, None)
            new.train()
            new.end("completed")
    ran(empty, THREE, 1110, 30)  # beside zero2, seed 1
    load(empty)

    ask = "select measure, reason from effects where method = 'zero2' and seed = $1 and measure in ('energy', 'memory')"
    assert sorted(rows(empty, ask, [1])) == [("energy", "contended on one side only"), ("memory", None)]
    assert sorted(rows(empty, ask, [2])) == [("energy", None), ("memory", None)]
    assert rows(empty, "select method, seed from trials where contended order by all") == [
        ("baseline", 3),
        ("zero2", 1),
    ]


PAIRS = """
select one.attempt_key
from attempt as one
join attempt as other on one.boot = other.boot and one.attempt_key <> other.attempt_key
where
    least(epoch(one.started) + one.seconds, epoch(other.started) + other.seconds)
    - greatest(epoch(one.started), epoch(other.started)) > 1
"""


def test_looking_along_the_clock_finds_what_comparing_every_pair_does(empty: Layout, rows: Rows) -> None:
    ran(empty, ONE, 0, 1)
    load(empty)
    chance = random.Random(1)  # noqa: S311 - a game, not a secret
    with duckdb.connect(str(empty.warehouse)) as db:
        for key in range(10, 400):
            told = (key, f"{key:012x}", chance.choice("bcd"), chance.uniform(0, 4000), chance.uniform(2, 20))
            db.execute(
                "insert into attempt by name "
                "select $1 as attempt_key, $2 as trial, 1 as attempt, $3 as boot, to_timestamp($4) as started, "
                "$5 as seconds, false as contended",
                told,
            )

    found = {key for (key,) in rows(empty, "select attempt_key from contention where contended")}
    assert found == {key for (key,) in rows(empty, PAIRS)}
    assert 50 < len(found) < 350
