"""From one TOML file to a finished report, with real DeepSpeed in real processes."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from xp.engine.journal import events
from xp.engine.layout import AttemptLayout, Layout

pytestmark = pytest.mark.slow

SPEC = """\
[experiment]
name = "mini"
description = "The smallest experiment that has everything"

[defaults]
model = "bart-mini"
dataset = "dialogues"
max_steps = 6
batch_size = 4
learning_rate = 1e-3
max_source_length = 128
max_target_length = 24
logging_steps = 2
world_size = 2

[models.bart-mini]
architecture = "bart"
vocab_size = 400
[models.bart-mini.config]
d_model = 32
encoder_layers = 1
decoder_layers = 1
encoder_attention_heads = 2
decoder_attention_heads = 2
encoder_ffn_dim = 64
decoder_ffn_dim = 64
max_position_embeddings = 128

[datasets.dialogues]
builtin = "dialogues"
size = 60

[methods.baseline]
[methods.zero2]
settings = { zero = { stage = 2 } }
claims = { memory = "reduces", speed = "*increases" }
[methods.zero3-alone]
settings = { zero = { stage = 3 }, world_size = 1 }

[matrix]
method = ["baseline", "zero2", "zero3-alone"]
seed = [1, 2]
"""

SEEDLIKE = """\
# Experiments

{env_table}

## Models
{model_tables}

Config: {"stage": 2}

## Trade-offs
{table}

