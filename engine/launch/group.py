"""The ranks of one attempt: one process group that is watched and signalled as a whole."""

from __future__ import annotations

import os
import signal
from typing import Protocol

from xp.engine.layout import AttemptLayout


class Group(Protocol):
    """The processes of an attempt."""

    leader: int
    """Process and group number of rank 0."""

    def codes(self) -> list[int | None]:
        """Return each rank's exit code, negative for a signal, None while it runs."""


class Launcher(Protocol):
    """A way to bring ranks to life."""

    @property
    def name(self) -> str:
        """What the journal calls it."""

    def start(self, attempt: AttemptLayout, world_size: int, threads: int) -> Group:
        """Start all ranks of *attempt*."""

    def close(self) -> None:
        """Let go of everything."""


def send(group: Group, number: signal.Signals) -> None:
    """Signal every process of the group that still lives."""
    try:
        os.killpg(group.leader, number)
    except ProcessLookupError:
        return
