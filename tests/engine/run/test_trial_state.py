"""How a trial stands is told from its journals and its lock, and nothing is written."""

from __future__ import annotations

import fcntl
from collections.abc import Callable

import pytest

from tests.engine.attempted import announced, completed, ended
from xp.dsl.trial import Trial
from xp.engine.layout import Layout
from xp.engine.run.trial_state import Standing, standing_of

Planning = Callable[..., list[Trial]]


def test_a_trial_without_attempts_is_new(empty: Layout) -> None:
    assert standing_of(empty, "0" * 12) == Standing("new")
    assert list(empty.root.iterdir()) == []


def test_a_completed_trial_is_cached_whatever_came_after(empty: Layout, trials: Planning) -> None:
    trial = trials()[0]
    ended(empty, trial, "oom")
    completed(empty, trial)
    ended(empty, trial, "timeout")

    assert standing_of(empty, trial.id) == Standing("cached", attempts=3)


@pytest.mark.parametrize("state", ["oom", "diverged", "timeout"])
def test_an_end_that_is_a_result_stays(empty: Layout, trials: Planning, state: str) -> None:
    trial = trials()[0]
    ended(empty, trial, "failed")
    ended(empty, trial, state)

    assert standing_of(empty, trial.id) == Standing("stays", state, 2)
    assert str(standing_of(empty, trial.id)) == f"stays ({state})"
    assert not standing_of(empty, trial.id).due


@pytest.mark.parametrize("state", ["failed", "interrupted"])
def test_a_trial_that_never_completed_is_to_be_retried(empty: Layout, trials: Planning, state: str) -> None:
    trial = trials()[0]
    ended(empty, trial, "failed")
    ended(empty, trial, state)

    assert standing_of(empty, trial.id) == Standing("to retry", state, 2)
    assert str(standing_of(empty, trial.id)) == f"to retry ({state})"
    assert standing_of(empty, trial.id).due


def test_a_trial_that_somebody_works_on_is_running(empty: Layout, trials: Planning) -> None:
    trial = trials()[0]
    announced(empty, trial)
    with empty.trial_lock(trial.id).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        assert standing_of(empty, trial.id) == Standing("running", attempts=1)
        assert not standing_of(empty, trial.id).due


@pytest.mark.parametrize("locked", [False, True])
def test_an_attempt_that_nobody_works_on_was_interrupted(empty: Layout, trials: Planning, locked: bool) -> None:
    trial = trials()[0]
    announced(empty, trial)
    if locked:
        empty.trial_lock(trial.id).touch()

    assert standing_of(empty, trial.id) == Standing("to retry", "interrupted", 1)
