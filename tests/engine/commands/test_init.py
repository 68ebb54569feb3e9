"""A new project runs as it is, and nothing that was there before is touched."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from xp.dsl.errors import XpError
from xp.engine import planning
from xp.engine.commands import init

NEXT = """\
{count} files in {folder}; next:
{enter}  xp plan experiments/first.toml
  xp run experiments/first.toml
  xp render templates/experiments.md.j2
"""


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def xp(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "xp.engine.cli.main", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_project_has_an_experiment_queries_a_report_and_their_documents(tmp_path: Path) -> None:
    said = init.make_project(tmp_path / "mine")

    found = contents(tmp_path / "mine")
    assert {
        ".gitignore",
        "README.md",
        "docs/experiment.schema.json",
        "docs/reference.md",
        "experiments/first.toml",
        "queries/tradeoffs.sql",
        "templates/experiments.html.j2",
        "templates/experiments.md.j2",
        "templates/partials/reading.md.j2",
    } <= set(found)
    assert found[".gitignore"] == "/results/\n"
    folder = tmp_path / "mine"
    assert said == NEXT.format(count=len(found), folder=folder, enter=f"  cd {folder}\n")


def test_a_project_may_start_right_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = init.make_project(Path())

    assert said == NEXT.format(count=len(contents(tmp_path)), folder=tmp_path, enter="")


def test_the_experiment_plans_and_names_its_schema(tmp_path: Path) -> None:
    init.make_project(tmp_path)
    file = tmp_path / "experiments" / "first.toml"

    named = re.match(r"#:schema (\S+)\n", file.read_text(encoding="utf-8"))
    assert named
    assert (file.parent / named[1]).resolve() == tmp_path / "docs" / "experiment.schema.json"
    assert len(planning.make(file).wanted) == 6


@pytest.mark.parametrize("name", ["README.md", "experiments/first.toml", "queries/best.sql"])
def test_what_is_there_is_never_written_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    with pytest.raises(XpError) as refused:
        init.make_project(tmp_path)

    assert str(refused.value) == (
        f"{tmp_path / name}: is here already\n"
        "nothing was written\n    hint: start in a folder of its own: xp init my-experiments"
    )
    assert contents(tmp_path) == {name: "mine"}


def test_a_project_that_is_there_is_not_listed_file_by_file(tmp_path: Path) -> None:
    init.make_project(tmp_path)
    files = len(contents(tmp_path))
    with pytest.raises(XpError) as refused:
        init.make_project(tmp_path)

    lines = str(refused.value).splitlines()
    assert [line.rpartition(": ")[2] for line in lines[:5]] == ["is here already"] * 5
    assert lines[5:7] == [f"and {files - 5} more are here already", "nothing was written"]


def test_a_link_to_nothing_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "README.md").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(XpError, match=r"README.md: is here already"):
        init.make_project(tmp_path)

    assert not (tmp_path / "elsewhere").exists()


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "docs").write_text("mine")
    with pytest.raises(XpError, match=r"docs/experiment.schema.json: the file cannot be written: .+"):
        init.make_project(tmp_path)


def test_a_query_of_the_project_answers_in_place_of_the_one_that_ships(tmp_path: Path) -> None:
    init.make_project(tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "queries" / "best.sql").write_text("-- Mine?\nselect 7 as mine\n")

    assert xp("query", "best", "--format", "csv", folder=tmp_path).stdout == "mine\n7\n"


@pytest.mark.slow
def test_the_next_commands_lead_to_a_report(tmp_path: Path) -> None:
    init.make_project(tmp_path)
    shorter = ("--set", "max_steps=2", "--set", "max_eval_samples=4", "--set", "max_predict_samples=4")
    run = xp("run", "experiments/first.toml", "--seeds", "1", *shorter, folder=tmp_path)
    assert "3 of 3 trials are complete" in run.stderr, run.stderr

    planned = xp("plan", "experiments/first.toml", "--seeds", "1,2", *shorter, folder=tmp_path)
    assert "6 trials: 3 cached, 3 new" in planned.stdout, planned.stderr
    assert "measured with other seeds, 1 attempt" in planned.stdout

    rendered = xp("render", "templates/experiments.md.j2", folder=tmp_path)
    assert rendered.returncode == 0, rendered.stderr
    report = (tmp_path / "results" / "reports" / "experiments.md").read_text(encoding="utf-8")
    assert "freeze-encoder" in report
