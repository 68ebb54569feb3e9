"""A training that two programs wrote down is told, and one that only looks like it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from xp.engine.importing.found import Found, Point
from xp.engine.importing.importing import bring_in
from xp.engine.importing.same_training import note_same_training

METRICS = Path(__file__).parent / "data" / "linydub" / "metrics"


def test_one_training_in_two_forms_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bring_in([METRICS], tmp_path / "results")

    told = [line for line in capsys.readouterr().err.splitlines() if "the same training" in line]
    numbers = "(train_runtime 203.4396, train_loss 1.200163436): both count; import one of them to count it once"
    copy, run = "all_results@7897267", "b8ad2ad7-ecf8-481f-948e-e94761eeec09"
    assert told == [
        f"xp: {METRICS}/mlflow-metrics-run.json: {run}: the same training as in {copy}.json {numbers}",
        f"xp: {METRICS}/{copy}.json: {copy}: the same training as in mlflow-metrics-run.json {numbers}",
    ]


@pytest.mark.parametrize("other", [{"train_runtime": 4.0}, {"train_runtime": 4.0, "train_loss": 1.25}, {}])
def test_trainings_that_differ_or_of_which_little_is_known_are_told_nothing(other: dict[str, float]) -> None:
    runs = [
        Found(kind="trainer", name=name, files=(Path(name),), points=(Point(None, None, values),))
        for name, values in (("a", {"train_runtime": 4.0, "train_loss": 1.5}), ("b", other), ("c", other))
    ]
    if len(other) == 2:
        runs.pop()
    assert note_same_training(runs) == runs
