"""A worker whose machine cannot be measured does its work all the same, and says that nothing was measured."""

from __future__ import annotations

from typing import Any

import pytest
from codecarbon import OfflineEmissionsTracker

from tests.engine.house import Ended, trial
from xp.engine import worker
from xp.engine.layout import Layout
from xp.engine.train import loop
from xp.engine.train.distributed import RankContext


def test_a_tracker_that_is_refused_costs_the_energy_and_not_the_trial(
    empty: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that another program has left behind makes each of its methods return nothing."""
    monkeypatch.setattr(OfflineEmissionsTracker, "_another_instance_already_running", True, raising=False)
    monkeypatch.setattr(worker, "join", lambda *_: RankContext(0, 1, cuda=False))
    asked: list[Any] = []

    def train(_trial: Any, _attempt: Any, _seat: Any, record: Any) -> None:
        record.enter("train")
        asked.append(record.so_far())

    monkeypatch.setattr(loop, "run_trial", train)
    wanted = trial(empty.root)
    attempt = empty.new_attempt(wanted.id)
    attempt.trial_file.write_text(wanted.model_dump_json())

    ended = Ended(attempt, [worker.run_rank(attempt.root, 0, 1)])

    assert ended.codes == [0]
    assert len(ended.events("done")) == 1
    assert asked == [{}]
    assert ended.metrics() == {}
    told = ended.facts("measurement", "energy")
    assert told["quality"] == "unavailable"
    assert told["invalid_energy_consumed"] == "the tracker gave no value"
