"""What a rank writes down: rank 0 speaks for the trial, every rank for itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from xp.dsl.metrics import unit_of
from xp.engine.digests import describe_file
from xp.engine.journal import Journal

Section = Literal["model", "dataset", "measurement"]
Phase = Literal["prepare", "train", "evaluate", "predict"]

SHOW_SECONDS = 0.2
"""Progress is written at most this often."""


class Record:
    """One rank's journal, in the words of a trial."""

    def __init__(self, journal: Journal, rank: int, beat: Callable[[Phase, int], object] = lambda *_: None) -> None:
        self.journal = journal
        self.beat = beat
        """Tells whoever watches over this rank that its work has gone on."""

        self.rank = rank
        self.leads = rank == 0
        self.meters: list[Callable[[], Mapping[str, float]]] = []
        """Instruments that can say in the middle of an attempt what has been used so far."""

        self.watchers: list[Callable[[Phase], object]] = []
        """Instruments that tell the phases of an attempt apart."""

        self._shown = 0.0

    def enter(self, phase: Phase) -> None:
        """Tell the instruments that another phase begins."""
        for watcher in self.watchers:
            watcher(phase)

    def so_far(self) -> dict[str, float]:
        """Return what has been used so far."""
        return {name: value for meter in self.meters for name, value in meter().items()}

    def metrics(self, values: Mapping[str, float | None], step: int | None = None) -> None:
        """Record numbers of the trial: rank 0 does, the others have the same ones."""
        if self.leads:
            self.own_metrics(values, step)

    def own_metrics(self, values: Mapping[str, float | None], step: int | None = None) -> None:
        """Record numbers of this rank alone."""
        known = {name: value for name, value in values.items() if value is not None}
        if known:
            units = {name: unit for name in known if (unit := unit_of(name))}
            self.journal.metrics(known, step, units)

    def facts(
        self, section: Section, subject: str, values: Mapping[str, Any], units: Mapping[str, str] | None = None
    ) -> None:
        """Record what holds for the whole trial."""
        if self.leads:
            self.journal.append("facts", section=section, subject=subject, values=values, units=units or {})

    def effective(self, values: Mapping[str, Any]) -> None:
        """Record the settings that were read back."""
        if self.leads:
            self.journal.append("effective", values=values)

    def progress(self, phase: Phase, step: int, steps: int) -> None:
        """Tell whoever watches where the trial is: every rank beats, and the live display follows the first."""
        self.beat(phase, step)
        now = time.monotonic()
        # short evaluations come so often that their ends would hide how far the training is
        edge = step in (0, steps) and phase != "evaluate"
        if self.leads and (edge or now - self._shown >= SHOW_SECONDS):
            self._shown = now
            self.journal.append("progress", phase=phase, step=step, steps=steps)

    def artifact(self, name: str, path: Path, root: Path) -> None:
        """Record a file that this rank has written under *root*."""
        self.journal.append("artifact", name=name, path=str(path.relative_to(root)), **describe_file(path))
