"""`xp verify`: verdicts and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests import small
from xp.engine.cli.main import main
from xp.engine.layout import Layout


@pytest.fixture
def results(tmp_path: Path) -> Path:
    small.journals(Layout(tmp_path / "results"))
    return tmp_path / "results"


def invoke(results: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["verify", *words, "--results", str(results)])
    return done.exit_code, done.output


def test_a_refuted_claim_is_an_exit_code(results: Path) -> None:
    code, text = invoke(results)
    assert code == 1
    assert text.endswith("2 claims: 1 supported, 1 refuted\n")
    assert "0.50× (0.50 to 0.50)" in text


def test_what_is_open_fails_only_when_it_is_asked_to(results: Path) -> None:
    claim = {"method": "broken", "measure": "memory", "expectation": "reduces", "situational": False}
    small.plan(Layout(results), time=small.START + 9, claims=[{**claim, "baseline": "baseline"}])
    assert invoke(results)[0] == 0
    assert invoke(results, "--strict")[0] == 1


def test_an_experiment_without_claims_says_how_to_make_one(results: Path) -> None:
    small.plan(Layout(results), time=small.START + 9, claims=[])
    code, text = invoke(results, "--strict")
    assert code == 0
    assert "no claims: add claims" in text


def test_json(results: Path) -> None:
    code, text = invoke(results, "small", "--json")
    assert code == 1
    assert [row["verdict"] for row in json.loads(text)] == ["supported", "refuted"]


def test_an_unknown_experiment_is_refused(results: Path) -> None:
    code, text = invoke(results, "smal")
    assert code == 3
    assert "there is no experiment 'smal'" in text


def test_an_old_copy_of_the_query_in_a_project_is_not_asked(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "verdicts.sql").write_text("select 1 as one\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert invoke(results)[1].endswith("2 claims: 1 supported, 1 refuted\n")
