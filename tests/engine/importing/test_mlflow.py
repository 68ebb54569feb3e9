"""Runs of MLflow, in the two forms that people have on disk."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from xp.engine.importing import mlflow
from xp.engine.importing.found import ImportingError

INFO = {"run_id": "r1", "run_name": "quiet-owl", "status": "FINISHED", "start_time": 1000, "end_time": "4500"}
PATH = Path("run.json")


def read(content: dict[str, Any]) -> Any:
    assert mlflow.is_run(content)
    return mlflow.read_run(PATH, content)


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
        ({"value": 1.7976931348623157e308}, math.inf),
        ({"value": "-1.7976931348623157e+308"}, -math.inf),
        ({"value": "Infinity"}, math.inf),
        ({"value": "low"}, "low"),
        ({"value": None}, None),
    ],
)
def test_what_is_marked_as_no_number_is_none(item: dict[str, Any], value: Any) -> None:
    found = read({"info": INFO, "data": {"metrics": [{"key": "acc", "step": 1, **item}]}}).latest["acc"]
    assert found == pytest.approx(value, nan_ok=True)


def test_a_history_is_in_the_order_of_its_steps_and_times_however_it_was_sorted() -> None:
    steps = [(1, 100, 4.0), (10, 300, 2.5), (100, 500, 1.5), (2, 200, 3.5), (10, 400, 2.0)]
    history = [{"key": "loss", "step": step, "timestamp": time, "value": value} for step, time, value in steps]
    found = read({"info": INFO, "data": {"metrics": history}})
    assert [point.values["loss"] for point in found.points] == [4.0, 3.5, 2.5, 2.0, 1.5]
    assert found.latest == {"loss": 1.5}


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


@pytest.mark.parametrize(
    ("run", "message"),
    [
        ({"info": "run_id"}, "info should be an object, got 'run_id'"),
        ({"info": INFO | {"start_time": "noon"}}, "a time should be a number, got 'noon'"),
        ({"info": INFO, "data": [1]}, "data should be an object, got [1]"),
        ({"info": INFO, "data": {"metrics": [{"name": "loss"}]}}, "an entry of metrics has no key: {'name': 'loss'}"),
        ({"info": INFO, "data": {"params": ["lr"]}}, "an entry of params has no key: 'lr'"),
        ({"info": INFO, "data": {"metrics": [{"key": "loss", "value": 1, "step": 1.5}]}}, "step should be a whole"),
        ({"info": INFO, "data": {"metrics": [{"key": "loss", "value": 1, "step": "x"}]}}, "step should be a number"),
    ],
)
def test_what_is_not_as_mlflow_writes_it_is_refused_with_the_file(run: dict[str, Any], message: str) -> None:
    with pytest.raises(ImportingError) as refused:
        read(run)
    assert str(refused.value).startswith(f"run.json: not a run of MLflow: {message}")


def test_a_parameter_without_a_value_is_empty() -> None:
    assert read({"info": INFO, "data": {"params": [{"key": "lr"}]}}).settings == {"lr": ""}


def test_a_curve_that_was_logged_without_steps_keeps_all_of_its_values() -> None:
    """MLflow puts each of them at step 0."""
    history = [{"step": 0, "timestamp": 1000 * second, "value": 5.0 - second} for second in (3, 1, 2)]
    found = read({"mlflow": {"info": INFO, "metrics": {"loss": history}}})
    assert [(point.step, point.values["loss"]) for point in found.points] == [(0, 4.0), (1, 3.0), (2, 2.0)]
    assert found.notes == ("recorded without steps, and numbered in the order of their times: loss",)


def test_a_run_that_ended_before_it_began_has_no_length() -> None:
    found = read({"info": INFO | {"end_time": 400}, "data": {}})
    assert (found.started, found.seconds) == (1.0, None)
    assert found.notes == ("it ended before it began: how long it took is not known",)


@pytest.mark.parametrize(("stage", "notes"), [("deleted", ("it was deleted there",)), ("active", ())])
def test_a_run_that_was_deleted_is_told(stage: str, notes: tuple[str, ...]) -> None:
    assert read({"info": INFO | {"lifecycle_stage": stage}, "data": {}}).notes == notes


def test_a_run_without_any_name_is_called_after_its_file() -> None:
    assert read({"info": {"artifact_uri": "mlruns/run_id"}}).name == "run"
