"""`xp diff` finds what is meant, shows what differs, and says what it cannot find."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests import small
from xp.engine.cli.main import main
from xp.engine.layout import Layout

ONE, OTHER = small.Trial("baseline", 1), small.Trial("zero2", 1)


def diff(layout: Layout, *words: str) -> Result:
    return CliRunner().invoke(main, ["diff", *words, "--results", str(layout.root)])


def test_two_methods(filled: Layout) -> None:
    text = diff(filled, "baseline", "zero2").output
    assert text.splitlines()[0].split()[:4] == ["section", "name", "baseline", "zero2"]
    stage = next(line.split() for line in text.splitlines() if "zero.stage" in line)
    assert stage == ["setting", "zero.stage", "unset", "2", "–", "–", "–"]
    assert "batch_size" not in text


def test_what_is_the_same_is_shown_on_demand(filled: Layout) -> None:
    text = diff(filled, "baseline", "zero2", "--all").output
    assert "learning_rate" in text


def test_trials_by_the_beginning_of_an_id_and_by_label(filled: Layout) -> None:
    told = json.loads(diff(filled, ONE.id, OTHER.label, "--json").output)
    assert (told["one"], told["other"]) == (ONE.id, OTHER.label)
    stage = next(row for row in told["differences"] if row["name"] == "zero.stage")
    assert (stage["one"], stage["other"]) == ("unset", "2")


def test_an_attempt_and_itself(filled: Layout) -> None:
    assert diff(filled, f"{ONE.id}/1", f"{ONE.id}/1").output == "nothing differs\n"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("zero9", "there is no such method, trial or label"),
        ("zero9", "did you mean 'zero"),
        (f"{ONE.id}/7", f"trial {ONE.id} has no attempt '7'"),
        ("zzz", "there is no such method, trial or label\n    hint: `xp query trials` lists trials, labels and ids"),
        ("", f"{len(small.TRIALS)} trials begin with ''\n    hint: give more of the id: "),
    ],
)
def test_what_is_not_there(filled: Layout, wanted: str, said: str) -> None:
    result = diff(filled, "baseline", wanted)
    assert result.exit_code == 3
    assert said in result.output


def test_an_id_that_several_have(filled: Layout) -> None:
    result = diff(filled, "0000", "baseline")
    assert result.exit_code == 3
    said = f"{len(small.TRIALS)} trials begin with '0000'\n    hint: give more of the id: {ONE.id} ({ONE.label}), "
    assert said in result.output


def test_an_experiment_that_there_is_not(filled: Layout) -> None:
    result = diff(filled, "baseline", "zero2", "--experiment", "none-such")
    assert result.exit_code == 3
    assert "xp diff: there is no experiment 'none-such' in the warehouse" in result.output


def test_an_old_copy_of_the_query_in_a_project_is_not_asked(
    filled: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "compare.sql").write_text("select 1 as one\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert diff(filled, f"{ONE.id}/1", f"{ONE.id}/1").output == "nothing differs\n"
