"""`xp import` from files to answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xp.dsl.errors import XpError
from xp.engine.answers import fresh
from xp.engine.importing import sources
from xp.engine.importing.importing import bring_in
from xp.engine.journal import Journal
from xp.engine.layout import Layout
from xp.engine.warehouse.ask import ask
from xp.queries.catalog import parse

STATE = {
    "global_step": 2,
    "max_steps": 2,
    "log_history": [
        {"step": 1, "loss": 2.0},
        {"step": 2, "train_runtime": 4.0, "train_loss": 1.5, "train_samples_per_second": 9.0},
    ],
}
RESULTS = {"epoch": 1.0, "train_samples": 20, "predict_rouge1": 41.5, "predict_runtime": 1.0}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    folder = tmp_path / "old-run"
    folder.mkdir()
    (folder / "trainer_state.json").write_text(json.dumps(STATE))
    (folder / "all_results.json").write_text(json.dumps(RESULTS))
    return folder


def asked(results: Path, sql: str) -> list[tuple[Any, ...]]:
    return list(ask(fresh(results), parse(Path("asked.sql"), sql), {}).rows)


def test_what_was_imported_stands_in_the_warehouse(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring_in([old], tmp_path / "results", method="bart", model="bart-base", dataset="samsum")
    said = capsys.readouterr()
    assert "1 imported into the experiment 'imported', 0 were there already" in said.out
    assert "does not agree: train_samples_per_second is 9, but 5 follows" in said.err
    rows = asked(tmp_path / "results", "select method, model, dataset, state, runtime, accuracy from trials")
    assert rows == [("bart", "bart-base", "samsum", "completed", 4.0, 41.5)]
    assert asked(tmp_path / "results", "select step, value from metrics where name = 'loss'") == [(1, 2.0)]
    assert asked(tmp_path / "results", "select value from facts where subject = 'import' and name = 'kind'") == [
        ("trainer",)
    ]


def test_importing_again_changes_nothing(tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        bring_in([old], tmp_path / "results")
    assert "0 imported into the experiment 'imported', 1 were there already" in capsys.readouterr().out
    assert asked(tmp_path / "results", "select count(*) from attempts") == [(1,)]


def test_another_run_of_the_method_is_added(tmp_path: Path, old: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "eval_results.json").write_text(json.dumps({"eval_loss": 1.25}))
    bring_in([old], tmp_path / "results", method="bart")
    bring_in([other], tmp_path / "results", method="bart")
    assert asked(tmp_path / "results", "select seed, loss from trials order by seed") == [(0, None), (1, 1.25)]


def test_one_file_that_cannot_be_read_keeps_all_out(tmp_path: Path, old: Path) -> None:
    (tmp_path / "odd.json").write_text("{}")
    with pytest.raises(XpError, match="nothing that can be imported"):
        bring_in([old, tmp_path / "odd.json"], tmp_path / "results")
    assert not (tmp_path / "results").exists()


def test_the_experiment_of_a_file_is_not_mixed_with_imports(tmp_path: Path, old: Path) -> None:
    layout = Layout(tmp_path / "results")
    with Journal(layout.experiment_journal("core")) as journal:
        journal.append("plan", name="core", file="core.toml", text="[experiment]", trials=[])
    with pytest.raises(XpError, match="'core' is an experiment of its own file"):
        bring_in([old], tmp_path / "results", experiment="core")


def test_a_folder_is_searched_for_what_looks_like_results(tmp_path: Path, old: Path) -> None:
    (old / "config.json").write_text('{"d_model": 16}')
    (old / "data.csv").write_text("a,b\n1,2\n")
    (run,) = sources.read([tmp_path])
    assert [path.name for path in run.files] == ["all_results.json", "trainer_state.json"]


def test_an_empty_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(XpError, match="nothing in this folder"):
        sources.read([tmp_path])
    with pytest.raises(XpError, match="no such file"):
        sources.read([tmp_path / "none.csv"])
