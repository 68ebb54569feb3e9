"""Where queries run: read-only, nothing but the warehouse in reach, memory and time bounded."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from xp.engine.layout import Layout
from xp.engine.warehouse import store
from xp.engine.warehouse.allowance import PAGE, Allowance
from xp.engine.warehouse.duck import duckdb
from xp.engine.warehouse.watchdog import Act, Watchdog

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

    memory: int = PAGE * os.sysconf("SC_PHYS_PAGES") // 2
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
    with store.open_file(layout.warehouse, read_only=True, config=settings(limits)) as db:
        store.checked_version(db, layout.warehouse)
        lock(db)
        yield db


@contextmanager
def emptiness(limits: Limits = PATIENT) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty warehouse in memory."""
    with duckdb.connect(":memory:", config=settings(limits)) as db:
        db.execute("set timezone = 'UTC'")
        store.make_tables(db)
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
    with bounded(db, limits) as bounds, bounds.hold():
        yield


@contextmanager
def bounded(db: duckdb.DuckDBPyConnection, limits: Limits) -> Iterator[Bounds]:
    """Give what holds questions to their limits, one after the other."""
    bounds = Bounds(db, limits)
    try:
        yield bounds
    finally:
        bounds.close()


class Bounds:
    """The limits of each of several questions; what all of them need for that is made once.

    What takes too long is interrupted, and ends the program if that does not help: DuckDB looks for an interruption
    between batches of rows, and one function that works on one value for minutes, such as a list of a billion elements,
    cannot be stopped otherwise.
    """

    def __init__(self, db: duckdb.DuckDBPyConnection, limits: Limits) -> None:
        acts: list[tuple[float, Act]] = [(limits.seconds, db.interrupt)]
        if limits.grace is not None:
            acts.append((limits.seconds + limits.grace, partial(end, limits)))
        self._watchdog = Watchdog(acts)
        self._memory = Allowance(limits.memory + UNTRACKED)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the question of the block."""
        with self._watchdog.watching(), self._memory.given():
            yield

    def close(self) -> None:
        """Let go of the thread and the file that questions share."""
        self._watchdog.close()
        self._memory.close()


def end(limits: Limits) -> None:
    """End the program, with the exit code of a query that failed."""
    os.write(sys.stderr.fileno(), LATE.format(limits.seconds).encode())
    os._exit(3)
