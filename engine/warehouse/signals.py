"""Ctrl-C during a question: Python hears signals between its own steps, and to it a long question is a single one."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from xp.engine.warehouse.duck import duckdb

MOST = 64
"""Signals that are taken note of at once."""


@contextmanager
def interrupting(db: duckdb.DuckDBPyConnection) -> Iterator[threading.Event]:
    """Interrupt what the connection does in the block when Ctrl-C is pressed, and tell that it was.

    Only the main thread hears of signals. DuckDB may take note of one as well, and forget it.
    """
    pressed = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield pressed
        return
    numbers, told = os.pipe()
    os.set_blocking(told, False)  # the system calls from within a signal
    before = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    thread = threading.Thread(target=listen, args=(numbers, db, pressed), name="signals", daemon=True)
    thread.start()
    try:
        yield pressed
    finally:
        signal.set_wakeup_fd(before)
        os.close(told)  # which ends the thread
        thread.join()
        os.close(numbers)


def listen(numbers: int, db: duckdb.DuckDBPyConnection, pressed: threading.Event) -> None:
    """Interrupt the connection at each SIGINT, until the other end is closed."""
    while arrived := os.read(numbers, MOST):
        if signal.SIGINT in arrived:
            pressed.set()
            db.interrupt()
