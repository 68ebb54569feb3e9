"""Rank 0 speaks for the trial, every rank for itself, and progress does not flood the journal."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from xp.dsl.measures import MEASURES
from xp.dsl.metrics import unit_of
from xp.engine.journal import Journal, events
from xp.engine.train.record import Record


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "rank.jsonl"


def told(path: Path, rank: int, *calls: tuple[str, tuple[Any, ...]]) -> list[dict[str, Any]]:
    with Journal(path) as journal:
        record = Record(journal, rank)
        for name, arguments in calls:
            getattr(record, name)(*arguments)
    return list(events(path))


def test_metrics_of_the_trial_are_told_by_rank_0_alone(journal: Path) -> None:
    assert told(journal, 1, ("metrics", ({"loss": 1.0}, 5)), ("facts", ("model", "m", {"a": 1}))) == []


def test_metrics_of_a_rank_are_told_by_each(journal: Path) -> None:
    (event,) = told(journal, 1, ("own_metrics", ({"train_peak_memory": 7.0, "gpu_max_allocated": None}, 5)))

    assert event["values"] == {"train_peak_memory": 7.0}
    assert event["units"] == {"train_peak_memory": "B"}
    assert event["step"] == 5


def test_a_metric_that_a_measure_is_bound_to_carries_its_unit_or_none() -> None:
    for measure in MEASURES:
        assert unit_of(measure.metric) in (measure.unit, "")


def test_progress_shows_both_ends_and_little_between(journal: Path) -> None:
    found = told(journal, 0, *[("progress", ("train", step, 100)) for step in range(101)])

    assert found[0]["step"] == 0
    assert found[-1]["step"] == 100
    assert len(found) < 20


def test_an_artifact_is_told_with_size_and_hash(tmp_path: Path, journal: Path) -> None:
    (tmp_path / "predictions.jsonl").write_bytes(b"abc")

    (event,) = told(journal, 0, ("artifact", ("predictions", tmp_path / "predictions.jsonl", tmp_path)))

    assert (event["path"], event["bytes"], event["sha256"]) == ("predictions.jsonl", 3, sha256(b"abc").hexdigest())
