"""How a run is stopped: once to save and end, twice to end at once."""

from __future__ import annotations

import threading


class StoppedError(Exception):
    """The run was stopped: what is missing waits for the next one."""


class Stop(threading.Event):
    """Set when a run should save what it has and end; `now` is set when it should not even save."""

    def __init__(self) -> None:
        super().__init__()
        self.now = threading.Event()
        self._asked = False

    def ask(self) -> bool:
        """Ask to stop as a person does, and return whether that was the second time: then nothing is waited for.

        What only sets it, such as a limit of time, is no person who is in a hurry.
        """
        if self._asked:
            self.now.set()
        self._asked = True
        self.set()
        return self.now.is_set()
