"""What a killed engine left open is ended, with the time that it took, whatever the clock on the wall was set to."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from xp.dsl.trial import Trial
from xp.engine.journal import Journal, events
from xp.engine.layout import AttemptLayout, Layout
from xp.engine.run.abandoned import end_abandoned, observed_seconds
from xp.engine.run.harvest import end_of
from xp.engine.run.trial_state import standing_of

Trials = Callable[..., list[Trial]]

HOUR = 3600.0


@pytest.fixture
def orphan(empty: Layout, trials: Trials) -> AttemptLayout:
    """An attempt that nobody works on, and that says nothing yet."""
    return empty.new_attempt(trials()[0].id)


def test_the_attempt_of_a_killed_engine_is_ended_by_the_next(empty: Layout, orphan: AttemptLayout) -> None:
    with Journal(orphan.engine_journal) as journal:
        journal.append("attempt", trial=orphan.trial_id, boot="b", m=1000.0)
    with Journal(orphan.journal(0)) as journal:
        journal.append("rank", boot="b", m=1001.0)
        journal.append("progress", m=1012.5)
    end_abandoned(empty, orphan.trial_id)
    assert end_of(orphan) == "interrupted"
    *_, end = events(orphan.engine_journal)
    assert end["seconds"] == 12.5
    assert standing_of(empty, orphan.trial_id).state != "cached"


@pytest.mark.parametrize("jump", [-HOUR, HOUR, 24 * HOUR], ids=["back", "forth", "a-day"])
def test_a_clock_that_was_set_changes_no_duration(
    orphan: AttemptLayout, jump: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.monotonic()
    with Journal(orphan.engine_journal) as journal:
        journal.append("attempt", boot="b")
    wall = time.time() + jump
    monkeypatch.setattr("xp.engine.journal.time.time", lambda: wall)
    with Journal(orphan.journal(0)) as journal:
        journal.append("rank", boot="b")
        journal.append("progress")
    assert 0 < observed_seconds(orphan) <= time.monotonic() - began


def test_what_was_taken_over_from_an_earlier_attempt_took_no_time(orphan: AttemptLayout) -> None:
    with Journal(orphan.engine_journal) as journal:
        journal.append("attempt", boot="b", m=500.0)
    with Journal(orphan.journal(0)) as journal:
        journal.append("rank", boot="b", m=501.0)
        journal.append("metrics", t=1.0, step=1, values={"loss": 2.0}, carried=1)
        journal.append("progress", m=503.0)
    assert observed_seconds(orphan) == 3.0


def test_two_machines_are_not_measured_by_one_clock(orphan: AttemptLayout) -> None:
    with Journal(orphan.engine_journal) as journal:
        journal.append("attempt", boot="here", m=10.0)
    with Journal(orphan.journal(0)) as journal:
        journal.append("rank", boot="there", m=90_000.0)
        journal.append("progress", m=90_007.0)
    assert observed_seconds(orphan) == 7.0


def test_a_journal_from_before_there_was_such_a_clock_is_measured_by_the_wall(orphan: AttemptLayout) -> None:
    with Journal(orphan.engine_journal) as journal:
        journal.append("attempt", t=1000.0)
    with Journal(orphan.journal(0)) as journal:
        journal.append("progress", t=1012.5)
    assert observed_seconds(orphan) == 12.5


def test_an_attempt_without_a_word_took_no_time(orphan: AttemptLayout) -> None:
    assert observed_seconds(orphan) == 0.0