## Benchmarks
{table}
"""


def xp(*words: str, folder: Path, code: int = 0, closed: bool = False) -> subprocess.CompletedProcess[str]:
    """Run a command; *closed*, without a standard input."""
    before = ["sh", "-c", 'exec "$@" <&-', "sh"] if closed else []
    command = [*before, sys.executable, "-m", "xp.engine.cli.main", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the experiment has run."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "mini.toml").write_text(SPEC)
    done = xp("run", "mini.toml", folder=folder)
    assert "6 of 6 trials are complete" in done.stderr
    return folder


def answer(folder: Path, *words: str) -> list[dict[str, Any]]:
    rows = json.loads(xp("query", *words, "--format", "json", folder=folder).stdout)
    assert isinstance(rows, list)
    return rows


def sql(folder: Path, text: str) -> list[dict[str, Any]]:
    (folder / "asked.sql").write_text(text)
    return answer(folder, "asked.sql")


def test_every_trial_is_complete(project: Path) -> None:
    rows = sql(project, "select state, count(*) as n from attempts group by state")
    assert rows == [{"state": "completed", "n": 6}]


def test_ranks_were_forked_from_the_preloaded_parent(project: Path) -> None:
    assert sql(project, "select distinct launch from attempts") == [{"launch": "preload"}]


@pytest.mark.parametrize(
    "name",
    [
        "eval_loss",
        "eval_rouge1",
        "predict_rouge2",
        "predict_rougeLsum",
        "train_runtime",
        "energy_consumed",
        "emissions",
    ],
)
def test_every_completed_trial_has_the_metric(project: Path, name: str) -> None:
    rows = sql(project, f"select count(distinct trial) as n from metrics where name = '{name}'")
    assert rows == [{"n": 6}]


def test_every_rank_measured_its_own_memory(project: Path) -> None:
    rows = sql(
        project,
        "select world_size, count(*) as n from metrics join attempts using (trial, attempt) "
        "where name = 'train_peak_memory' group by all order by all",
    )
    assert rows == [{"world_size": 1, "n": 2}, {"world_size": 2, "n": 8}]


def test_the_same_numbers_are_in_journals_and_warehouse(project: Path) -> None:
    layout = Layout(project / "results")
    written = {
        (attempt.root.parent.name, event["values"]["eval_loss"])
        for folder in (project / "results" / "trials").iterdir()
        for attempt in layout.attempts(folder.name)
        for event in events(attempt.journal(0))
        if event["event"] == "metrics" and "eval_rouge1" in event["values"]
    }
    loaded = {(row["trial"], row["loss"]) for row in sql(project, "select trial, loss from trials")}
    assert loaded == written


def test_running_again_runs_nothing_and_says_so(project: Path) -> None:
    before = sql(project, "select count(*) as n from metric")
    done = xp("run", "mini.toml", folder=project)
    assert "nothing to run: all 6 trials are complete" in done.stderr
    assert sql(project, "select count(*) as n from metric") == before


@pytest.mark.parametrize("query", ["environment", "models", "datasets", "tradeoffs", "benchmarks"])
def test_saved_queries_answer(project: Path, query: str) -> None:
    assert answer(project, f"queries/{query}.sql")


def test_an_answer_is_the_same_in_all_formats(project: Path) -> None:
    rows = answer(project, "benchmarks")
    table = xp("query", "benchmarks", folder=project).stdout
    text = xp("query", "benchmarks", "--format", "csv", folder=project).stdout
    markdown = xp("query", "benchmarks", "--format", "markdown", folder=project).stdout
    assert [row["method"] for row in csv.DictReader(text.splitlines())] == [row["method"] for row in rows]
    for row in rows:
        assert row["method"] in table
        assert row["method"] in markdown


def test_the_report_has_no_hole(project: Path) -> None:
    xp("render", "templates/experiments.md.j2", folder=project)
    report = (project / "results" / "reports" / "experiments.md").read_text()
    for heading in ("Environment", "Datasets", "Models", "Comparisons", "Hyperparameters", "Optimization", "Benchmark"):
        assert heading.lower()[:8] in report.lower()
    for hole in ("{{", "{%", "None", "nan", "Undefined"):
        assert hole not in report


def test_plain_markdown_with_placeholders_is_filled(project: Path) -> None:
    (project / "seedlike.md").write_text(SEEDLIKE)
    report = xp("render", "seedlike.md", "-o", "-", folder=project).stdout
    assert '{"stage": 2}' in report
    assert not {"{env_table}", "{model_tables}", "{table}"} & set(report.split())
    assert "zero2" in report


def test_a_report_in_one_go_trains_nothing_that_is_there(project: Path) -> None:
    judged = subprocess.run(
        [sys.executable, "-m", "xp.engine.cli.main", "verify"], cwd=project, capture_output=True, text=True, check=False
    )
    done = xp("report", "mini.toml", "-o", "whole.md", folder=project, code=judged.returncode)
    assert "nothing to run: all 6 trials are complete" in done.stderr
    assert judged.stdout.splitlines()[-1] in done.stdout
    assert done.stdout.endswith("wrote whole.md\n")
    assert "# Experiments: mini" in (project / "whole.md").read_text()


def test_a_query_waits_for_nobody_while_a_run_goes_on(project: Path) -> None:
    with running(project, "mini.toml", "--force", "--only", "method=baseline") as process:
        asked = 0
        while process.poll() is None and asked < 3:
            assert answer(project, "benchmarks")
            asked += 1
        assert asked == 3
        assert process.wait() == 0


def test_a_narrowed_run_keeps_the_whole_plan(project: Path) -> None:
    xp("run", "mini.toml", "--only", "method=baseline", folder=project)
    assert {row["method"] for row in answer(project, "benchmarks")} == {"baseline", "zero2", "zero3-alone"}


def test_a_killed_run_leaves_no_process_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    (tmp_path / "mini.toml").write_text(SPEC.replace("max_steps = 6", "max_steps = 60"))
    with running(tmp_path, "mini.toml") as process:
        wait_for(lambda: any((tmp_path / "results").glob("trials/*/attempt-1/journal/rank0.jsonl")))
        time.sleep(0.7)
        family = psutil.Process(process.pid).children(recursive=True)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert family
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    done = xp("run", "mini.toml", "--set", "matrix.seed=[1]", folder=tmp_path)
    assert "3 of 3 trials are complete" in done.stderr
    states = sql(tmp_path, "select trial, count(*) filter (state = 'completed') as n from attempts group by trial")
    assert {row["n"] for row in states} == {1}
    assert answer(tmp_path, "failures")


def test_ctrl_c_ends_the_trial_in_order(tmp_path: Path) -> None:
    (tmp_path / "mini.toml").write_text(SPEC.replace("max_steps = 6", "max_steps = 2000"))
    with running(tmp_path, "mini.toml") as process:
        wait_for(lambda: any((tmp_path / "results").glob("trials/*/attempt-1/journal/rank0.jsonl")))
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=30) == 130
    assert [row["state"] for row in sql(tmp_path, "select state from attempts")] == ["interrupted"]


def test_a_stopped_run_goes_on_in_the_middle_of_its_trial_without_a_standard_input(tmp_path: Path) -> None:
    (tmp_path / "mini.toml").write_text(SPEC.replace("max_steps = 6", "max_steps = 150"))
    narrow = ("mini.toml", "--only", "method=zero2", "--set", "matrix.seed=[1]")
    with running(tmp_path, *narrow) as process:
        wait_for(lambda: steps_done(tmp_path) >= 20)
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=60) == 130
    xp("run", *narrow, folder=tmp_path, closed=True)

    first, second = sql(tmp_path, "from attempt select state, resumed_attempt, resumed_step order by attempt")
    assert (first["state"], second["state"], second["resumed_attempt"]) == ("interrupted", "completed", 1)
    assert 20 <= second["resumed_step"] < 150
    sessions = sql(tmp_path, "from latest join metric_name using (name_id) select value where name = 'train_runtime'")
    (trial,) = sql(tmp_path, "select runtime, attempts from trials where method = 'zero2' and seed = 1")
    assert trial["attempts"] == 2
    assert trial["runtime"] == pytest.approx(sum(row["value"] for row in sessions))
    curve = sql(tmp_path, "select step from metrics where name = 'loss' and attempt = 2 order by step")
    assert [row["step"] for row in curve] == sorted({row["step"] for row in curve})
    assert curve[0]["step"] < 20, "the second attempt tells the whole curve"


def steps_done(folder: Path) -> int:
    """Return the optimizer steps that the first attempt has told of."""
    journals = [AttemptLayout(path) for path in folder.glob("results/trials/*/attempt-1")]
    told = [event for journal in journals for event in events(journal.journal(0)) if event["event"] == "progress"]
    return max((event["step"] for event in told if event["phase"] == "train"), default=0)


def test_a_plain_launch_trains_to_the_same_numbers(project: Path, tmp_path: Path) -> None:
    (tmp_path / "mini.toml").write_text(SPEC)
    narrow = ("--only", "method=zero2", "--set", "matrix.seed=[1]")
    xp("run", "mini.toml", "--launch", "plain", *narrow, folder=tmp_path, closed=True)
    (plain,) = sql(tmp_path, "select trial, launch, loss, rouge1 from trials where state = 'completed'")
    assert plain["launch"] == "plain"
    (forked,) = sql(project, f"select loss, rouge1 from trials where trial = '{plain['trial']}'")
    assert (plain["loss"], plain["rouge1"]) == (forked["loss"], forked["rouge1"])


def test_a_trial_that_cannot_train_fails_alone_and_keeps_its_reason(tmp_path: Path) -> None:
    text = SPEC.replace(
        "[methods.zero3-alone]", "[methods.broken]\nsettings = { learning_rate = 1e30 }\n[methods.zero3-alone]"
    )
    text = text.replace('"zero3-alone"]', '"broken"]').replace("seed = [1, 2]", "seed = [1]")
    (tmp_path / "mini.toml").write_text(text)
    done = xp("run", "mini.toml", folder=tmp_path, code=4)
    assert "2 of 3 trials are complete, 1 failed" in done.stderr
    (failed,) = sql(tmp_path, "select method, state, reason from attempts where state <> 'completed'")
    assert (failed["method"], failed["state"]) == ("broken", "diverged")
    assert failed["reason"]


class running:  # noqa: N801 - reads as a clause
    """`xp run` in the background, ended when the block is."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "xp.engine.cli.main", "run", *words],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> subprocess.Popen[bytes]:
        return self.process

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def wait_for(condition: Any, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
