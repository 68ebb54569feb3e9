"""How long ranks that are stopped may take to save: as long as they show life, up to a bound."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

SILENT_SECONDS = 120.0
"""Longest time without a sign of life: a file of a large model takes a while to reach a slow disk."""

MOST_SECONDS = 3600.0
"""Longest time that a checkpoint may take in all."""


class TimeToSave:
    """The time that ranks have left to save a checkpoint.

    Life are the pulse of any of them, which beats with every step, file and part of a large file, and bytes that are
    written.
    """

    def __init__(self, pulses: Sequence[Path], checkpoints: Path, now: float) -> None:
        self.pulses = pulses
        self.checkpoints = checkpoints
        self._latest = now + MOST_SECONDS
        self._seen = self._signs()
        self._due = now + SILENT_SECONDS

    def is_over(self, now: float) -> bool:
        """Tell whether nobody has shown life for too long, or it takes too long altogether."""
        if (signs := self._signs()) != self._seen:
            self._seen, self._due = signs, now + SILENT_SECONDS
        return now > min(self._due, self._latest)

    def _signs(self) -> tuple[list[bytes], int]:
        return [pulse.read_bytes() for pulse in self.pulses if pulse.exists()], bytes_written(self.checkpoints)


def bytes_written(folder: Path) -> int:
    """Return the bytes of all files in a folder that others write meanwhile."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):  # a checkpoint that is whole gets another name
                total += Path(place, name).stat().st_size
    return total
