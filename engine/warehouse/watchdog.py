"""Does something about what takes too long: one thread looks after all questions of a session."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

Act = Callable[[], None]


class Watchdog:
    """Acts when a block goes on for longer than it may: at each of some times after its start, unless it has ended.

    The thread sleeps up to the first time that it knows of. What starts later is due later, so that nobody has to wake
    the thread for it: to start one thread per question, or to wake it, takes as long as a small answer.
    """

    def __init__(self, acts: Sequence[tuple[float, Act]]) -> None:
        self._acts = acts
        """What is to be done how many seconds after the start of a block, in order."""

        self._due: list[tuple[float, Act]] = []
        """The same for the block that goes on, by the clock, the last one first."""

        self._wakes = math.inf
        """When the thread looks again by itself."""

        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look after the block; once it has been left, nothing is done any more."""
        now = time.monotonic()
        with self._changed:
            self._due = [(now + seconds, act) for seconds, act in reversed(self._acts)]
            if self._thread is None:
                self._start()
            elif self._due and self._due[-1][0] < self._wakes:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._due = []

    def close(self) -> None:
        """Let the thread end."""
        with self._changed:
            self._thread = None
            self._changed.notify()

    def _start(self) -> None:
        """Start the thread; it does not keep the program from ending."""
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        """Do what is due, until the end."""
        with self._changed:
            while self._thread is threading.current_thread():
                self._wakes = self._due[-1][0] if self._due else math.inf
                left = self._wakes - time.monotonic()
                if left > 0:
                    self._changed.wait(min(left, threading.TIMEOUT_MAX))
                else:
                    _, act = self._due.pop()
                    act()
