"""Ranks agree on where to save or to stop without a word over the network."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Reason = Literal["save", "stop"]


@dataclass
class Meetings:
    """Rank 0 calls a meeting at a beat that no rank has reached yet, and every rank looks whether there is one.

    A beat is a training step or a prediction step: all ranks count the same ones, and none is through with its next
    beat before rank 0 has taken part in it. Hence one look for a file at each beat is enough.
    """

    folder: Path
    leads: bool
    lead: int
    """Beats that a rank can be ahead of rank 0."""

    beats: int = 0
    called: dict[Reason, int] = field(default_factory=dict)
    """The beat of the last meeting that rank 0 called for each reason."""

    def beat(self) -> None:
        """Count a beat."""
        self.beats += 1

    def call(self, reason: Reason) -> None:
        """Call all ranks together, as rank 0, unless such a meeting is to come."""
        if self.leads and self.called.get(reason, -1) < self.beats:
            place = self.beats + self.lead
            self.called[reason] = place
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f"{reason}-{place}").touch()

    def held(self, reason: Reason) -> bool:
        """Tell whether all ranks meet at this beat."""
        return (self.folder / f"{reason}-{self.beats}").exists()


def most_beats_ahead(world_size: int, *, cuda: bool, logging_steps: int) -> int:
    """Return how many beats a rank can be ahead of rank 0.

    On CPUs the gradients of a step bind all ranks to it. On GPUs a process runs ahead of its device, until the logging
    of the loss makes it wait.

    >>> most_beats_ahead(1, cuda=True, logging_steps=10), most_beats_ahead(2, cuda=False, logging_steps=10)
    (0, 1)
    >>> most_beats_ahead(2, cuda=True, logging_steps=10)
    11
    """
    if world_size == 1:
        return 0
    return logging_steps + 1 if cuda else 1
