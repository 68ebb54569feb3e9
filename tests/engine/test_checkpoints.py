"""A checkpoint is whole or not there, and what is damaged is passed over with a word."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from xp.engine.checkpoints import (
    KEPT,
    MANIFEST,
    Checkpoint,
    begin_checkpoint,
    drop_checkpoints,
    fault,
    finish_checkpoint,
    newest_intact,
)
from xp.engine.digests import describe_file
from xp.engine.layout import AttemptLayout, Layout


@pytest.fixture
def attempt(empty: Layout) -> AttemptLayout:
    return empty.new_attempt("0" * 12)


def saved(attempt: AttemptLayout, step: int) -> Path:
    folder = begin_checkpoint(attempt, step)
    (folder / "deep").mkdir()
    (folder / "weights").write_bytes(b"weights of step %d" % step)
    (folder / "deep" / "states").write_bytes(bytes(1000))
    return finish_checkpoint(attempt, step).folder


def test_what_is_not_finished_is_not_there(attempt: AttemptLayout) -> None:
    (begin_checkpoint(attempt, 6) / "weights").touch()
    assert attempt.saved_steps() == []


def test_the_furthest_of_all_attempts_is_gone_on_from(empty: Layout, attempt: AttemptLayout) -> None:
    later = empty.new_attempt("0" * 12)
    saved(attempt, 6)
    saved(later, 4)
    found = newest_intact([attempt, later], pytest.fail)
    assert found is not None
    assert (found.attempt, found.step) == (attempt, 6)


def test_a_checkpoint_of_a_named_step_is_found(attempt: AttemptLayout) -> None:
    saved(attempt, 4)
    saved(attempt, 6)
    found = newest_intact([attempt], pytest.fail, step=4)
    assert found is not None
    assert found.step == 4
    assert newest_intact([attempt], pytest.fail, step=5) is None


@pytest.mark.parametrize(
    ("damage", "wrong"),
    [
        pytest.param(lambda folder: (folder / MANIFEST).unlink(), "it has no manifest.json", id="no-manifest"),
        pytest.param(lambda folder: (folder / MANIFEST).write_text("{"), "its manifest.json is damaged", id="torn"),
        pytest.param(lambda folder: (folder / MANIFEST).write_text("{}"), "its manifest.json is damaged", id="bare"),
        pytest.param(lambda folder: (folder / MANIFEST).write_text("[]"), "its manifest.json is damaged", id="a-list"),
        pytest.param(
            lambda folder: (folder / MANIFEST).write_text('{"step": 12, "files": {"weights": {}}}'),
            "its manifest.json is damaged",
            id="no-sizes",
        ),
        pytest.param(lambda folder: (folder / "weights").unlink(), "weights is missing", id="missing"),
        pytest.param(
            lambda folder: (folder / "deep/states").write_bytes(bytes(10)),
            "deep/states is damaged: 10 of 1,000 bytes are there, or not the same ones",
            id="short",
        ),
        pytest.param(
            lambda folder: (folder / "deep/states").write_bytes(b"1" * 1000),
            "deep/states is damaged: 1,000 of 1,000 bytes are there, or not the same ones",
            id="other-bytes",
        ),
    ],
)
def test_a_damaged_checkpoint_is_named_and_the_one_before_is_taken(
    attempt: AttemptLayout, damage: object, wrong: str
) -> None:
    assert callable(damage)
    saved(attempt, 6)
    damage(saved(attempt, 12))
    notes: list[str] = []
    found = newest_intact([attempt], notes.append)
    assert found is not None
    assert found.step == 6
    assert notes == [f"the checkpoint of step 12 in attempt-1 cannot be used: {wrong}"]


def test_whoever_waits_for_a_checkpoint_sees_that_it_goes_on(
    attempt: AttemptLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xp.engine.digests.CHUNK", 4)
    (begin_checkpoint(attempt, 6) / "weights").write_bytes(b"123456789")
    beats: list[int] = []
    finish_checkpoint(attempt, 6, lambda: beats.append(len(attempt.saved_steps())))
    assert beats == [0] * 6, "three parts are read; the file, the manifest and the folder are brought to disk"


def test_a_step_that_is_saved_again_replaces_what_was_there(attempt: AttemptLayout) -> None:
    saved(attempt, 6)
    folder = begin_checkpoint(attempt, 6)
    (folder / "weights").write_bytes(b"new")
    assert fault(finish_checkpoint(attempt, 6).folder) == ""
    assert [path.name for path in attempt.checkpoint(6).iterdir() if path.name != MANIFEST] == ["weights"]


def test_old_checkpoints_give_way(attempt: AttemptLayout) -> None:
    for step in (2, 4, 6, 8):
        saved(attempt, step)
    assert attempt.saved_steps() == [6, 8]
    assert KEPT == 2


def test_a_completed_trial_keeps_nothing_or_its_last(attempt: AttemptLayout) -> None:
    for step in (2, 4):
        saved(attempt, step)
    begin_checkpoint(attempt, 5)
    drop_checkpoints([attempt], Checkpoint(attempt, 4))
    assert [path.name for path in attempt.checkpoints.iterdir()] == ["step-4"]
    drop_checkpoints([attempt])
    assert not attempt.checkpoints.exists()


def test_a_checkpoint_is_read_once_however_many_trainings_go_on_from_it(
    attempt: AttemptLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = saved(attempt, 4)
    read: list[str] = []

    def counting(path: Path, beat: Callable[[], object] = lambda: None) -> Mapping[str, Any]:
        read.append(path.name)
        return describe_file(path, beat)

    monkeypatch.setattr("xp.engine.checkpoints.describe_file", counting)
    for _ in range(3):
        assert newest_intact([attempt], pytest.fail) == Checkpoint(attempt, 4)
    assert read == ["states", "weights"]

    (folder / "weights").write_bytes(b"WEIGHTS OF STEP 4")
    os.utime(folder / "weights", ns=(0, 0))  # this second write may be as old as the first, for the disk's clock
    assert newest_intact([attempt], lambda _: None) is None, "it was damaged since"


def test_an_attempt_without_checkpoints_is_no_error(attempt: AttemptLayout) -> None:
    drop_checkpoints([attempt])
    shutil.rmtree(attempt.root)
    assert newest_intact([attempt], pytest.fail) is None
