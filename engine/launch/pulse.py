"""The pulse of a rank: a few bytes that change whenever its work has gone on, and the vigil over them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

WIDTH = 64
"""Bytes of a pulse: each beat takes the place of the one before, in one write."""

PATIENCE = 4
"""Before its first training step has ended, a rank may stand still so many times longer: a download, the tokenizing of
a corpus and the compilation of operators tell nobody how far they are."""

LOOKS = 8
"""Times that every rank is looked at while the limit passes."""

GAP = 5.0
"""Most seconds that count between two looks: an engine that was itself halted has seen nobody stand still."""


class Pulse:
    """Tells whoever watches that the work of a rank has gone on."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        self._beats = 0

    def beat(self, phase: str, step: int) -> None:
        """Beat once."""
        self._beats += 1
        os.pwrite(self._file, f"{self._beats} {phase} {step}".ljust(WIDTH).encode(), 0)


@dataclass(frozen=True)
class RankProgress:
    """How far the work of a rank has come, and for how long it has not gone on."""

    beats: int = 0
    phase: str = "start"
    step: int = 0
    warm: bool = False
    """Whether it has ended a training step."""

    silent: float = 0.0

    @property
    def patience(self) -> int:
        """Return how many times the limit it may stand still."""
        return 1 if self.warm else PATIENCE


class StallDetector:
    """Sees whether the ranks of an attempt go on, by a clock that nobody sets."""

    def __init__(self, pulses: Sequence[Path], limit: float | None) -> None:
        self.pulses = pulses
        self.limit = limit
        self.stands = [RankProgress() for _ in pulses]
        self._looked: float | None = None

    def look(self, now: float, codes: Sequence[int | None]) -> bool:
        """Tell whether a rank that runs has stood still for too long."""
        if self.limit is None:
            return False
        before = now if self._looked is None else self._looked
        if self._looked is not None and now - before < min(1.0, self.limit / LOOKS):
            return False
        self._looked = now
        passed = min(now - before, GAP)
        self.stands = [
            updated_progress(path, stand, passed) for path, stand in zip(self.pulses, self.stands, strict=True)
        ]
        return any(
            code is None and stand.silent > self.limit * stand.patience
            for code, stand in zip(codes, self.stands, strict=True)
        )


def updated_progress(path: Path, stand: RankProgress, passed: float) -> RankProgress:
    """Return how a rank stands that stood like this so many seconds ago."""
    words = path.read_text(encoding="ascii").split() if path.exists() else []
    if not words or int(words[0]) == stand.beats:
        return RankProgress(stand.beats, stand.phase, stand.step, stand.warm, stand.silent + passed)
    beats, phase, step = words
    warm = stand.warm or (phase not in ("start", "prepare") and int(step) > 0)
    return RankProgress(int(beats), phase, int(step), warm)
