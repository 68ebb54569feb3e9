"""Has the machine watched while an attempt runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from xp.engine.launch.lifeline import PARENT, end_by_closing
from xp.engine.layout import AttemptLayout

PATIENCE = 5.0
"""Seconds for a last sample: on a machine that swaps, it may take a while."""


@contextmanager
def sampling_machine(attempt: AttemptLayout, seconds: float | None) -> Iterator[None]:
    """Sample the machine every *seconds*, from a process of its own, while the block runs; None or 0: no sampling."""
    if not seconds:
        yield
        return
    with attempt.machine_log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "xp.engine.launch.watcher", str(attempt.machine_journal), str(seconds)],
            env={**os.environ, PARENT: str(os.getpid())},
            stdin=subprocess.PIPE,  # it ends when this does: also when the engine is killed
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the engine to handle
        )
    try:
        yield
    finally:
        end_by_closing(process, PATIENCE)
