"""The append-only record of an attempt: one JSON object a line, and the only truth there is."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import orjson

from xp.dsl.errors import Problem, XpError
from xp.engine.redaction import Redactor

FORMAT = 1
"""Version of the events below; a reader refuses a later one."""

SYNC_SECONDS = 1.0
"""A power cut may cost this much of a journal; a killed process costs nothing that was appended."""

SYNC = "XP_SYNC_SECONDS"
"""The variable of the environment that says otherwise: 0 waits for the disk at every event, inf only at the end."""

NUMBERS = frozenset({int, float, bool, type(None)})

LINE = orjson.OPT_APPEND_NEWLINE | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
"""An event holds what JSON has, and nothing that somebody would have to guess on the way back."""

ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


class Journal:
    """Appends events to one file, each with a single write, so that a crash can tear the last line only."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._path = path
        self._torn = True
        self._redacted = Redactor()
        self._units: set[str] = set()  # those that hold no secret
        self._sync_seconds = sync_seconds(os.environ.get(SYNC))
        self._due = monotonic() + self._sync_seconds

    def append(self, event: str, **fields: Any) -> None:
        """Write one event without secrets; numbers that are not finite become ``NaN``, ``Infinity``, ``-Infinity``."""
        now = monotonic()
        told: dict[str, Any] = {"t": time.time(), "event": event}
        if "t" not in fields:  # an event of another time has its own clock
            told["m"] = now
        for name, value in fields.items():
            told[name] = value if type(value) in NUMBERS or is_numbers(value) else self._redacted.named(name, value)
        self._write(encoded(told), now)

    def metrics(
        self, values: Mapping[str, Any], step: int | None = None, units: Mapping[str, str] | None = None
    ) -> None:
        """Write numbers that were recorded together; nearly all events are such, so they take the shortest way."""
        units = units or {}
        if not is_numbers(values) or not self._units.issuperset(units.values()):
            self._units.update(unit for unit in units.values() if self._redacted(unit) == unit)
            self.append("metrics", step=step, values=values, units=units)
            return
        now = monotonic()
        told = {"t": time.time(), "event": "metrics", "m": now, "step": step, "values": values, "units": units}
        self._write(encoded(told), now)

    def _write(self, line: bytes, now: float) -> None:
        """Hand a line to the kernel, and now and then to the disk."""
        if self._torn:
            heal(self._path, self._file)
        self._torn = True  # until all of the line is there: a full disk may take a part of it
        written = os.write(self._file, line)
        while written < len(line):  # as it did, or a signal came
            written += os.write(self._file, line[written:])
        self._torn = False
        if now >= self._due:
            os.fdatasync(self._file)
            self._due = now + self._sync_seconds

    def close(self) -> None:
        """Bring everything to disk and let go of the file."""
        os.fdatasync(self._file)
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True)
class Entry:
    """One event and the byte behind it."""

    event: dict[str, Any]
    end: int


def read_entries(path: Path, start: int = 0) -> Iterator[Entry]:
    """Yield the whole events from byte *start* on; a last line without its end is left for later."""
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            if not line.endswith(b"\n"):
                return
            start += len(line)
            if event := parse(line):
                yield Entry(event, start)


def events(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the events of *path*, none when there is no such file; raise where a later program wrote it."""
    if path.exists():
        for entry in read_entries(path):
            check_format(entry.event, path)
            yield entry.event


def check_format(event: Mapping[str, Any], path: Path) -> None:
    """Raise where an event says that it is of a later format: it may mean something else."""
    version = event.get("version")
    if isinstance(version, int) and version > FORMAT:
        message = f"the journal has format {version}, this xp reads formats up to {FORMAT}"
        raise XpError(Problem(message, str(path), "use the xp that wrote it, or a later one"))


def parse(line: bytes) -> dict[str, Any] | None:
    """Return the event of a line, or None where a crash left something that is not one."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


def monotonic() -> float:
    """Return the clock that nobody sets, in whole microseconds."""
    return time.monotonic_ns() // 1000 / 1e6


def is_numbers(value: Any) -> bool:
    """Tell whether a value is a table of numbers: no secret is one."""
    return type(value) is dict and NUMBERS.issuperset(map(type, value.values()))


def sync_seconds(said: str | None) -> float:
    """Return how much of a journal a power cut may cost.

    >>> sync_seconds(None), sync_seconds("0"), sync_seconds("inf")
    (1.0, 0.0, inf)
    """
    try:
        seconds = SYNC_SECONDS if said is None else float(said)
    except ValueError:
        seconds = -1.0
    if not seconds >= 0:
        hint = "0 waits for the disk at every event, inf only at the end"
        raise XpError(Problem(f"no number of seconds, got {said!r}", SYNC, hint))
    return seconds


def encoded(event: dict[str, Any]) -> bytes:
    """Return an event as a line, its numbers as JSON has them."""
    try:
        line = orjson.dumps(event, option=LINE)
    except TypeError:  # a table that is no dict, an integer of more than 64 bits, half a character
        return f"{ENCODE(as_json_value(event))}\n".encode("utf-8", "backslashreplace")
    # a number that is not finite has become null as well
    return orjson.dumps(as_json_value(event), option=LINE) if b"null" in line else line


def as_json_value(value: Any) -> Any:
    """Return *value* as JSON can hold it, text in place of numbers that are not finite."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {str(key): as_json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json_value(item) for item in value]
    return value


def heal(path: Path, file: int) -> None:
    """End a line that a crash tore, so that the next event starts on its own."""
    size = path.stat().st_size
    if not size:
        return
    with path.open("rb") as tail:
        tail.seek(size - 1)
        if tail.read(1) != b"\n":
            os.write(file, b"\n")
