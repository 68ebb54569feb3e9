"""Whether anything is new is told without loading it, and never wrongly said to be not."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest

from tests import small
from xp.engine.layout import Layout
from xp.engine.warehouse import store
from xp.engine.warehouse.freshness import is_current
from xp.engine.warehouse.load import load


def current(layout: Layout) -> bool:
    with store.open_file(layout.warehouse, read_only=True) as db:
        return is_current(layout, db)


@pytest.fixture
def loaded(empty: Layout) -> Layout:
    """A warehouse of one plan and one attempt."""
    small.plan(empty)
    small.attempt(empty, small.Trial("baseline", 1)).start()
    load(empty)
    return empty


def more(layout: Layout) -> None:
    with next(layout.journals()).open("a", encoding="utf-8") as journal:
        journal.write("{}\n")


def another(layout: Layout) -> None:
    small.attempt(layout, small.Trial("zero2", 1)).start()


def less(layout: Layout) -> None:
    next(layout.journals()).write_text("")


def gone(layout: Layout) -> None:
    next(layout.journals()).unlink()


def other_views(layout: Layout) -> None:
    with duckdb.connect(str(layout.warehouse)) as db:
        db.execute("update schema_version set views = 'another'")


def earlier(layout: Layout) -> None:
    with duckdb.connect(str(layout.warehouse)) as db:
        db.execute("update schema_version set version = version - 1")


def test_what_has_been_loaded_is_current(loaded: Layout) -> None:
    assert current(loaded)


@pytest.mark.parametrize("change", [more, another, less, gone, other_views, earlier])
def test_whatever_a_load_would_change_is_noticed(loaded: Layout, change: Callable[[Layout], None]) -> None:
    change(loaded)

    assert not current(loaded)


def test_an_empty_journal_has_nothing_to_load(loaded: Layout) -> None:
    loaded.experiment_journal("other").touch()

    assert current(loaded)


def test_a_warehouse_whose_journals_are_gone_stays_as_it_is(loaded: Layout) -> None:
    for journal in loaded.journals():
        journal.unlink()

    assert current(loaded)
    assert load(loaded).journals == 0
