"""Who is told how a run goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from xp.dsl.trial import Trial
from xp.engine.run.failures import Outcome


class Display(Protocol):
    """Somebody who wants to see the run go on."""

    def planned(self, total: int, cached: int, left: int) -> None:
        """Say what is about to happen."""

    def started(self, trial: Trial) -> None:
        """Say that an attempt begins."""

    def event(self, event: Mapping[str, Any]) -> None:
        """Show a progress or metrics event of the attempt that runs."""

    def ended(self, trial: Trial, outcome: Outcome, seconds: float) -> None:
        """Say how an attempt ended."""

    def note(self, text: str) -> None:
        """Say something else."""


@dataclass(frozen=True)
class SearchDisplay:
    """Shows the trainings of a search as news of that search."""

    display: Display

    def planned(self, total: int, cached: int, left: int) -> None:
        """Say nothing: the search is what was planned."""

    def started(self, trial: Trial) -> None:
        """Say nothing: the search has begun."""

    def event(self, event: Mapping[str, Any]) -> None:
        """Show how far a training is."""
        self.display.event(event)

    def ended(self, trial: Trial, outcome: Outcome, seconds: float) -> None:
        """Say how a training ended."""
        self.note(f"    {outcome.state}: {trial.label} ({seconds:.1f} s) {outcome.reason}".rstrip())

    def note(self, text: str) -> None:
        """Say something else."""
        self.display.note(text)
