"""The charts of a report lie beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xp.engine.layout import Layout
from xp.engine.reports.rendering import STDOUT, Request, render


def request(layout: Layout, template: str, output: Path) -> Request:
    """Return what the command line asks for."""
    return Request(template, ("experiment=small",), layout.root, output)


def test_every_image_of_a_report_is_there_and_nothing_else(filled: Layout, tmp_path: Path) -> None:
    target = tmp_path / "my report.md"
    folder = tmp_path / "my report_files"
    folder.mkdir()
    (folder / "mine.txt").write_text("stays")
    render(request(filled, "experiments", target))
    images = re.findall(r"\]\(my%20report_files/([\w.-]+)\)", target.read_text(encoding="utf-8"))

    assert len(images) > 4
    assert {path.name for path in folder.iterdir()} == {*images, "files.json", "mine.txt"}


def test_a_page_leaves_the_charts_of_the_text_alone(filled: Layout, tmp_path: Path) -> None:
    template = tmp_path / "few.md.j2"
    template.write_text('{{ chart("memory") }}')
    page = tmp_path / "few.html.j2"
    page.write_text('{{ document("few.md.j2") }}')
    render(request(filled, str(template), tmp_path / "few.md"), png=True)
    render(request(filled, str(page), tmp_path / "few.html"))

    assert {path.name for path in (tmp_path / "few_files").iterdir()} == {"memory.svg", "memory.png", "files.json"}
    assert not (tmp_path / "few.html_files").exists()
    assert "<svg " in (tmp_path / "few.html").read_text(encoding="utf-8")


def test_a_report_on_standard_output_has_words_alone(
    filled: Layout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = tmp_path / "few.md.j2"
    template.write_text('{{ chart("memory") }}')
    render(request(filled, str(template), STDOUT))

    assert capsys.readouterr().out.startswith("_Peak of a rank: lowest freeze-encoder with 200 ± 0 MB")
    assert list(tmp_path.iterdir()) == [template]
