"""Trials to run: planned, without training anything, or really trained in a house of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xp.dsl.plan import plan
from xp.dsl.source import load
from xp.dsl.trial import Trial
from xp.engine.launch.preloaded import PreloadLauncher

if TYPE_CHECKING:
    from tests.engine.house import House

SPEC = """
[experiment]
name = "tiny"
[defaults]
model = "bart-tiny"
dataset = "dialogues"
world_size = 2
[models.bart-tiny]
architecture = "bart"
[datasets.dialogues]
builtin = "dialogues"
[methods.baseline]
[methods.zero2]
settings = { zero = { stage = 2 } }
[matrix]
method = ["baseline", "zero2"]
seed = [1, 2, 3]
"""


@pytest.fixture
def trials(tmp_path: Path) -> Callable[..., list[Trial]]:
    """Return a function that plans trials, all settings changeable as on the command line."""

    def make(*overrides: str) -> list[Trial]:
        file = tmp_path / "tiny.toml"
        file.write_text(SPEC, encoding="utf-8")
        return [*plan(load(file, overrides), {"dialogues": "0" * 64}).trials]

    return make


@pytest.fixture(scope="session")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PreloadLauncher]:
    """The parent that forks every rank of these tests: what it imports is imported once."""
    parent = PreloadLauncher(tmp_path_factory.mktemp("parent") / "log", cpu=True)
    parent.wait_ready()
    yield parent
    parent.close()


@pytest.fixture
def house(tmp_path: Path, launcher: PreloadLauncher) -> House:
    """A results folder of its own, in which trials really train."""
    from tests.engine.house import House  # noqa: PLC0415 - fast tests do not pay for the training libraries

    return House(tmp_path, launcher)
