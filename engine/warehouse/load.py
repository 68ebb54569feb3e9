"""From journals to the warehouse: whatever is new, each line exactly once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from xp.dsl.errors import Problem
from xp.engine.layout import Layout
from xp.engine.warehouse import store
from xp.engine.warehouse.forward import bring_forward
from xp.engine.warehouse.tail import Mark, Tail, collect
from xp.engine.warehouse.write import write


@dataclass(frozen=True)
class Loaded:
    """What a load brought into the warehouse."""

    journals: int = 0
    """Journals that had something new."""

    attempts: int = 0
    """Attempts that they are about."""

    points: int = 0
    """Values of metrics."""

    problems: tuple[Problem, ...] = ()
    """Lines that could not be loaded."""

    def plus(self, tail: Tail) -> Loaded:
        """Return this and what one transaction brought."""
        return Loaded(
            self.journals + len(tail.marks),
            self.attempts + len(tail.batch.attempts),
            self.points + len(tail.batch.points),
            (*self.problems, *tail.problems),
        )


def load(layout: Layout) -> Loaded:
    """Bring the warehouse up to date with the journals.

    Journals are read while nobody is kept from the file; it is opened for writing only to store what was read, in one
    transaction together with how far that was. Killed at any moment, the next load goes on where the last one was done.
    """
    loaded = Loaded()
    while layout.root.is_dir():
        marks, current = read_state(layout)
        tail = collect(layout, marks)
        if current and not tail.marks and not tail.anew:
            break
        if store_tail(layout, marks, tail):
            loaded = loaded.plus(tail)
            if tail.complete:
                break
    return loaded


def read_state(layout: Layout) -> tuple[dict[str, Mark], bool]:
    """Return how far journals have been loaded, and whether tables and views are this program's."""
    path = layout.warehouse
    if not path.exists():
        return {}, False
    with store.open_file(path, read_only=True) as db:
        version = store.checked_version(db, path)
        if version == store.VERSION:
            return read_marks(db), store.has_own_views(db)
    if not version:
        return {}, False
    bring_forward(path)
    return read_state(layout)


def read_marks(db: duckdb.DuckDBPyConnection) -> dict[str, Mark]:
    """Return how far each journal has been loaded."""
    rows = db.execute("select path, head, bytes, lines from journal").fetchall()
    return {path: Mark(head, size, lines) for path, head, size, lines in rows}


def store_tail(layout: Layout, marks: Mapping[str, Mark], tail: Tail) -> bool:
    """Store what was read in one transaction; False if another process has stored something since it was read."""
    if not layout.warehouse.exists():
        store.create(layout.warehouse)
    with store.open_file(layout.warehouse, read_only=False) as db:
        db.begin()
        usable = store.checked_version(db, layout.warehouse) == store.VERSION
        if usable and read_marks(db) != marks:
            return False
        if usable and not tail.anew:
            store.make_views(db)
        else:
            store.make_tables(db)
        write(db, layout, tail)
        db.commit()
    return True
