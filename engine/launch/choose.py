"""Chooses how ranks come to life: forked from a preloaded parent where that works, plainly elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from xp.engine.launch.group import Group, Launcher
from xp.engine.launch.plain import NOTHING, PlainLauncher
from xp.engine.launch.preloaded import PreloadError, PreloadLauncher
from xp.engine.layout import AttemptLayout

Kind = Literal["auto", "preload", "plain"]

IMPORTING = "importing torch, transformers and deepspeed once for all trials"
"""What a launcher says before it prepares its parent."""


class ChosenLauncher:
    """Starts the preloaded parent when the first attempt needs it, and again when it died."""

    def __init__(
        self,
        kind: Kind,
        log: Path,
        note: Callable[[str], None],
        variables: Mapping[str, str] = NOTHING,
        *,
        cpu: bool,
    ) -> None:
        self.kind = kind
        self.log = log
        self.note = note
        self.cpu = cpu
        self.variables = variables
        self._chosen: Launcher | None = None

    @property
    def name(self) -> str:
        """What the journal calls the way that is used."""
        return self.ready().name

    def ready(self) -> Launcher:
        """Return a launcher that can start ranks now."""
        if isinstance(self._chosen, PreloadLauncher) and not self._chosen.alive:
            self.note("the preloaded parent ended unexpectedly: starting another")
            self.close()
        if self._chosen is None:
            self._chosen = self._choose()
        return self._chosen

    def start(self, attempt: AttemptLayout, world_size: int, threads: int) -> Group:
        """Start all ranks of *attempt*."""
        return self.ready().start(attempt, world_size, threads)

    def close(self) -> None:
        """Let go of everything."""
        if self._chosen is not None:
            self._chosen.close()
            self._chosen = None

    def _choose(self, *, again: bool = True) -> Launcher:
        if self.kind == "plain":
            return PlainLauncher(self.variables, cpu=self.cpu)
        self.note(IMPORTING)
        preload = PreloadLauncher(self.log, self.variables, cpu=self.cpu)
        try:
            seconds = preload.wait_ready()
        except PreloadError as error:
            preload.close()
            if preload.killed and again:
                self.note("the preloaded parent was killed while it imported: starting another")
                return self._choose(again=False)
            if self.kind == "preload":
                raise
            self.note(f"ranks start plainly, each from nothing, because they cannot be forked: {error}")
            return PlainLauncher(self.variables, cpu=self.cpu)
        self.note(f"imported in {seconds:.1f} s")
        return preload
