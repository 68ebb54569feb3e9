"""Who works on a trial: a lock of the operating system, which a killed engine lets go of."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from xp.engine.layout import Layout

BUSY_SECONDS = 0.5
"""Time until somebody looks again whether a trial is free."""


@contextmanager
def locked(layout: Layout, trial_id: str) -> Iterator[bool]:
    """Hold the trial while somebody works on it; yield False when somebody else does."""
    path = layout.trial_lock(trial_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def is_held(layout: Layout, trial_id: str) -> bool:
    """Tell whether somebody works on the trial right now; nothing is written."""
    lock = layout.trial_lock(trial_id)
    if not lock.exists():
        return False
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
