"""Everything that ships is right, and what is wrong is told with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from xp.dsl.errors import TemplateError
from xp.engine.cli.main import main
from xp.templates.questions import Question, questions

SPEC = """\
[experiment]
name = "tiny"
[defaults]
model = "bart-tiny"
dataset = "dialogues"
leraning_rate = 1
[models.bart-tiny]
architecture = "bart"
[datasets.dialogues]
builtin = "dialogues"
[methods.baseline]
[matrix]
method = ["baseline"]
"""


def check(*words: object) -> Result:
    return CliRunner().invoke(main, ["check", *map(str, words)])


def test_all_that_ships_is_right() -> None:
    result = check("--json")

    told = json.loads(result.stdout)
    assert (result.exit_code, told["problems"]) == (0, [])
    assert {Path(file).suffix for file in told["files"]} == {".sql", ".j2", ".toml"}


def test_a_folder_is_checked_with_all_that_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "good.sql").write_text("select 1 as a")
    (tmp_path / "deep" / "bad.sql").write_text("select label\nfrom trails")
    (tmp_path / "bad.md.j2").write_text("{{ table('tradeofs') }}\n{{ ask('best', expriment='x') }}")
    (tmp_path / "notes.md").write_text('text {"stage": 2}\n{table:nosuch}\n')
    (tmp_path / "bad.toml").write_text(SPEC)
    (tmp_path / "other.txt").write_text("not looked at")
    (tmp_path / "README.md").write_text("{not} looked at")
    (tmp_path / "pyproject.toml").write_text("[project]")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bad.sql").write_text("not looked at")

    result = check(tmp_path, tmp_path / "notes.md")

    assert result.exit_code == 1
    assert [line.removeprefix(f"{tmp_path}/") for line in result.stdout.splitlines() if "hint" not in line] == [
        "bad.md.j2:1: there is no query 'tradeofs'",
        "bad.md.j2:2: query 'best' has no parameter 'expriment'",
        "bad.toml:6:1: defaults.leraning_rate: unknown key",
        "deep/bad.sql:2:6: table with name trails does not exist",
        "notes.md:2: there is no query 'nosuch'",
        "5 files, 5 problems",
    ]


def test_a_byte_order_mark_hides_no_experiment_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(SPEC, encoding="utf-8-sig")

    result = check(tmp_path)

    assert result.exit_code == 1
    assert "bad.toml:6:1: defaults.leraning_rate: unknown key" in result.stdout
    assert result.stdout.endswith("1 file, 1 problem\n")


@pytest.mark.parametrize(
    ("name", "message"), [("q.txt", "a file of type .txt cannot be checked"), ("q.sql", "no such file")]
)
def test_what_cannot_be_checked_is_an_error(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "q.txt").write_text("")

    result = check(tmp_path / name)

    assert result.exit_code == 1
    assert message in result.stderr


def test_the_questions_of_a_template_are_found_in_every_branch(tmp_path: Path) -> None:
    file = tmp_path / "r.md.j2"
    file.write_text("{% if false %}{{ ask('best', rows=3) }}{% endif %}\n{{ env_table }}\n{{ table('trials') }}")

    assert sorted(questions(file), key=lambda question: question.where) == [
        Question("best", ("rows",), f"{file}:1"),
        Question("environment", (), f"{file}:2"),
        Question("trials", (), f"{file}:3"),
    ]


def test_what_is_included_is_looked_for_where_rendering_finds_it(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("text\n")
    file = tmp_path / "r.md.j2"
    file.write_text("{% include './note.md' %}{% include 'later.md.j2' ignore missing %}\n")

    assert questions(file) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ best.rogue1 }}", "r.md.j2:1: best: unknown name"),
        ("{% if %}", "r.md.j2:1: "),
        ("\n{{ x | nosuch }}", "r.md.j2:2: "),
        ("{% if experiment is nome %}x{% endif %}", "r.md.j2:1: no test named 'nome'\n    hint: did you mean 'none'?"),
        (
            "{% if experiment | codes %}x{% endif %}",
            "r.md.j2:1: no filter named 'codes'\n    hint: did you mean 'code'?",
        ),
        ("{% include 'partials/nowhere.md.j2' %}", "there is no template 'partials/nowhere.md.j2'"),
    ],
)
def test_other_faults_of_a_template_are_errors(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "r.md.j2"
    file.write_text(text)

    with pytest.raises(TemplateError) as refusal:
        questions(file)

    assert message in str(refusal.value)


def test_an_unknown_placeholder_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("{env_table}\n{tabel}")

    with pytest.raises(TemplateError, match="tabel: unknown placeholder"):
        questions(file)
