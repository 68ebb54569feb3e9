"""Loading takes a small part of a run, however much there is to load, and a warehouse that is in use costs no trial."""

from __future__ import annotations

import io

from rich.console import Console

from tests import small
from xp.engine.layout import Layout
from xp.engine.run.loading import SHARE, Throttle, bring_up_to_date
from xp.engine.run.progress import PlainDisplay


class Clock:
    """A clock that goes on when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_took_long_is_not_done_again_soon() -> None:
    clock = Clock()
    done: list[float] = []

    def work() -> None:
        done.append(clock.now)
        clock.now += 2.0

    due = Throttle(work, clock)
    for _ in range(10):  # trials of a second each
        due()
        clock.now += 1.0
    assert done == [0.0]
    clock.now += 2.0 * SHARE
    due()
    assert len(done) == 2


def test_what_takes_nothing_is_done_each_time() -> None:
    done: list[int] = []
    due = Throttle(lambda: done.append(1), Clock())
    for _ in range(3):
        due()
    assert len(done) == 3


def test_a_warehouse_that_takes_no_more_ends_no_run(empty: Layout) -> None:
    small.plan(empty, correction="bonferroni")
    out = io.StringIO()

    bring_up_to_date(empty, PlainDisplay(Console(file=out, width=200)))

    assert "nothing is lost" in out.getvalue()
    assert "Constraint Error" in out.getvalue()
