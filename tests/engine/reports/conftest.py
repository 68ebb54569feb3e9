"""A small report, and the folder that it lies in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests import small
from xp.engine.layout import Layout
from xp.engine.reports.rendering import Request, render
from xp.engine.warehouse.load import load

TEMPLATE = """# Small

Numbers.

## Costs

{{ ask("tradeoffs") | grid("method", "n", "memory", "speed") }}

## Scores

{{ ask("benchmarks") | grid("method", "model", "n", "rouge1", "memory") }}

| by | hand |
| -- | ---- |
| 1  | 2    |
"""


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory, filled: Layout) -> Path:
    """The folder of a report of the small experiment; nobody writes to it."""
    folder = tmp_path_factory.mktemp("rendered")
    (folder / "small.md.j2").write_text(TEMPLATE, encoding="utf-8")
    render(Request(str(folder / "small.md.j2"), (), filled.root, folder / "small.md"))
    return folder


@pytest.fixture
def written(tmp_path: Path, rendered: Path, filled: Layout, monkeypatch: pytest.MonkeyPatch) -> Request:
    """A report of the small experiment in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    for file in rendered.iterdir():
        shutil.copy(file, tmp_path)
    return Request("small.md.j2", (), filled.root, Path("small.md"))


@pytest.fixture
def growing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Request:
    """A report of a plan of which nothing has run."""
    monkeypatch.chdir(tmp_path)
    Path("small.md.j2").write_text(TEMPLATE, encoding="utf-8")
    layout = Layout(tmp_path / "results")
    small.plan(layout)
    load(layout)
    return Request("small.md.j2", (), layout.root, Path("small.md"))
