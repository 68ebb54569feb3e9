"""A training whose ranks wait for one that does nothing any more is ended, and tells where each of them was."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import pytest

from tests.engine.house import House, trial
from xp.engine.layout import AttemptLayout
from xp.engine.run import attempt as attempts
from xp.engine.run.deaths import processes_of_rank
from xp.engine.run.stopping import Stop

pytestmark = pytest.mark.slow


def test_ranks_that_wait_for_a_halted_one_are_found_without_a_limit_of_the_trial(house: House) -> None:
    endless = trial(house.folder, world_size=2, max_steps=100_000, eval_strategy="no")
    wanted = endless.model_copy(update={"stall_seconds": 1.0})
    attempt = house.layout.new_attempt(wanted.id)
    trains = threading.Event()

    def show(event: Any) -> None:
        if event.get("phase") == "train" and event.get("step", 0) > 2:
            trains.set()

    def halt() -> None:
        trains.wait(60)
        os.kill(processes_of_rank(attempt, 1)[1], signal.SIGSTOP)

    threading.Thread(target=halt).start()
    outcome = attempts.run_attempt(wanted, attempt, house.launcher, Stop(), show)
    assert (outcome.state, outcome.retry) == ("timeout", True)
    assert "has stood still" in outcome.reason
    told = outcome.evidence["stalled"]
    assert [one["phase"] for one in told] == ["train", "train"]
    assert all(1.0 < one["silent_seconds"] < 10 for one in told)
    assert "train/loop.py" in attempt.log(0).read_text(), "the one that waits says where"
    assert ends(attempt)


def ends(attempt: AttemptLayout) -> bool:
    """Tell whether no rank is left, halted or not."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not any(running(processes_of_rank(attempt, rank)[rank]) for rank in (0, 1)):
            return True
        time.sleep(0.05)
    return False


def running(pid: int) -> bool:
    """Tell whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
