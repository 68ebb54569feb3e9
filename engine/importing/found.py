"""What a file of another program says of one run: the common form of everything that is imported."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from xp.dsl.errors import Problem, XpError
from xp.engine.digests import hash_file
from xp.engine.run.failures import State

LOSS = re.compile(r"(.*/)?((train|eval|validation|val|test|predict)[_/](.+_)?)?loss")
"""Names of losses, also of one of several sets: one that is no finite number any more says that a run diverged,
whatever its program took it for."""

FILTERED = {"loss": "grad_norm", "train/loss": "train/grad_norm"}
"""Names of a loss to those of its gradient: where a loss is no number, Hugging Face's trainer logs 0 in its place."""


class ImportingError(XpError):
    """A file cannot be read as the results of another program."""


def refuse(message: str, path: Path, line: int | None = None, hint: str = "") -> ImportingError:
    """Return the error of a file, or of one line of it."""
    return ImportingError(Problem(message, str(path) if line is None else f"{path}:{line}", hint))


Span = tuple[float, float]
"""From when to when, Unix seconds."""

Totals = Mapping[str, Mapping[str, float]]
"""Trackers of codecarbon by the ids of their runs, each with its amounts."""


class Point(NamedTuple):
    """Numbers that were recorded together."""

    step: int | None
    """Optimizer step, None for numbers about the whole run."""

    time: float | None
    """Unix seconds, None where the file does not say."""

    values: Mapping[str, Any]

    file: Path | None = None
    """Where they stand, where a run has several files."""


@dataclass(frozen=True)
class Found:
    """One run of another program."""

    kind: str
    """The kind of file: ``trainer``, ``codecarbon``, ``mlflow`` or ``tensorboard``."""

    name: str
    """What the run is called there."""

    files: tuple[Path, ...]

    points: tuple[Point, ...]

    state: State = "completed"

    reason: str = ""

    evidence: Mapping[str, Any] = field(default_factory=dict)
    """What shows that it ended so."""

    started: float | None = None
    """Unix seconds."""

    seconds: float | None = None

    settings: Mapping[str, Any] = field(default_factory=dict)

    facts: Mapping[str, Any] = field(default_factory=dict)
    """What else the file says; section ``measurement``, subject ``import``."""

    units: Mapping[str, str] = field(default_factory=dict)
    """Metric to unit."""

    beside: tuple[Path, ...] = ()
    """Files that an upgrade of the program moved aside, and that may hold more of it."""

    spans: tuple[Span, ...] = ()
    """When the energy of the machine was measured."""

    contended: bool = False
    """Whether others were measured at the same time."""

    energy: Mapping[str, str] = field(default_factory=dict)
    """What is odd about its energy, or why there is none; section ``measurement``, subject ``energy``."""

    trackers: Totals = field(default_factory=dict)
    """Whose totals it has: another file that has them as well adds nothing."""

    counted_in: tuple[str, ...] = ()
    """The files that have all of it already, none where it has something of its own."""

    notes: tuple[str, ...] = ()
    """What a reader of the numbers has to know: what was left out, and by which rule."""

    @cached_property
    def sha256(self) -> str:
        """Return the hash of the files and of the run in them: importing the same again is the same trial."""
        digest = hashlib.sha256(f"{self.kind}\0{self.name}".encode())
        for path in self.files:
            digest.update(bytes.fromhex(hash_file(path)))
        return digest.hexdigest()

    @property
    def latest(self) -> dict[str, Any]:
        """Return the last value of each metric."""
        return {name: value for point in self.points for name, value in point.values.items()}


def with_state(found: Found) -> Found:
    """Return the run with the state that its losses show."""
    bad = [*lost_losses(found.points), *filtered_losses(found.points)]
    first = min(bad, key=lambda one: math.inf if one[0] is None else one[0], default=None)
    if first is None:
        return found
    step, what = first
    place = "" if step is None else f" at step {step}"
    return replace(
        found, state="diverged", reason=f"{what}{place}", evidence={**found.evidence, "first_bad_step": step}
    )


def lost_losses(points: Sequence[Point]) -> Iterator[tuple[int | None, str]]:
    """Yield the steps of losses that are no finite numbers, each with what was recorded."""
    for point in points:
        for name, value in point.values.items():
            if LOSS.fullmatch(name) and isinstance(value, float) and not math.isfinite(value):
                yield point.step, f"{name} is {value}"


def filtered_losses(points: Sequence[Point]) -> Iterator[tuple[int | None, str]]:
    """Yield the steps whose loss was put to 0 as it was no number; the gradient says that it was."""
    for loss, norm in FILTERED.items():
        without = {point.step for point in points if str(point.values.get(norm)) == "nan"}
        for point in points:
            if point.step in without and point.values.get(loss) == 0:
                yield point.step, f"{loss} is 0 where {norm} is nan"
