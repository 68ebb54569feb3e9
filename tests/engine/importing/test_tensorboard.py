"""Scalars of TensorBoard, in each of the ways that writers have for them."""

from __future__ import annotations

import math
import struct
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from xp.engine.importing import sources
from xp.engine.importing.found import Found, ImportingError

LOG: dict[str, Any] = {}
"""What each file holds, by its name: tag, time, step and value; a number is a scalar, an array a tensor, None the
beginning of a session."""

Row = tuple[str, float, int, Any]


class Message(SimpleNamespace):
    """A message of which some fields are set."""

    def HasField(self, name: str) -> bool:  # noqa: N802 - its name there
        """Tell whether a field is set."""
        return name in vars(self)


class Loader:
    """Stands for TensorBoard's own reader of a file: behind a damage it stops and says nothing."""

    def __init__(self, path: str) -> None:
        self.rows = LOG[Path(path).name]

    def Load(self) -> Any:  # noqa: N802
        """Yield the events."""
        return map(event, self.rows)


def event(row: Row) -> Message:
    tag, time, step, value = row
    if value is None:
        session = {"session_log": SimpleNamespace(status=1)}
        return Message(step=step, wall_time=time, summary=SimpleNamespace(value=[]), **session)
    kind = "tensor" if isinstance(value, np.ndarray) else "simple_value"
    return Message(step=step, wall_time=time, summary=SimpleNamespace(value=[Message(tag=tag, **{kind: value})]))


def recorded(count: int, *, cut: int = 0) -> bytes:
    """Return records of nothing, the last one cut by so many bytes."""
    record = struct.pack("<Q", 5) + b"#sum" + b"event" + b"#sum"
    return (record * count)[: len(record) * count - cut]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the runs that a folder with these files holds, a list of rows each, by folder and time."""

    def read(files: dict[str, list[Row]], **content: bytes) -> list[Found]:
        for name in ("tensorboard.backend.event_processing.event_file_loader", "tensorboard.util.tensor_util"):
            module = ModuleType(name)
            module.__dict__.update(LegacyEventFileLoader=Loader, make_ndarray=lambda tensor: tensor)
            monkeypatch.setitem(sys.modules, name, module)
        for name, rows in files.items():
            folder, _, time = name.partition("/")
            path = tmp_path / folder / f"events.out.tfevents.{time or folder}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content.get(folder, recorded(len(rows))))
            monkeypatch.setitem(LOG, path.name, rows)
        return sources.read_runs([tmp_path])

    return read


def test_scalars_and_tensors_of_one_number_are_points_in_the_order_of_their_times(runs: Any) -> None:
    rows = [
        ("eval/rouge1", 5.0, 20, 40.5),
        ("loss", 3.0, 10, np.float32(2.5) * np.ones(())),
        ("count", 4.0, 11, np.array([7])),
        ("text", 4.0, 11, np.array(b"words", dtype=object)),
        ("histogram", 4.0, 11, np.zeros((3, 3))),
    ]
    (found,) = runs({"a": rows})
    assert [(point.step, point.values) for point in found.points] == [
        (10, {"loss": 2.5}),
        (11, {"count": 7.0}),
        (20, {"eval/rouge1": 40.5}),
    ]
    assert (found.name, found.started, found.seconds, found.notes) == ("a", 3.0, 2.0, ())


def test_a_number_that_is_none_stays_none(runs: Any) -> None:
    (found,) = runs({"a": [("loss", 1.0, 1, math.nan)]})
    assert math.isnan(found.latest["loss"])


def test_the_files_of_one_folder_are_one_run(runs: Any) -> None:
    first, second = runs(
        {"a/1": [("loss", 1.0, 10, 2.5)], "a/2": [("loss", 9.0, 30, 1.5)], "b": [("loss", 1.0, 10, 3.5)]}
    )
    assert [point.step for point in first.points] == [10, 30]
    assert (first.name, len(first.files), second.name, len(second.files)) == ("a", 2, "b", 1)


def test_scalars_without_steps_are_numbered(runs: Any) -> None:
    (found,) = runs({"a": [("loss", 1.0, 0, 2.5), ("loss", 2.0, 0, 1.5), ("lr", 2.0, 0, 0.1)]})
    assert [(point.step, *point.values) for point in found.points] == [(0, "loss"), (1, "loss"), (0, "lr")]
    assert found.notes == ("recorded without steps, and numbered in the order of their times: loss",)


def test_a_text_without_a_step_behind_scalars_takes_none_of_them_away(runs: Any) -> None:
    rows = [("loss", 1.0, 1, 2.5), ("loss", 2.0, 2, 1.5), ("text", 3.0, 0, np.array(b"words", dtype=object))]
    (found,) = runs({"a": rows})
    assert [point.step for point in found.points] == [1, 2]


def test_a_session_that_goes_on_from_a_checkpoint_takes_back_what_came_behind_it(runs: Any) -> None:
    before = [("loss", float(step), step, 5.0) for step in (50, 100, 150)]
    after = [("", 200.0, 100, None), ("loss", 201.0, 100, 4.0)]
    (found,) = runs({"a/1": before, "a/2": after})
    assert [(point.step, point.values["loss"]) for point in found.points] == [(50, 5.0), (100, 4.0)]
    assert found.notes == ("it was started again at step 100: records of that step and later ones, 2, are left out",)


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (recorded(5), "events.out.tfevents.a is damaged behind record 2: 3 more are not read"),
        (recorded(3, cut=7), "events.out.tfevents.a ends within a record: what was written last is missing"),
        (recorded(2) + b"\x05", "events.out.tfevents.a ends within a record: what was written last is missing"),
    ],
)
def test_what_a_damaged_file_loses_is_told(runs: Any, content: bytes, note: str) -> None:
    (found,) = runs({"a": [("loss", 1.0, 1, 2.5), ("loss", 2.0, 2, 1.5)]}, a=content)
    assert (len(found.points), found.notes) == (2, (note,))


WORDS: list[Row] = [("args", 4.0, 0, np.array(b"words", dtype=object))]


def test_a_file_without_scalars_is_refused(runs: Any) -> None:
    with pytest.raises(ImportingError, match="no scalars in the event file"):
        runs({"a": WORDS})


def test_hyperparameters_beside_a_run_do_not_keep_it_out(runs: Any, tmp_path: Path) -> None:
    (found,) = runs({"a": [("loss", 1.0, 1, 2.5)], "b": WORDS})
    assert found.name == "a"
    with pytest.raises(ImportingError, match="no scalars in the event file"):
        sources.read_runs([tmp_path / "a", tmp_path / "b" / "events.out.tfevents.b"])


def test_without_the_package_its_name_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    (tmp_path / "events.out.tfevents.a").touch()
    with pytest.raises(ImportingError, match="hint: pip install tensorboard"):
        sources.read_runs([tmp_path])
