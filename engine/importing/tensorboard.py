"""TensorBoard: the scalars of an event file."""

from __future__ import annotations

import importlib
from pathlib import Path

from xp.engine.importing.found import Found, Point, refuse

PREFIX = "events.out.tfevents."


def is_events(path: Path) -> bool:
    """Tell whether a file is named as TensorBoard names its own."""
    return path.name.startswith(PREFIX)


def read(path: Path) -> Found:
    """Return the run; it takes the package tensorboard, which reads its own format."""
    try:
        accumulator = importlib.import_module("tensorboard.backend.event_processing.event_accumulator")
    except ImportError:
        hint = "pip install tensorboard"
        raise refuse("an event file of TensorBoard is read by the package tensorboard", path, hint=hint) from None
    events = accumulator.EventAccumulator(str(path), size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    points = [
        Point(scalar.step, scalar.wall_time, {name: scalar.value})
        for name in events.Tags()["scalars"]
        for scalar in events.Scalars(name)
    ]
    points += [
        Point(tensor.step, tensor.wall_time, {name: float(tensor.tensor_proto.float_val[0])})
        for name in events.Tags()["tensors"]
        for tensor in events.Tensors(name)
        if len(tensor.tensor_proto.float_val) == 1
    ]
    if not points:
        raise refuse("no scalars in the event file", path)
    points.sort(key=lambda point: (point.time or 0.0, point.step or 0))
    times = [point.time for point in points if point.time is not None]
    return Found(
        kind="tensorboard",
        name=path.parent.name or path.name,
        files=(path,),
        points=tuple(points),
        started=min(times),
        seconds=max(times) - min(times),
    )
