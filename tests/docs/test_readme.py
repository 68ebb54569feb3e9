"""What the documents show works as they show it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from xp.dsl.plan import plan
from xp.dsl.source import load
from xp.engine.cli.main import main

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
COMMAND = re.compile(r"(?:`|^)xp ([a-z]+)", re.MULTILINE)
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return [text for name, text in FENCE.findall(README) if name == language]


@pytest.mark.parametrize("text", blocks("toml"))
def test_an_experiment_that_is_shown_can_be_planned(tmp_path: Path, text: str) -> None:
    (tmp_path / "shown.toml").write_text(text, encoding="utf-8")
    experiment = load(tmp_path / "shown.toml")
    assert plan(experiment, dict.fromkeys(experiment.grid.axes["dataset"], "0" * 64)).trials


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    missing = [
        link for link in LINK.findall(document.read_text(encoding="utf-8")) if not (document.parent / link).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_is_shown_exists(document: Path) -> None:
    assert set(COMMAND.findall(document.read_text(encoding="utf-8"))) <= set(main.commands)


def test_every_command_is_listed_with_its_help() -> None:
    text = CliRunner().invoke(main, ["--help"]).output
    assert all(name in text for name in main.commands)


@pytest.mark.parametrize("verb", ["demo", "test"])
def test_the_two_commands_of_the_readme_are_verbs_of_the_makefile(verb: str) -> None:
    assert f"make {verb} " in README
    assert re.search(rf"^{verb}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_ci_calls_the_test_command_of_the_readme() -> None:
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith("make test")
