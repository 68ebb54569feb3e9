"""A report that is not what would be rendered now is told apart, and what has changed is named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests import small
from xp.engine.layout import Layout
from xp.engine.reports.check import check
from xp.engine.reports.rendering import Request, render
from xp.queries import catalog


def by_hand(request: Request) -> None:
    request.target.write_text(request.target.read_text(encoding="utf-8").replace("0.80", "0.70"), encoding="utf-8")


def a_template(request: Request) -> None:
    path = Path(request.template)
    path.write_text(path.read_text(encoding="utf-8").replace("Numbers", "More numbers"), encoding="utf-8")


def a_query(_: Request) -> None:
    Path("queries").mkdir()
    sql = catalog.find("tradeoffs").sql
    Path("queries/tradeoffs.sql").write_text(f"{sql}\nlimit 2", encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "reason", "line"),
    [
        pytest.param(by_hand, "the file itself", "-| zero2", id="file"),
        pytest.param(a_template, "template small.md.j2", "+More numbers.", id="template"),
        pytest.param(a_query, "query tradeoffs", "-| broken", id="query"),
    ],
)
def test_what_has_changed_is_named_with_the_difference(
    written: Request, capsys: pytest.CaptureFixture[str], change: Callable[[Request], None], reason: str, line: str
) -> None:
    assert check(written) == 0
    assert "is what would be rendered now" in capsys.readouterr().out

    change(written)

    assert check(written) == 1
    told = capsys.readouterr()
    assert told.err == f"changed since: {reason}\n"
    assert line in told.out
    assert told.out.startswith("--- small.md\n+++ small.md, rendered now\n@@")


def test_new_results_are_the_warehouse(
    written: Request, filled: Layout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = Layout(tmp_path / "results")
    shutil.copytree(filled.root, own.root)
    later = replace(written, results=own.root)
    render(later)
    pending = small.TRIALS[-1]
    small.completed(
        own, replace(pending, method="baseline") if pending.method != "broken" else small.TRIALS[0], small.START + 900
    )

    assert check(later) == 1
    assert "changed since: the warehouse: " in capsys.readouterr().err


def test_a_picture_counts_too(written: Request, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path("small_files")
    folder.mkdir()
    (folder / "files.json").write_text('{"a.svg": "0"}', encoding="utf-8")

    assert check(written) == 1
    assert capsys.readouterr().err == "changed since: the picture small_files/a.svg\n"
