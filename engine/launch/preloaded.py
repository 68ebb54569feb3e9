"""The engine's side of the preloaded parent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, cast

from xp.dsl.errors import Problem, XpError
from xp.engine.launch.lifeline import PARENT, end_by_closing
from xp.engine.launch.plain import NOTHING
from xp.engine.launch.variables import base_environment
from xp.engine.layout import AttemptLayout

PATIENCE = 300.0
"""Seconds to wait for imports: a cold disk and a busy machine take a minute."""

LOST = -9
"""Exit code of ranks whose parent died: the kernel killed them with it."""


class PreloadError(XpError):
    """The preloaded parent cannot fork ranks."""


class PreloadedGroup:
    """Ranks that are children of the preloaded parent."""

    def __init__(self, launcher: PreloadLauncher, pids: list[int]) -> None:
        self.launcher = launcher
        self.pids = pids
        self.leader = pids[0]

    def codes(self) -> list[int | None]:
        """Return each rank's exit code, negative for a signal, None while it runs."""
        return self.launcher.codes(self.pids)


class PreloadLauncher:
    """Asks one preloaded parent to fork the ranks of each attempt."""

    name = "preload"

    def __init__(self, log: Path, variables: Mapping[str, str] = NOTHING, *, cpu: bool) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as errors:
            self.parent = subprocess.Popen(
                [sys.executable, "-m", "xp.engine.launch.preload"],
                env={**base_environment(cpu=cpu), **variables, PARENT: str(os.getpid())},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
                start_new_session=True,  # Ctrl-C is for the engine to handle
            )
        self.requests = cast(IO[bytes], self.parent.stdin)
        self.answers = cast(IO[bytes], self.parent.stdout)
        os.set_blocking(self.answers.fileno(), False)
        self.log = log
        self._buffer = b""
        self._started: list[dict[str, Any]] = []
        self._ended: dict[int, int] = {}
        self._ready: dict[str, Any] = {}

    def wait_ready(self) -> float:
        """Wait until everything is imported and return the seconds it took; raise PreloadError if it cannot fork."""
        self._wait(lambda: bool(self._ready))
        if self._ready["unfit"]:
            raise PreloadError(Problem(self._ready["unfit"]))
        return float(self._ready["seconds"])

    def start(self, attempt: AttemptLayout, world_size: int, threads: int) -> PreloadedGroup:
        """Start all ranks of *attempt* in one process group."""
        request = {
            "attempt": str(attempt.root),
            "world_size": world_size,
            "threads": threads,
            "parent": self.parent.pid,
        }
        try:
            self.requests.write(json.dumps(request).encode() + b"\n")
        except BrokenPipeError as error:
            raise PreloadError(Problem(self._obituary())) from error
        self._wait(lambda: bool(self._started))
        return PreloadedGroup(self, self._started.pop()["pids"])

    def codes(self, pids: list[int]) -> list[int | None]:
        """Return the exit codes of *pids*, None for those that run."""
        self._listen()
        if self.parent.poll() is not None:
            return [self._ended.get(pid, LOST) for pid in pids]
        return [self._ended.get(pid) for pid in pids]

    @property
    def alive(self) -> bool:
        """Tell whether the parent can still fork."""
        return self.parent.poll() is None

    @property
    def killed(self) -> bool:
        """Tell whether a signal has ended the parent."""
        return (self.parent.poll() or 0) < 0

    def close(self) -> None:
        """End the parent; it ends by itself when its requests do."""
        end_by_closing(self.parent, 10)
        self.answers.close()

    def _wait(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            self._listen()
            if condition():
                return
            if not self.alive:
                raise PreloadError(Problem(self._obituary()))
            if time.monotonic() > deadline:
                raise PreloadError(Problem(f"the preloaded parent did not answer for {PATIENCE:.0f} s; see {self.log}"))
            time.sleep(0.005)

    def _listen(self) -> None:
        while data := self.answers.read(65536):
            *lines, self._buffer = (self._buffer + data).split(b"\n")
            for line in lines:
                self._take(json.loads(line))

    def _take(self, answer: dict[str, Any]) -> None:
        if "ready" in answer:
            self._ready = answer
        elif "pids" in answer:
            self._started.append(answer)
            for pid in answer["pids"]:
                self._ended.pop(pid, None)  # it was the number of another process before
        else:
            self._ended[answer["pid"]] = answer["code"]

    def _obituary(self) -> str:
        tail = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:]
        return f"the preloaded parent ended with code {self.parent.poll()}: {' | '.join(tail) or 'nothing was printed'}"
