"""`xp import` from files to answers."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from xp.dsl.errors import XpError
from xp.engine.answers import fresh
from xp.engine.importing import sources
from xp.engine.importing.found import ImportingError
from xp.engine.importing.importing import bring_in
from xp.engine.journal import Journal
from xp.engine.layout import Layout
from xp.engine.warehouse.ask import ask
from xp.queries.catalog import find, parse

DATA = Path(__file__).parent / "data"

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


def written(path: Path, content: Any) -> Path:
    """Write JSON as Python and Java do, NaN without quotes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def run_of_mlflow(path: Path, metrics: Any, **params: str) -> Path:
    info = {"run_id": path.stem, "status": "FINISHED", "start_time": 1000, "end_time": 2000}
    return written(path, {"info": info, "data": {"metrics": metrics, "params": params}})


def test_what_was_imported_stands_in_the_warehouse(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring_in([old], tmp_path / "results", method="bart", model="bart-base", dataset="samsum")
    told = capsys.readouterr()
    assert "1 imported into the experiment 'imported', 0 were there already" in told.out
    assert "does not agree: train_samples_per_second is 9, but 5 follows" in told.err
    rows = asked(tmp_path / "results", "select method, model, dataset, state, runtime, accuracy from trials")
    assert rows == [("bart", "bart-base", "samsum", "completed", 4.0, 41.5)]
    assert asked(tmp_path / "results", "select step, value from metrics where name = 'loss'") == [(1, 2.0)]
    sql = "select value from facts where subject = 'import' and name in ('kind', 'disagreements') order by place"
    said = "train_samples_per_second is 9, but 5 follows from samples, steps and runtime"
    assert asked(tmp_path / "results", sql) == [("trainer",), (said,)]


def test_importing_again_changes_nothing(tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        bring_in([old], tmp_path / "results")
    assert "0 imported into the experiment 'imported', 1 were there already" in capsys.readouterr().out
    assert asked(tmp_path / "results", "select count(*) from attempts") == [(1,)]


@pytest.mark.parametrize("last", ["plan", "facts", "attempt"])
def test_an_import_that_was_killed_half_way_is_completed_by_the_next_one(
    tmp_path: Path, old: Path, last: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "eval_results.json").write_text(json.dumps({"eval_loss": 1.25}))
    append = Journal.append

    def killed(self: Journal, event: str, **values: Any) -> None:
        append(self, event, **values)
        if event == last:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append", killed)
        with pytest.raises(KeyboardInterrupt):
            bring_in([old, other], tmp_path / "results", method="bart")
    asked(tmp_path / "results", "select count(*) from attempts")  # and what there was is loaded
    capsys.readouterr()

    bring_in([other, old], tmp_path / "results", method="bart")

    assert "2 imported into the experiment 'imported', 0 were there already" in capsys.readouterr().out
    sql = "select seed, state, runtime, loss from trials order by seed"
    assert asked(tmp_path / "results", sql) == [(0, "completed", 4.0, None), (1, "completed", None, 1.25)]
    assert asked(tmp_path / "results", "select attempt, state from attempts") == [(1, "completed")] * 2


def test_a_run_of_one_experiment_can_be_imported_into_another_one_too(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring_in([old], tmp_path / "results")
    bring_in([old], tmp_path / "results", experiment="again")
    assert "1 imported into the experiment 'again', 0 were there already" in capsys.readouterr().out
    assert asked(tmp_path / "results", "select experiment, state from trials order by 1") == [
        ("again", "completed"),
        ("imported", "completed"),
    ]


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
    (run,) = sources.read_runs([tmp_path])
    assert [path.name for path in run.files] == ["all_results.json", "trainer_state.json"]


def test_a_data_set_in_a_folder_does_not_keep_results_out_and_results_that_were_cut_do(tmp_path: Path) -> None:
    results = written(tmp_path / "old" / "all_results.json", {"eval_rouge1": 40.5})
    (results.parent / "train.json").write_text('{"dialogue": "a"}\n{"dialogue": "b"}\n')
    (results.parent / "settings.json").write_text('{\n  // of an editor\n  "tabSize": 4,\n}\n')
    (results.parent / "latin.json").write_bytes('{"Straße": 1}'.encode("latin-1"))
    (found,) = sources.read_runs([results.parent])
    assert found.files == (results,)
    for name in ("trainer_state.json", "run.json"):
        (results.parent / name).write_text('{\n  "log_history": [\n')
        with pytest.raises(ImportingError, match=f"{name}: not JSON"):
            sources.read_runs([results.parent])
        (results.parent / name).unlink()


def test_an_empty_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(XpError, match="nothing in this folder"):
        sources.read_runs([tmp_path])
    with pytest.raises(XpError, match="no such file"):
        sources.read_runs([tmp_path / "none.csv"])


def test_copies_of_results_under_another_name_are_runs_of_their_own() -> None:
    runs = sources.read_runs([DATA / "linydub" / "metrics"])
    assert [(run.kind, run.name, run.latest["train_runtime"]) for run in runs] == [
        ("mlflow", "b8ad2ad7-ecf8-481f-948e-e94761eeec09", 203.4396),
        ("trainer", "metrics", 261.1841),
        ("trainer", "all_results@7897267", 203.4396),
    ]


def test_a_run_whose_loss_became_no_number_is_never_the_best(tmp_path: Path) -> None:
    log = [
        {"step": 10, "loss": 2.1},
        {"step": 20, "loss": math.nan},
        {"step": 20, "eval_loss": math.nan, "eval_rouge1": 0.0},
    ]
    state = written(tmp_path / "old" / "trainer_state.json", {"global_step": 20, "max_steps": 20, "log_history": log})
    written(tmp_path / "old" / "all_results.json", {"predict_rouge1": 1.5})
    assert '"loss": NaN' in state.read_text()

    bring_in([state.parent], tmp_path / "results")

    assert asked(tmp_path / "results", "select state, first_bad_step from attempts") == [("diverged", 20)]
    best = find("best")
    assert ask(fresh(tmp_path / "results"), best, best.values({"measure": "accuracy"})).rows == []


def test_a_metric_may_be_whole_or_not_or_no_number_at_all(tmp_path: Path) -> None:
    for name, content in {
        "one": {"rouge1": 53},
        "other": {"rouge1": 53.5},
        "third": {"rouge1": "n/a", "rouge2": 1},
    }.items():
        written(tmp_path / "old" / name / "all_results.json", content)

    bring_in([tmp_path / "old"], tmp_path / "results")

    sql = "select name, value, text from metrics join trials using (trial) order by name, trials.position"
    assert asked(tmp_path / "results", sql) == [
        ("rouge1", 53.0, None),
        ("rouge1", 53.5, None),
        ("rouge1", None, "n/a"),
        ("rouge2", 1.0, None),
    ]


def test_what_mlflow_has_as_text_or_as_nothing_is_what_it_means(tmp_path: Path) -> None:
    metrics = [
        {"key": "acc", "value": 0, "is_nan": True},
        {"key": "f1", "value": 0.5, "is_nan": "false"},
        {"key": "none", "value": None},
        {"key": "rouge1", "value": "n/a"},
    ]
    one = run_of_mlflow(tmp_path / "one.json", metrics, lr="5e-5", optimizer="adam")
    other = run_of_mlflow(tmp_path / "other.json", {"train_loss": "NaN"}, lr="3e-5")

    bring_in([one, other], tmp_path / "results")

    sql = "select name, isnan(value), value, text from metrics where name <> 'train_loss' order by name"
    (acc, *others) = asked(tmp_path / "results", sql)
    assert (acc[:2], acc[3]) == (("acc", True), None)
    assert others == [("f1", False, 0.5, None), ("none", None, None, "null"), ("rouge1", None, None, "n/a")]
    assert asked(tmp_path / "results", "select state from trials order by position") == [("completed",), ("diverged",)]
    sql = "select name, value, number from setting where number = 5e-5 or name = 'optimizer' order by name"
    assert asked(tmp_path / "results", sql) == [("lr", "5e-5", 5e-5), ("optimizer", "adam", None)]


def test_real_exports_of_mlflow_are_trials(tmp_path: Path) -> None:
    real = DATA / "linydub" / "metrics" / "mlflow-metrics-run.json"

    bring_in([DATA / "mlflow-export-import", real], tmp_path / "results")

    from_to = "from trials join attempts using (trial) order by trials.position"
    rows = asked(tmp_path / "results", f"select trials.method, trials.state {from_to}")
    assert rows == [
        ("glamorous-fish-47", "completed"),
        ("silent-dog-788", "completed"),
        ("eb66c160957d4a28b11d3f1b968df9cd", "completed"),
        ("b8ad2ad7-ecf8-481f-948e-e94761eeec09", "completed"),
    ]
    *_, times = asked(tmp_path / "results", f"select attempts.seconds, trials.runtime {from_to}")
    # from start to end, and what the trainer's own clock says of the training
    assert times == (pytest.approx(325.996, abs=1e-3), 203.4396)
    sql = "select position, name, number from setting join trials using (trial) order by position, name"
    assert asked(tmp_path / "results", sql) == [
        (0, "max_depth", 5.0),
        (1, "max_depth", 5.0),
        (2, "max_depth", 4.0),
        (2, "max_leaf_nodes", 32.0),
    ]
