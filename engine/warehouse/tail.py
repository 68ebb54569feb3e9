"""What is new in the journals since they were last loaded; reads, and writes nothing."""

from __future__ import annotations

import hashlib
import io
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xp.dsl.errors import Problem, WarehouseError
from xp.engine.journal import FORMAT
from xp.engine.layout import JournalPlace, Layout
from xp.engine.warehouse.events import Batch, Source

if TYPE_CHECKING:
    from concurrent.futures import Future

    from xp.engine.warehouse.bulk import Block

POINTS = 2_000_000
"""About this many values are loaded in one transaction, an attempt always as a whole."""

SHOWN = 200
"""Characters of a bad line that are kept."""

DECODE = json.JSONDecoder().raw_decode
"""What `json.loads` comes down to, without its three calls in between: there may be millions of lines."""

FEW = 5_000
"""Fewer bytes than this are read line by line."""

BULKY = 4_000_000
"""From about this many bytes on it is worth reading by columns."""

BLOCK = 4_000_000
"""About this many bytes of a journal are read at a time."""

THREADS = 2
"""Blocks that are looked through by columns at a time: pyarrow does so beside the interpreter."""

FOREIGN = ""
"""Stands for the head of a file that is no journal."""

Line = tuple[int, bytes]
"""A line and its number, from 1."""

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

    bulky: bool = False
    """Whether there is so much to load that reading by columns pays."""

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
    tail.bulky = sum(sizes.values()) - sum(mark.bytes for mark in known.values()) >= BULKY
    for folder, group in groupby(sizes, key=lambda path: path.rpartition("/")[0]):
        paths = list(group)
        if all(sizes[path] == (known[path].bytes if path in known else 0) for path in paths):
            continue
        if len(tail.batch.points) >= POINTS:
            tail.complete = False
            break
        # all journals of the attempt, the engine's first: once that says how it ended, the others are there, complete
        first, *_ = paths
        read_journal(tail, layout, first, known.get(first))
        for path in layout.sizes_in(folder):
            if path != first:
                read_journal(tail, layout, path, known.get(path))
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


def read_journal(tail: Tail, layout: Layout, path: str, mark: Mark | None) -> None:
    """Add the whole lines of one journal from *mark* on."""
    file, place = layout.root / path, layout.place(path)
    start, line = (mark.bytes, mark.lines) if mark else (0, 0)
    end = start
    if place is None:
        if size := file.stat().st_size:
            tail.refuse(file, BadLine(path, 1, NOT_OURS, ""))
            tail.marks[path] = Mark(FOREIGN, size, 1)
        return
    reading = JournalReader(tail, file, path, place)
    by_columns = tail.bulky and place.experiment is None
    for block, found in looked_through(blocks(file, start)) if by_columns else unread(blocks(file, start)):
        line += reading.each(numbered(block, line + 1)) if found is None else reading.all(found, line + 1)
        end += len(block)
    if end > start:
        tail.marks[path] = Mark(mark.head if mark else head(file), end, line)


@dataclass
class JournalReader:
    """One journal on its way into the batch."""

    tail: Tail
    file: Path
    path: str
    place: JournalPlace

    def __post_init__(self) -> None:
        """Give the attempt its number."""
        trial, attempt = self.place.trial, self.place.attempt
        number = self.tail.batch.attempt(trial, attempt) if self.place.experiment is None else -1
        self.source = Source(number, trial, self.place.rank)

    def all(self, found: Block, first: int) -> int:
        """Add lines, those that are plain by columns; return how many they are."""
        for part in found.parts():
            if isinstance(part, tuple):
                place, raw = part
                self.each([(first + place, raw)])
            else:
                self.tail.batch.add_columns(self.source, part)
        return len(found.plain.step) + len(found.others)

    def each(self, lines: Sequence[Line]) -> int:
        """Add lines one by one; return how many they are."""
        for line, raw in lines:
            if raw.isspace():
                continue
            try:
                event = parse(raw)
                if "version" in event:
                    refuse_later_format(event["version"], f"{self.file}:{line}")
                self.take(line, event)
            except (KeyError, TypeError, ValueError) as error:
                shown = raw.decode("utf-8", "replace").strip()[:SHOWN]
                self.tail.refuse(self.file, BadLine(self.path, line, error_in_words(error), shown))
        return len(lines)

    def take(self, line: int, event: dict[str, Any]) -> None:
        """Add one event."""
        if self.place.experiment is not None:
            self.tail.batch.add_plan(event)
        else:
            self.source.line = line
            self.tail.batch.add(self.source, event)


def unread(found: Iterable[bytes]) -> Iterator[tuple[bytes, None]]:
    """Yield blocks that nobody has looked into."""
    return ((block, None) for block in found)


def looked_through(found: Iterable[bytes]) -> Iterator[tuple[bytes, Block | None]]:
    """Yield blocks and what they say by columns, several of them looked through at a time."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - a short load has no use for it

    waiting: deque[tuple[bytes, Future[Block | None]]] = deque()
    with ThreadPoolExecutor(THREADS) as pool:
        for block in found:
            waiting.append((block, pool.submit(at_once, block)))
            if len(waiting) > THREADS:
                first, answer = waiting.popleft()
                yield first, answer.result()
        for first, answer in waiting:
            yield first, answer.result()


def at_once(block: bytes) -> Block | None:
    """Return what a block says by columns; None where it is better read line by line."""
    from xp.engine.warehouse import bulk  # noqa: PLC0415 - a short load does not pay for numpy and pyarrow

    return bulk.read_columns(block) if len(block) >= FEW else None


def blocks(path: Path, start: int) -> Iterator[bytes]:
    """Yield the lines from byte *start* on, up to the last one that has an end, a few megabytes at a time."""
    with path.open("rb") as file:
        file.seek(start)
        while block := file.read(BLOCK):
            block += file.readline() if not block.endswith(b"\n") else b""
            if whole := block[: block.rfind(b"\n") + 1]:
                yield whole


def numbered(block: bytes, first: int) -> list[Line]:
    """Return the lines of a block with their numbers."""
    return list(enumerate(io.BytesIO(block), first))


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


def error_in_words(error: Exception) -> str:
    """Return what is wrong with a line, in words."""
    return f"no {error.args[0]!r}" if isinstance(error, KeyError) else str(error)
