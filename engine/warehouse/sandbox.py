"""Where queries run: read-only, nothing but the warehouse in reach, memory and time bounded."""

from __future__ import annotations

import os
import resource
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from xp.engine.layout import Layout
from xp.engine.warehouse import store

CLOSED: store.Config = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    # what does not fit the memory is written nowhere
    "temp_directory": "",
}
"""No file, no network, no extension, no variable of this program."""

UNTRACKED = 1 << 30
"""Bytes over its limit that DuckDB may take for texts and lists: it counts pages, but not those."""

LATE = "xp: the query took longer than {:g} s and did not let itself be stopped: the program ends\n"


@dataclass(frozen=True)
class Limits:
    """What one query may use."""

    seconds: float = 300.0
    """Longest time."""

    memory: int = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    """Most bytes, half of the machine's by default."""

    grace: float | None = None
    """Seconds after which a query that cannot be interrupted ends the program; unset, nothing does."""


PATIENT = Limits()
"""For programs that hold more than a query: notebooks, tests."""

COMMAND = Limits(grace=10.0)
"""For a command that does nothing but ask."""


@contextmanager
def sandbox(layout: Layout, limits: Limits = PATIENT) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for questions; where there is none yet, an empty one stands in."""
    if not layout.warehouse.exists():
        with emptiness(limits) as db:
            yield db
        return
    with store.opened(layout.warehouse, read_only=True, config=settings(limits)) as db:
        store.checked_version(db, layout.warehouse)
        lock(db)
        yield db


@contextmanager
def emptiness(limits: Limits = PATIENT) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty warehouse in memory."""
    with duckdb.connect(":memory:", config=settings(limits)) as db:
        db.execute("set timezone = 'UTC'")
        store.make(db)
        lock(db)
        yield db


def settings(limits: Limits) -> store.Config:
    """Return how DuckDB is started."""
    return CLOSED | {"memory_limit": f"{limits.memory}B"}


def lock(db: duckdb.DuckDBPyConnection) -> None:
    """Let errors say where they are, and no query change a setting."""
    db.execute("set errors_as_json = true")
    db.execute("set lock_configuration = true")


@contextmanager
def limited(db: duckdb.DuckDBPyConnection, limits: Limits) -> Iterator[None]:
    """Hold what runs in the block to its limits."""
    with time_limit(db, limits), memory_limit(limits.memory):
        yield


@contextmanager
def time_limit(db: duckdb.DuckDBPyConnection, limits: Limits) -> Iterator[None]:
    """Interrupt the connection when the block takes too long, and end the program if that does not help.

    DuckDB looks for an interruption between batches of rows: one function that works on one value for minutes, such as
    a list of a billion elements, cannot be stopped otherwise.
    """
    timers = [threading.Timer(limits.seconds, db.interrupt)]
    if limits.grace is not None:
        timers.append(threading.Timer(limits.seconds + limits.grace, end, [limits]))
    for timer in timers:
        timer.daemon = True
        timer.start()
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()


def end(limits: Limits) -> None:
    """End the program, with the exit code of a query that failed."""
    os.write(sys.stderr.fileno(), LATE.format(limits.seconds).encode())
    os._exit(3)


@contextmanager
def memory_limit(more: int) -> Iterator[None]:
    """Let the process take *more* bytes than it has, and no more, for the length of the block."""
    if not sys.platform.startswith("linux"):
        yield
        return
    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + more + UNTRACKED
    if before != resource.RLIM_INFINITY:
        most = min(most, before)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, hard))
