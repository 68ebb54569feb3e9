"""Fixtures that more than one room uses."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import small
from xp.engine.layout import Layout
from xp.engine.warehouse import store
from xp.engine.warehouse.load import load

HEARD: dict[int, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL}


def pytest_configure() -> None:
    """Hear the signals that tests send, also in the background and behind nohup: whoever starts there ignores them."""
    for number, handler in HEARD.items():
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what trains: it takes longest, and two processes that share the files end together only then."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session", autouse=True)
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have new warehouses copied from one that is made as ever: making takes half a second of each of many tests."""
    made, create = tmp_path_factory.mktemp("made") / "warehouse.duckdb", store.create

    def copied(path: Path) -> None:
        if not made.exists():
            create(made)
        part = store.part_of(path)
        shutil.copyfile(made, part)
        part.replace(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "create", copied)
        yield


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """A results folder with the journals of the small experiment, loaded; nobody writes to it."""
    layout = Layout(tmp_path_factory.mktemp("filled") / "results")
    small.journals(layout)
    load(layout)
    return layout


@pytest.fixture
def empty(tmp_path: Path) -> Layout:
    """A results folder in which nothing has happened."""
    layout = Layout(tmp_path / "results")
    layout.root.mkdir()
    return layout
