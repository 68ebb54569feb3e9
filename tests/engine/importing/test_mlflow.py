"""Runs of MLflow, in the two forms that people have on disk."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from xp.engine.importing import mlflow

INFO = {"run_id": "r1", "run_name": "quiet-owl", "status": "FINISHED", "start_time": 1000, "end_time": "4500"}
PATH = Path("run.json")


def read(content: dict[str, Any]) -> Any:
    assert mlflow.is_run(content)
    return mlflow.read(PATH, content)


def test_an_export_has_a_history() -> None:
    metrics = {"loss (val)": [{"value": 0.5, "timestamp": 1200, "step": 1}, {"value": "0.25", "step": 2}]}
    found = read({"mlflow": {"info": INFO, "params": {"lr": "5e-5"}, "metrics": metrics, "tags": {}}})
    assert [(point.step, point.values) for point in found.points] == [
        (1, {"loss (val)": 0.5}),
        (2, {"loss (val)": 0.25}),
    ]
    assert (found.name, found.started, found.seconds, found.settings) == ("quiet-owl", 1.0, 3.5, {"lr": "5e-5"})


def test_an_answer_of_the_server_has_lists() -> None:
    data = {
        "metrics": [{"key": "f1@5", "value": 1.5, "timestamp": 1000, "step": 7}],
        "params": [{"key": "a.b", "value": "x" * 6000}],
    }
    found = read({"run": {"info": INFO, "data": data}})
    assert found.points[0].values == {"f1@5": 1.5}
    assert len(found.settings["a.b"]) == 6000


def test_last_values_are_about_the_whole_run() -> None:
    found = read({"info": INFO, "data": {"metrics": {"eval/rouge1": 40.5}, "params": {}}})
    assert (found.points[0].step, found.latest) == (None, {"eval/rouge1": 40.5})


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ({"value": 0, "is_nan": True}, math.nan),
        ({"value": 0, "is_nan": "true"}, math.nan),
        ({"value": 0.5, "is_nan": False}, 0.5),
        ({"value": 0.5, "is_nan": "false"}, 0.5),
        ({"value": "NaN"}, math.nan),
        ({"value": "low"}, "low"),
        ({"value": None}, None),
    ],
)
def test_what_is_marked_as_no_number_is_none(item: dict[str, Any], value: Any) -> None:
    found = read({"info": INFO, "data": {"metrics": [{"key": "acc", "step": 1, **item}]}}).latest["acc"]
    assert found == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("FINISHED", "completed"),
        ("Completed", "completed"),
        (3, "completed"),
        ("FAILED", "failed"),
        (4, "failed"),
        ("KILLED", "interrupted"),
        ("CANCELED", "interrupted"),
        ("CANCELLED", "interrupted"),
        ("5", "interrupted"),
        ("RUNNING", "interrupted"),
    ],
)
def test_its_words_for_states_are_understood(status: str | int, state: str) -> None:
    found = read({"info": INFO | {"status": status}, "data": {}})
    assert found.state == state
    assert bool(found.reason) == (state != "completed")
