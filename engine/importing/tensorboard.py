"""TensorBoard: the scalars of the event files of a folder, which it takes for one run."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from xp.engine.importing.found import Found, Point, refuse

PREFIX = "events.out.tfevents."

NUMBERS = "fiu"
"""Kinds of numpy's types that are numbers."""


def is_events(path: Path) -> bool:
    """Tell whether a file is named as TensorBoard names its own."""
    return path.name.startswith(PREFIX)


def read(paths: Sequence[Path]) -> Found:
    """Return the run; it takes the package tensorboard, which reads its own format."""
    try:
        accumulator = importlib.import_module("tensorboard.backend.event_processing.event_accumulator")
        tensors = importlib.import_module("tensorboard.util.tensor_util")
    except ImportError:
        hint = "pip install tensorboard"
        raise refuse("an event file of TensorBoard is read by the package tensorboard", paths[0], hint=hint) from None
    found: list[Point] = []
    for path in paths:
        events = accumulator.EventAccumulator(str(path), size_guidance={"scalars": 0, "tensors": 0})
        events.Reload()
        found += points(events, tensors.make_ndarray)
    if not found:
        raise refuse("no scalars in the event file", paths[0])
    found.sort(key=lambda point: (point.time or 0.0, point.step or 0))
    times = [point.time for point in found if point.time is not None]
    return Found(
        kind="tensorboard",
        name=paths[0].absolute().parent.name,
        files=tuple(paths),
        points=tuple(found),
        started=min(times),
        seconds=max(times) - min(times),
    )


def points(events: Any, array: Callable[[Any], Any]) -> Iterator[Point]:
    """Yield the scalars of one file: as they are, or as tensors that hold one number, which newer writers make."""
    for name in events.Tags()["scalars"]:
        for scalar in events.Scalars(name):
            yield Point(scalar.step, scalar.wall_time, {name: scalar.value})
    for name in events.Tags()["tensors"]:
        for tensor in events.Tensors(name):
            value = array(tensor.tensor_proto)
            if value.size == 1 and value.dtype.kind in NUMBERS:
                yield Point(tensor.step, tensor.wall_time, {name: float(value.item())})
