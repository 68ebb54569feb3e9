"""TensorBoard: the scalars of the event files of a folder, which it takes for one run."""

from __future__ import annotations

import importlib
import struct
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from xp.engine.importing.found import Found, Point, refuse
from xp.engine.importing.steps import numbered

PREFIX = "events.out.tfevents."

NUMBERS = "fiu"
"""Kinds of numpy's types that are numbers."""

START = 1
"""What an event says that is the beginning of a session; its step is the first that counts from here on."""

LENGTH = struct.Struct("<Q")
"""What stands before a record: its length, which 4 bytes of a checksum follow, as do 4 behind the record."""


def is_events(path: Path) -> bool:
    """Tell whether a file is named as TensorBoard names its own."""
    return path.name.startswith(PREFIX)


def read_events(paths: Sequence[Path]) -> Found | None:
    """Return the run, None where it has no scalars; it takes the package tensorboard, which reads its own format."""
    try:
        loader = importlib.import_module("tensorboard.backend.event_processing.event_file_loader")
        tensors = importlib.import_module("tensorboard.util.tensor_util")
    except ImportError:
        hint = "pip install tensorboard"
        raise refuse("an event file of TensorBoard is read by the package tensorboard", paths[0], hint=hint) from None
    found: list[Point] = []
    notes: list[str] = []
    for path in sorted(paths, key=lambda path: path.name):  # behind the prefix stands the time
        events = 0
        for event in loader.LegacyEventFileLoader(str(path)).Load():
            events += 1
            if event.HasField("session_log") and event.session_log.status == START:
                found, before = [point for point in found if (point.step or 0) < event.step], len(found)
                notes += taken_back(event.step, before - len(found))
            found += scalar_points(event, tensors.make_ndarray)
        notes += damages(path, events)
    if not found:
        return None
    found.sort(key=lambda point: (point.time or 0.0, point.step or 0))
    times = [point.time for point in found if point.time is not None]
    in_order, unset = numbered(found)
    return Found(
        kind="tensorboard",
        name=paths[0].absolute().parent.name,
        files=tuple(paths),
        points=in_order,
        started=min(times),
        seconds=max(times) - min(times),
        notes=(*notes, *unset),
    )


def scalar_points(event: Any, array: Callable[[Any], Any]) -> Iterator[Point]:
    """Yield the scalars of one event: as they are, or as tensors that hold one number, which newer writers make."""
    for value in event.summary.value:
        if value.HasField("simple_value"):
            yield Point(event.step, event.wall_time, {value.tag: value.simple_value})
        elif value.HasField("tensor"):
            tensor = array(value.tensor)
            if tensor.size == 1 and tensor.dtype.kind in NUMBERS:
                yield Point(event.step, event.wall_time, {value.tag: float(tensor.item())})


def taken_back(step: int, count: int) -> Iterator[str]:
    """Yield what a session that goes on from an earlier step made void."""
    if count:
        yield f"it was started again at step {step}: records of that step and later ones, {count}, are left out"


def damages(path: Path, events: int) -> Iterator[str]:
    """Yield what is missing of a file of which so many events could be read: a reader stops there and says nothing."""
    count, cut = records(path)
    if events < count:
        yield f"{path.name} is damaged behind record {events}: {count - events} more are not read"
    elif cut:
        yield f"{path.name} ends within a record: what was written last is missing"


def records(path: Path) -> tuple[int, bool]:
    """Return how many whole records a file has, and whether it ends within another one."""
    size, at, count = path.stat().st_size, 0, 0
    with path.open("rb") as file:
        while len(head := file.read(LENGTH.size)) == LENGTH.size:
            behind = at + LENGTH.size + 8 + LENGTH.unpack(head)[0]
            if behind > size:
                break
            at, count = behind, count + 1
            file.seek(at)
    return count, at < size
