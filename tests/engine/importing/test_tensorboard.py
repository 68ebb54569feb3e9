"""Scalars of TensorBoard, in each of the ways that writers have for them."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from xp.engine.importing import sources
from xp.engine.importing.found import Found, ImportingError

LOG: dict[str, Any] = {}
"""What each file holds, by its name: tag, time, step and value; a number is a scalar, an array a tensor."""


class Accumulator:
    """Stands for TensorBoard's own reader of a file."""

    def __init__(self, path: str, size_guidance: dict[str, int]) -> None:
        assert set(size_guidance.values()) == {0}  # all of them, not a sample
        self.rows = LOG[Path(path).name]

    def Reload(self) -> None:  # noqa: N802 - its name there
        """Read."""

    def Tags(self) -> dict[str, list[str]]:  # noqa: N802
        """Return the names of what it holds."""
        kinds = {"scalars": float, "tensors": np.ndarray}
        return {kind: [row[0] for row in self.rows if isinstance(row[3], of)] for kind, of in kinds.items()}

    def Scalars(self, tag: str) -> list[Any]:  # noqa: N802
        """Return the scalars of a name."""
        return [SimpleNamespace(wall_time=row[1], step=row[2], value=row[3]) for row in self.rows if row[0] == tag]

    def Tensors(self, tag: str) -> list[Any]:  # noqa: N802
        """Return the tensors of a name."""
        found = (row for row in self.rows if row[0] == tag)
        return [SimpleNamespace(wall_time=row[1], step=row[2], tensor_proto=row[3]) for row in found]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the runs that a folder with these files holds."""

    def read(**files: list[Any]) -> list[Found]:
        for name in ("tensorboard.backend.event_processing.event_accumulator", "tensorboard.util.tensor_util"):
            module = ModuleType(name)
            module.__dict__.update(EventAccumulator=Accumulator, make_ndarray=lambda tensor: tensor)
            monkeypatch.setitem(sys.modules, name, module)
        for name, rows in files.items():
            path = tmp_path / name.replace("_", "/") / f"events.out.tfevents.{name}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
            monkeypatch.setitem(LOG, path.name, rows)
        return sources.read([tmp_path])

    return read


def test_scalars_and_tensors_of_one_number_are_points_in_the_order_of_their_times(runs: Any) -> None:
    (found,) = runs(
        a=[
            ("eval/rouge1", 5.0, 20, 40.5),
            ("loss", 3.0, 10, np.float32(2.5) * np.ones(())),
            ("count", 4.0, 11, np.array([7])),
            ("text", 4.0, 11, np.array(b"words", dtype=object)),
            ("histogram", 4.0, 11, np.zeros((3, 3))),
        ]
    )
    assert [(point.step, point.values) for point in found.points] == [
        (10, {"loss": 2.5}),
        (11, {"count": 7.0}),
        (20, {"eval/rouge1": 40.5}),
    ]
    assert (found.name, found.started, found.seconds) == ("a", 3.0, 2.0)


def test_a_number_that_is_none_stays_none(runs: Any) -> None:
    (found,) = runs(a=[("loss", 1.0, 1, math.nan)])
    assert math.isnan(found.latest["loss"])


def test_the_files_of_one_folder_are_one_run(runs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "events.out.tfevents.later").touch()
    monkeypatch.setitem(LOG, "events.out.tfevents.later", [("loss", 9.0, 30, 1.5)])
    first, second = runs(a=[("loss", 1.0, 10, 2.5)], b=[("loss", 1.0, 10, 3.5)])
    assert [point.step for point in first.points] == [10, 30]
    assert (first.name, len(first.files), second.name, len(second.files)) == ("a", 2, "b", 1)


def test_a_file_without_scalars_is_refused(runs: Any) -> None:
    with pytest.raises(ImportingError, match="no scalars in the event file"):
        runs(a=[("text", 4.0, 11, np.array(b"words", dtype=object))])


def test_without_the_package_its_name_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    (tmp_path / "events.out.tfevents.a").touch()
    with pytest.raises(ImportingError, match="hint: pip install tensorboard"):
        sources.read([tmp_path])
