"""What is new in the journals since they were last loaded; reads, and writes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from xp.dsl.errors import Problem, WarehouseError
from xp.engine.journal import FORMAT
from xp.engine.layout import JournalPlace, Layout
from xp.engine.warehouse.events import Batch, Source

POINTS = 2_000_000
"""About this many values are loaded in one transaction, an attempt always as a whole."""

SHOWN = 200
"""Characters of a bad line that are kept."""

DECODE = json.JSONDecoder().raw_decode
"""What `json.loads` comes down to, without its three calls in between: there may be millions of lines."""

FOREIGN = ""
"""Stands for the head of a file that is no journal."""

NOT_OURS = "no journal of an attempt or an experiment has such a name"


@dataclass(frozen=True)
class Mark:
    """How far a journal has been loaded."""

    head: str
    """Digest of its first line."""

    bytes: int
    lines: int


@dataclass(frozen=True)
class BadLine:
    """A line that could not be loaded."""

    path: str
    line: int
    problem: str
    text: str


@dataclass
class Tail:
    """What is to be loaded."""

    batch: Batch = field(default_factory=Batch)
    marks: dict[str, Mark] = field(default_factory=dict)
    """How far each journal has been loaded after this."""

    bad: list[BadLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    """What the user should know of."""

    anew: bool = False
    """Whether a journal changed otherwise than by growing: then nothing that was loaded before counts."""

    complete: bool = True
    """Whether this is all there is."""

    def refuse(self, file: Path, line: BadLine) -> None:
        """Note a line that cannot be loaded."""
        self.bad.append(line)
        self.problems.append(Problem(f"left out: {line.problem}", f"{file}:{line.line}"))


def collect(layout: Layout, marks: Mapping[str, Mark]) -> Tail:
    """Return what the journals say beyond *marks*, up to about as much as one transaction should hold."""
    sizes = layout.journal_sizes()
    # without any journal left the warehouse is not a cache any more but all there is: it stays as it is
    anew = bool(sizes) and any(changed(layout, path, mark, sizes.get(path, 0)) for path, mark in marks.items())
    tail = Tail(anew=anew)
    known = {} if anew else marks
    for _, group in groupby(sizes, key=lambda path: path.rpartition("/")[0]):
        paths = list(group)
        if all(sizes[path] == (known[path].bytes if path in known else 0) for path in paths):
            continue
        if len(tail.batch.points) >= POINTS:
            tail.complete = False
            break
        # all journals of the attempt, the engine's first: once that says how it ended, the others are complete
        for path in paths:
            read(tail, layout, path, known.get(path))
    return tail


def changed(layout: Layout, path: str, mark: Mark, size: int) -> bool:
    """Tell whether a journal is not what it was with something added."""
    if size == mark.bytes or mark.head == FOREIGN:
        return False
    return size < mark.bytes or head(layout.root / path) != mark.head


def head(path: Path) -> str:
    """Return the digest of a journal's first line."""
    with path.open("rb") as file:
        return hashlib.sha256(file.readline()).hexdigest()


def read(tail: Tail, layout: Layout, path: str, mark: Mark | None) -> None:
    """Add the whole lines of one journal from *mark* on."""
    file, place = layout.root / path, layout.place(path)
    start, line = (mark.bytes, mark.lines) if mark else (0, 0)
    end = start
    if place is None:
        if size := file.stat().st_size:
            tail.refuse(file, BadLine(path, 1, NOT_OURS, ""))
            tail.marks[path] = Mark(FOREIGN, size, 1)
        return
    take = taker(tail.batch, place)
    for raw in whole_lines(file, start):
        end, line = end + len(raw), line + 1
        if raw.isspace():
            continue
        try:
            event = parse(raw)
            if "version" in event:
                refuse_later_format(event["version"], f"{file}:{line}")
            take(line, event)
        except (KeyError, TypeError, ValueError) as error:
            tail.refuse(file, BadLine(path, line, complaint(error), raw.decode("utf-8", "replace").strip()[:SHOWN]))
    if end > start:
        tail.marks[path] = Mark(mark.head if mark else head(file), end, line)


def taker(batch: Batch, place: JournalPlace) -> Callable[[int, dict[str, Any]], None]:
    """Return what adds an event of a journal to the batch, given its line."""
    if place.experiment is not None:
        return lambda _, event: batch.add_plan(event)
    source = Source(batch.attempt(place.trial, place.attempt), place.trial, place.rank)

    def take(line: int, event: dict[str, Any]) -> None:
        source.line = line
        batch.add(source, event)

    return take


def whole_lines(path: Path, start: int) -> Iterator[bytes]:
    """Yield the lines from byte *start* on, up to the last one that has an end."""
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            if line.endswith(b"\n"):
                yield line


def parse(line: bytes) -> dict[str, Any]:
    """Return the event of a line; raises ValueError or TypeError where there is none."""
    try:
        text = line.decode().strip()
        event, end = DECODE(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("not JSON") from error
    if end != len(text):
        raise ValueError("more than one value")
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        raise TypeError("not an event")
    return storable(event) if b"\\u" in line else event


def storable(value: Any) -> Any:
    """Return *value* with half characters, which no database holds, written out as they were escaped."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return [storable(item) for item in value] if isinstance(value, list) else value


def refuse_later_format(version: Any, where: str) -> None:
    """Raise where a journal was written by a later program, whose events may mean something else."""
    if not isinstance(version, int):
        raise TypeError(f"no version: {version!r}")
    if version > FORMAT:
        message = f"the journal has format {version}, this xp reads formats up to {FORMAT}"
        raise WarehouseError(Problem(message, where, "load it with the xp that wrote it, or a later one"))


def complaint(error: Exception) -> str:
    """Return what is wrong with a line, in words."""
    return f"no {error.args[0]!r}" if isinstance(error, KeyError) else str(error)
