"""What a run says at its end, and the exit code that scripts go by."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from tests import small
from tests.engine.scripted import COMPLETE, ScriptLauncher
from xp.dsl.errors import SpecError
from xp.dsl.resources import Machine, Resources
from xp.dsl.trial import Trial
from xp.engine.journal import Journal
from xp.engine.layout import Layout
from xp.engine.machine import environment
from xp.engine.machine.lanes import LaneError
from xp.engine.run import session
from xp.engine.run.loading import bring_up_to_date
from xp.engine.run.progress import PlainDisplay
from xp.engine.run.runner import Tally
from xp.engine.run.session import conclude, stop_on_signals
from xp.engine.warehouse import store


@pytest.mark.parametrize(
    ("tally", "line", "code"),
    [
        pytest.param(Tally(completed=6), "6 of 6 trials are complete, 0 failed", 0, id="complete"),
        pytest.param(
            Tally(cached=6), "nothing to run: all 6 trials are complete (--force runs them again)", 0, id="cached"
        ),
        pytest.param(Tally(cached=2, completed=3, failed=1), "5 of 6 trials are complete, 1 failed", 4, id="failure"),
        pytest.param(
            Tally(completed=2, failed=1, failed_fast=True),
            "stopped by the first failure ([limits] fail_fast): 2 of 6 trials are complete; the others stay pending",
            4,
            id="first-failure",
        ),
        pytest.param(
            Tally(completed=5, cancelled=1),
            "5 of 6 trials are complete, 0 failed\n1 was cancelled; the same command goes on with what is missing",
            130,
            id="one-was-cancelled",
        ),
        pytest.param(
            Tally(completed=3, failed=1, cancelled=2, left=1),
            "3 of 6 trials are complete, 1 failed\n"
            "1 of them as an earlier run left them; --retry oom,diverged,timeout tries them again\n"
            "2 were cancelled; the same command goes on with what is missing",
            4,
            id="some-were-cancelled-and-one-failed",
        ),
        pytest.param(
            Tally(cached=1, completed=2, interrupted=True),
            "stopped: 3 of 6 trials are complete; the same command goes on",
            130,
            id="interrupted",
        ),
    ],
)
def test_the_end_of_a_run_is_a_line_and_an_exit_code(tally: Tally, line: str, code: int) -> None:
    out = io.StringIO()

    assert conclude(tally, 6, PlainDisplay(Console(file=out, width=40))) == code
    assert out.getvalue() == f"{line}\n"


@pytest.mark.parametrize(
    ("tally", "line"),
    [
        (Tally(failed=1), "0 of 1 trial is complete, 1 failed"),
        (Tally(cached=1), "nothing to run: the only trial is complete (--force runs it again)"),
    ],
)
def test_one_trial_is_told_of_in_the_singular(tally: Tally, line: str) -> None:
    out = io.StringIO()
    conclude(tally, 1, PlainDisplay(Console(file=out, width=40)))
    assert out.getvalue() == f"{line}\n"


def test_rows_that_are_left_out_are_told_in_one_line_per_data_set(
    empty: Layout, trials: Callable[..., list[Trial]]
) -> None:
    first, second, *_ = trials()
    values = {"train_empty_rows": 2, "validation_empty_rows": 0, "test_empty_rows": 1}
    for trial in (first, second):
        with Journal(empty.new_attempt(trial.id).journal(0)) as journal:
            journal.append("facts", section="dataset", subject="dialogues", values=values, units={})

    assert [*session.dropped_rows(empty, [first, second])] == [
        "dialogues: left out for want of a source or a target: 2 rows of train, 1 row of test"
    ]


def test_lanes_say_once_that_they_import() -> None:
    heard: list[str] = []
    say = session.say_once("importing", heard.append)
    for text in ("importing", "importing", "imported", "imported"):
        say(text)
    assert heard == ["importing", "imported", "imported"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_asks_to_save_and_stop(number: signal.Signals) -> None:
    out = io.StringIO()
    with stop_on_signals(PlainDisplay(Console(file=out, width=40))) as stop:
        os.kill(os.getpid(), number)
        assert stop.is_set()
        assert not stop.now.is_set()
        os.kill(os.getpid(), number)
        assert stop.now.is_set() == (number != signal.SIGHUP), "shell and kernel both tell of a terminal that closes"
    assert out.getvalue().startswith(f"{number.name}: saving the running trial")


def test_what_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_on_signals(PlainDisplay(Console(file=io.StringIO()))) as stop:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not stop.is_set()
    finally:
        signal.signal(signal.SIGHUP, before)


def test_lanes_share_no_more_cores_than_the_container_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(64)))
    monkeypatch.setattr("xp.engine.machine.cgroups.allowed_cores", lambda: 2.0)
    trial = SimpleNamespace(settings=SimpleNamespace(world_size=1))
    planned: Any = SimpleNamespace(
        wanted=[trial], machine=Machine(devices="cpu", count=2), experiment=SimpleNamespace(resources=Resources())
    )
    assert [lane.cores for lane in session.make_lanes(planned, 2)] == [(0,), (1,)]
    with pytest.raises(LaneError, match="16 trials of 1 ranks at once take 16 cores; there are 2"):
        session.make_lanes(planned, 16)


THREE = """\
[experiment]
name = "three"
[defaults]
dataset = "dialogues"
[datasets.dialogues]
builtin = "dialogues"
[models.first]
architecture = "bart"
[models.third]
architecture = "t5"
[matrix]
model = ["first", "./nothing", "third"]
"""
MISSING = "there is no folder './nothing', nor can the hub have a checkpoint of that name"


@pytest.fixture
def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An experiment of three trials, of which the second has a model that is not there; ranks are small scripts."""
    monkeypatch.setattr(session, "ChosenLauncher", lambda *_, **__: ScriptLauncher([COMPLETE]))
    monkeypatch.setattr(environment, "collect", lambda *_: {})
    file = tmp_path / "three.toml"
    file.write_text(THREE)
    return file


