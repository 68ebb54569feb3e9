"""The warehouse of a run is brought up to date now and then, and costs its trials no time that can be noticed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from xp.dsl.errors import WarehouseError
from xp.engine.layout import Layout
from xp.engine.run.progress import PlainDisplay
from xp.engine.warehouse.load import load

SHARE = 50
"""Part of a run that loading may take: whoever asks the warehouse loads what is new in any case."""


def bring_up_to_date(layout: Layout, shown: PlainDisplay) -> None:
    """Load what the journals have that the warehouse has not; one that is in use or fails costs no trial."""
    try:
        problems = load(layout).problems
    except WarehouseError as error:
        problems = tuple(error.problems)
        shown.note("the warehouse is not up to date; nothing is lost, the next command loads it from the journals:")
    for problem in problems:
        shown.note(str(problem))


class Throttle:
    """Limits a slow call to a fiftieth of the time: one that comes too early returns at once.

    One that comes while another one works waits for it: lanes call from threads of their own.
    """

    def __init__(self, work: Callable[[], object], now: Callable[[], float] = time.monotonic) -> None:
        self.work = work
        self.now = now
        self._due = now()
        self._working = threading.Lock()

    def __call__(self) -> None:
        """Do it, where it is due."""
        with self._working:
            began = self.now()
            if began >= self._due:
                self.work()
                ended = self.now()
                self._due = ended + SHARE * (ended - began)
