"""How a trial stands before a run: what its attempts have come to, and whether a run would attempt it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from xp.engine.layout import Layout
from xp.engine.run.harvest import end_of
from xp.engine.run.locks import is_held

RESULTS = frozenset({"oom", "diverged", "timeout"})
"""Ends that say something about the trial: the next run leaves it at them unless it is told to try again."""

State = Literal["new", "cached", "to retry", "stays", "running"]


@dataclass(frozen=True)
class Standing:
    """The state of a trial, as a plan shows it."""

    state: State
    last: str = ""
    """How the last attempt of a trial that did not complete ended."""

    attempts: int = 0

    @property
    def due(self) -> bool:
        """Whether a run would attempt it."""
        return self.state in ("new", "to retry")

    def left(self, retry: Collection[str]) -> bool:
        """Tell whether a run that attempts these ends again leaves it as it ended: it is not attempted again."""
        return self.state == "stays" and self.last not in retry

    def __str__(self) -> str:
        return f"{self.state} ({self.last})" if self.last else self.state


def standing_of(layout: Layout, trial_id: str) -> Standing:
    """Return how a trial stands; nothing is written."""
    attempts = layout.attempts(trial_id)
    ends = [end_of(attempt) for attempt in attempts]
    if "completed" in ends:
        return Standing("cached", attempts=len(ends))
    if None in ends and is_held(layout, trial_id):
        return Standing("running", attempts=len(ends))
    if not ends:
        return Standing("new")
    last = ends[-1] or "interrupted"  # without an end, its engine was killed
    return Standing("stays" if last in RESULTS else "to retry", last, len(ends))