def ends(layout: Layout) -> list[tuple[str, str, str]]:
    """Return model, state and reason of every attempt, as the warehouse has them."""
    with store.open_file(layout.warehouse, read_only=True) as db:
        return db.sql("select model, state, reason from attempts order by model").fetchall()


def test_a_trial_whose_model_is_not_there_fails_with_its_reason_and_the_others_run(
    three: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = session.run(three, tmp_path / "results")

    said = capsys.readouterr().err
    assert code == 4
    assert ends(Layout(tmp_path / "results")) == [
        ("./nothing", "failed", f"{three}:12:19: matrix.model[1]: {MISSING}"),
        ("first", "completed", ""),
        ("third", "completed", ""),
    ]
    assert f"1 trial cannot run: {three}:12:19: matrix.model[1]: {MISSING}" in said
    assert "2 of 3 trials are complete, 1 failed" in said


def test_a_trial_that_lacks_its_model_is_no_business_of_the_others(three: Path, tmp_path: Path) -> None:
    assert session.run(three, tmp_path / "results", only=["model=third"]) == 0


def test_a_run_of_which_nothing_is_left_but_what_cannot_run_is_refused(three: Path, tmp_path: Path) -> None:
    layout = Layout(tmp_path / "results")
    assert session.run(three, layout.root) == 4
    before = sorted(layout.root.rglob("attempt-*"))

    with pytest.raises(SpecError, match=MISSING):
        session.run(three, layout.root)

    assert sorted(layout.root.rglob("attempt-*")) == before


def test_a_warehouse_that_somebody_else_holds_costs_no_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "WAIT_SECONDS", 0.1)
    layout = Layout(tmp_path)
    small.journals(layout)
    hold = "import duckdb, sys, time; db = duckdb.connect(sys.argv[1]); print('held', flush=True); time.sleep(600)"
    holder = subprocess.Popen([sys.executable, "-c", hold, str(layout.warehouse)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    out = io.StringIO()
    try:
        bring_up_to_date(layout, PlainDisplay(Console(file=out, width=40)))
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()

    said = out.getvalue()
    assert "nothing is lost" in said
    assert f"the warehouse is in use by process {holder.pid}" in said
