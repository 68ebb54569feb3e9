"""Which trials run, in which order, how often, and what is left when they are stopped."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tests.engine.conftest import SPEC
from tests.engine.scripted import (
    COMPLETE,
    CRASH,
    DEAF,
    DIVERGE,
    HANG,
    KILLED,
    SAVE,
    SAVE_AT_THE_END,
    SPAWN,
    STALL,
    STUBBORN,
    ScriptLauncher,
)
from xp.dsl.plan import plan
from xp.dsl.source import load
from xp.dsl.trial import Start, Trial
from xp.engine.journal import events
from xp.engine.layout import AttemptLayout, Layout
from xp.engine.run import attempt as attempts
from xp.engine.run import runner
from xp.engine.run.announcing import journal_plan
from xp.engine.run.failures import Outcome
from xp.engine.run.harvest import end_of
from xp.engine.run.locks import locked
from xp.engine.run.progress import PlainDisplay
from xp.engine.run.runner import Run, RunError, Tally, in_blocks, stop_request
from xp.engine.run.session import conclude
from xp.engine.run.stopping import Stop
from xp.engine.run.time_to_save import SILENT_SECONDS
from xp.engine.warehouse.load import load as load_journals

Trials = Callable[..., list[Trial]]


@dataclass
class Notes:
    """A display that remembers."""

    states: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    when_told: Callable[[], object] = lambda: None
    """Called with everything that is shown, be it an event or a note."""

    def planned(self, total: int, cached: int, left: int) -> None: ...

    def started(self, trial: Trial) -> None: ...

    def event(self, event: Mapping[str, Any]) -> None:
        self.events.append(event["event"])
        self.when_told()

    def ended(self, trial: Trial, outcome: Outcome, seconds: float) -> None:
        self.states.append(outcome.state)

    def note(self, text: str) -> None:
        self.notes.append(text)
        self.when_told()


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here needs the time that a large model is given."""
    monkeypatch.setattr(attempts, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(runner, "BACK_OFF_SECONDS", 0.05)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "results")


def run(layout: Layout, launcher: ScriptLauncher, **limits: Any) -> Run:
    facts: dict[str, Any] = {"environment": {"values": {"python": "3"}, "units": {}}}
    return Run(layout, launcher, facts, Notes(), Stop(), lambda: None, **limits)


def test_every_trial_is_run_once(layout: Layout, trials: Trials) -> None:
    launcher = ScriptLauncher([COMPLETE])
    assert run(layout, launcher).all(trials(), 0) == Tally(completed=6)
    assert len(launcher.started) == 6


def test_a_second_run_trains_nothing(layout: Layout, trials: Trials) -> None:
    run(layout, ScriptLauncher([COMPLETE])).all(trials(), 0)
    again = ScriptLauncher([COMPLETE])
    assert run(layout, again).all(trials(), 0) == Tally(cached=6)
    assert again.started == []


def test_force_makes_new_attempts_and_keeps_the_old(layout: Layout, trials: Trials) -> None:
    run(layout, ScriptLauncher([COMPLETE])).all(trials(), 0)
    assert run(layout, ScriptLauncher([COMPLETE]), force=True).all(trials(), 0) == Tally(completed=6)
    assert all(len(layout.attempts(trial.id)) == 2 for trial in trials())


def content(layout: Layout) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of the tables that hold what attempts have left, after loading what is new."""
    load_journals(layout)
    with duckdb.connect(str(layout.warehouse), read_only=True) as db:
        return {
            table: db.execute(f"from {table} order by all").fetchall()
            for table in ("attempt", "metric", "fact", "setting")
        }


def test_what_is_there_already_changes_no_row_and_force_adds_to_it(layout: Layout, trials: Trials) -> None:
    four = trials()[:4]
    run(layout, ScriptLauncher([COMPLETE])).all(four, 0)
    first = content(layout)
    assert {table: len(rows) for table, rows in first.items() if table != "setting"} == {
        "attempt": 4,
        "metric": 8,
        "fact": 4,
    }

    tally = run(layout, ScriptLauncher([COMPLETE])).all(four, 0)
    assert conclude(tally, len(four), PlainDisplay(Console(quiet=True))) == 0
    assert content(layout) == first

    run(layout, ScriptLauncher([COMPLETE]), force=True).all(four, 0)
    forced = content(layout)
    assert sorted(row[1:3] for row in forced["attempt"]) == sorted((trial.id, n) for trial in four for n in (1, 2))
    for table, rows in first.items():
        assert set(rows) <= set(forced[table])


def test_models_whose_names_end_alike_are_two_trials(layout: Layout, tmp_path: Path) -> None:
    file = tmp_path / "tiny.toml"
    file.write_text(SPEC.replace("[matrix]\n", '[matrix]\nmodel = ["org-a/bart", "org-b/bart"]\n'), encoding="utf-8")
    experiment = load(file, ('matrix.method=["baseline"]', "matrix.seed=[1]"))
    made = plan(experiment, {"dialogues": "0" * 64})
    journal_plan(layout, experiment, made, made.trials)
    run(layout, ScriptLauncher([COMPLETE])).all(made.trials, 0)
    load_journals(layout)

    assert len({trial.label for trial in made.trials}) == 2
    assert len(list(layout.trials.iterdir())) == 2
    with duckdb.connect(str(layout.warehouse), read_only=True) as db:
        told = db.execute("select trial, model, state from trials order by position").fetchall()
    assert told == [
        (trial.id, model, "completed") for trial, model in zip(made.trials, ("org-a/bart", "org-b/bart"), strict=True)
    ]


def test_one_failure_stops_no_other_trial(layout: Layout, trials: Trials) -> None:
    tally = run(layout, ScriptLauncher([COMPLETE, CRASH, COMPLETE])).all(trials(), 0)
    assert tally == Tally(completed=5, failed=1)


def test_a_trial_whose_model_is_not_there_fails_alone_with_its_reason(layout: Layout, trials: Trials) -> None:
    (first, second, third, *_) = trials()
    launcher = ScriptLauncher([COMPLETE])
    missing = {second.id: "there is no folder './nothing'"}

    tally = run(layout, launcher, lacking=missing).all([first, second, third], 3)

    assert tally == Tally(completed=2, failed=1)
    assert len(launcher.started) == 2
    (attempt,) = layout.attempts(second.id)
    *_, end = events(attempt.engine_journal)
    assert (end["state"], end["reason"]) == ("failed", missing[second.id])


def test_a_failed_trial_is_run_again_by_the_next_run(layout: Layout, trials: Trials) -> None:
    run(layout, ScriptLauncher([CRASH, COMPLETE])).all(trials(), 0)
    assert run(layout, ScriptLauncher([COMPLETE])).all(trials(), 0) == Tally(cached=5, completed=1)


def test_a_killed_rank_is_retried_and_both_attempts_are_kept(layout: Layout, trials: Trials) -> None:
    (trial, *_) = trials()
    launcher = ScriptLauncher([{0: HANG, 1: KILLED}, COMPLETE])
    assert run(layout, launcher).all([trial], 1) == Tally(completed=1)
    assert [end_of(attempt) for attempt in layout.attempts(trial.id)] == ["failed", "completed"]


def test_the_rank_that_died_is_blamed_and_not_the_one_that_hung_and_was_killed_for_it(
    layout: Layout, trials: Trials
) -> None:
    abort = "print('watchdog'); sys.stdout.flush(); os.abort()"
    run(layout, ScriptLauncher([{0: STUBBORN, 1: abort}])).all(trials()[:1], 0)
    (attempt,) = layout.attempts(trials()[0].id)
    *_, end = events(attempt.engine_journal)
    assert end["evidence"]["exit_codes"] == [-9, -6]
    assert (end["reason"], end["evidence"]["log_tail"]) == ("rank 1 was ended by SIGABRT", "watchdog")


@dataclass
class Unwatched:
    """Starts ranks that are only numbers."""

    leader: int = 4711
    name: str = "unwatched"

    def start(self, attempt: AttemptLayout, world_size: int, threads: int) -> Unwatched:
        return self

    def codes(self) -> list[int | None]:
        return [None, None]

    def close(self) -> None: ...


def test_ranks_that_nobody_watches_any_more_are_ended(
    layout: Layout, trials: Trials, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr("xp.engine.launch.group.os.killpg", lambda group, number: sent.append((group, number)))

    def full(_: Mapping[str, Any]) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    trial = trials()[0].model_copy(update={"sample_seconds": None})
    attempt = layout.new_attempt(trial.id)
    attempt.journal(0).write_text('{"t": 1, "event": "progress", "phase": "train", "step": 1, "steps": 9}\n')
    with pytest.raises(OSError, match="No space left"):
        attempts.run_attempt(trial, attempt, Unwatched(), Stop(), full)
    assert sent == [(4711, signal.SIGKILL)]


@pytest.mark.parametrize("script", [CRASH, DIVERGE], ids=["crash", "divergence"])
def test_what_a_retry_cannot_mend_is_not_retried(layout: Layout, trials: Trials, script: str) -> None:
    launcher = ScriptLauncher([script])
    run(layout, launcher).all(trials()[:1], 3)
    assert len(launcher.started) == 1


def test_a_rank_that_a_full_disk_kept_from_telling_anything_is_told_of(
    layout: Layout, trials: Trials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xp.engine.run.attempt.shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    (trial, *_) = trials()
    run(layout, ScriptLauncher(["sys.exit(1)"])).all([trial], 0)
    (attempt,) = layout.attempts(trial.id)
    *_, end = events(attempt.engine_journal)
    assert end["reason"].endswith("nothing can be written: the disk of the results folder is full")


def test_the_attempt_says_how_it_began_and_ended(layout: Layout, trials: Trials) -> None:
    (trial, *_) = trials()
    run(layout, ScriptLauncher([COMPLETE])).all([trial], 0)
    (attempt,) = layout.attempts(trial.id)
    began, facts, end = events(attempt.engine_journal)
    assert (began["event"], began["trial"], began["settings"]["world_size"]) == ("attempt", trial.id, 2)
    assert facts["values"] == {"python": "3"}
    assert (end["event"], end["state"], end["evidence"]) == ("end", "completed", {"exit_codes": [0, 0]})
    assert 0 < end["seconds"] < 60


def test_a_worker_gets_the_whole_trial(layout: Layout, trials: Trials) -> None:
    (trial, *_) = trials()
    run(layout, ScriptLauncher([COMPLETE])).all([trial], 0)
    (attempt,) = layout.attempts(trial.id)
    assert Trial.model_validate_json(attempt.trial_file.read_text()) == trial


def test_what_a_rank_printed_holds_no_secret_once_it_has_ended(layout: Layout, trials: Trials) -> None:
    secret = f"hf_{'a' * 20}"
    script = f"print('50%\\r100%\\nlogin with {secret}, é'); {COMPLETE}"

    run(layout, ScriptLauncher([script])).all(trials()[:1], 0)

    (attempt,) = layout.attempts(trials()[0].id)
    assert attempt.log(0).read_bytes() == "50%\r100%\nlogin with ***, é\n".encode()


def test_the_scratch_folder_is_gone_when_the_attempt_has_ended(layout: Layout, trials: Trials) -> None:
    run(layout, ScriptLauncher([COMPLETE])).all(trials()[:1], 0)
    (attempt,) = layout.attempts(trials()[0].id)
    assert not attempt.work.exists()


def test_a_rank_that_dies_takes_the_others_with_it(layout: Layout, trials: Trials) -> None:
    (trial, *_) = trials()
    assert run(layout, ScriptLauncher([{0: HANG, 1: CRASH}])).all([trial], 0) == Tally(failed=1)
    assert_nobody_works_in(layout)


def test_a_trial_that_takes_too_long_times_out(layout: Layout, trials: Trials) -> None:
    (trial, *_) = trials('limits.trial_timeout="1s"')
    running = run(layout, ScriptLauncher([DEAF]))
    assert running.all([trial], 0) == Tally(failed=1)
    (attempt,) = layout.attempts(trial.id)
    assert end_of(attempt) == "timeout"
    assert_nobody_works_in(layout)


def test_a_rank_that_hangs_is_found_and_told_of_without_a_limit_of_the_trial(
    layout: Layout, trials: Trials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xp.engine.launch.pulse.PATIENCE", 100)  # a process takes a while to start on a busy machine
    (trial, *_) = trials('limits.stall_timeout="1s"')
    assert run(layout, ScriptLauncher([STALL, COMPLETE])).all([trial], 1) == Tally(completed=1)
    first, second = layout.attempts(trial.id)
    assert (end_of(first), end_of(second)) == ("timeout", "completed")
    *_, end = events(first.engine_journal)
    assert re.fullmatch(
        r"rank 1 has stood still for \d s, in train at step 2 \(\[limits\] stall_timeout\)", end["reason"]
    )
    assert "in for_ever" in end["evidence"]["log_tail"], "it says where it is"
    assert [(one["rank"], one["step"]) for one in end["evidence"]["stalled"]] == [(0, 3), (1, 2)]
    assert_nobody_works_in(layout)


def test_grandchildren_end_with_their_attempt(layout: Layout, trials: Trials, monkeypatch: pytest.MonkeyPatch) -> None:
    (trial, *_) = trials('limits.trial_timeout="1s"')
    mark = str(layout.root)  # other programs of this machine sleep as well
    monkeypatch.setenv("MARK", mark)
    run(layout, ScriptLauncher([SPAWN])).all([trial], 0)
    family = [one for one in psutil.process_iter(["environ"]) if (one.info["environ"] or {}).get("MARK") == mark]
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []


def test_a_stop_ends_the_running_trial_in_order(layout: Layout, trials: Trials) -> None:
    running = run(layout, ScriptLauncher([HANG]))
    threading.Timer(1.0, running.stop.ask).start()
    assert running.all(trials(), 0) == Tally(interrupted=True)
    ends = [end_of(attempt) for trial in trials() for attempt in layout.attempts(trial.id)]
    assert ends == ["interrupted"]
    assert_nobody_works_in(layout)


def stopped_and_saved(layout: Layout, trial: Trial) -> None:
    """Stop an attempt of one rank in its middle: it saves the checkpoint of step 3."""
    running = run(layout, ScriptLauncher([{0: SAVE, 1: COMPLETE}]))
    running.display = Notes(when_told=running.stop.set)
    assert running.all([trial], 0) == Tally(interrupted=True)


def test_a_stopped_trial_goes_on_from_its_checkpoint(layout: Layout, trials: Trials) -> None:
    (trial, *_) = trials()
    stopped_and_saved(layout, trial)
    (first,) = layout.attempts(trial.id)
    assert (end_of(first), first.saved_steps()) == ("interrupted", [3])

    assert run(layout, ScriptLauncher([COMPLETE])).all([trial], 0) == Tally(completed=1)
    second = layout.attempts(trial.id)[1]
    assert json.loads(second.resume_file.read_text()) == {"trial": trial.id, "attempt": 1, "step": 3}
    assert next(events(second.engine_journal))["resumed"] == {"attempt": 1, "step": 3}
    assert first.saved_steps() == [], "nobody goes on from a completed trial"


def test_force_begins_at_the_first_step(layout: Layout, trials: Trials) -> None:
    (trial, *_) = trials()
    stopped_and_saved(layout, trial)
    run(layout, ScriptLauncher([COMPLETE]), force=True).all([trial], 0)
    second = layout.attempts(trial.id)[1]
    assert not second.resume_file.exists()
    assert next(events(second.engine_journal))["resumed"] is None


@pytest.mark.parametrize(("what", "goes_on"), [("offload_optimizer", True), ("offload_param", False)])
def test_states_on_a_disk_are_gone_on_with_but_parameters_are_not(
    layout: Layout, trials: Trials, what: str, goes_on: bool
) -> None:
    zero = f'defaults.zero={{ stage = 3, {what} = "nvme" }}'
    (trial, *_) = trials(zero, 'defaults.precision="bf16"', 'matrix.method=["baseline"]')
    stopped_and_saved(layout, trial)
    run(layout, ScriptLauncher([COMPLETE])).all([trial], 0)

    assert layout.attempts(trial.id)[1].resume_file.exists() is goes_on


def test_a_damaged_checkpoint_is_told_and_passed_over(layout: Layout, trials: Trials) -> None:
    (trial, *_) = trials()
    stopped_and_saved(layout, trial)
    (layout.attempts(trial.id)[0].checkpoint(3) / "weights").write_text("other")
    again = run(layout, ScriptLauncher([COMPLETE]))
    assert again.all([trial], 0) == Tally(completed=1)
    assert isinstance(again.display, Notes)
    assert "the checkpoint of step 3 in attempt-1 cannot be used: weights is damaged" in again.display.notes[0]
    assert not layout.attempts(trial.id)[1].resume_file.exists()


def test_the_last_checkpoint_of_a_trial_that_others_continue_stays(layout: Layout, trials: Trials) -> None:
    donor = trials()[0].model_copy(update={"keep": True})
    stopped_and_saved(layout, donor)
    run(layout, ScriptLauncher([{0: SAVE_AT_THE_END, 1: COMPLETE}])).all([donor], 0)
    first, last = layout.attempts(donor.id)
    assert (first.saved_steps(), last.saved_steps()) == ([], [3])

    heir = trials()[1].model_copy(update={"start": Start(trial=donor.id, step=3)})
    run(layout, ScriptLauncher([COMPLETE])).all([heir], 0)
    (attempt,) = layout.attempts(heir.id)
    assert json.loads(attempt.resume_file.read_text()) == {"trial": donor.id, "attempt": last.number, "step": 3}
    assert next(events(attempt.engine_journal))["resumed"] is None, "it is no session of the donor's training"


def test_a_checkpoint_stays_that_others_go_on_from_when_its_trial_was_stopped_in_its_last_evaluation(
    layout: Layout, trials: Trials
) -> None:
    donor = trials()[0].model_copy(update={"keep": True})
    stopped_and_saved(layout, donor)
    run(layout, ScriptLauncher([COMPLETE])).all([donor], 0)  # it only evaluates, and saves nothing
    first, last = layout.attempts(donor.id)
    assert (end_of(last), last.saved_steps()) == ("completed", [])
    assert first.saved_steps() == [3]


def test_a_trial_whose_beginning_is_missing_is_refused(layout: Layout, trials: Trials) -> None:
    heir = trials()[1].model_copy(update={"start": Start(trial="0" * 12, step=3)})
    with pytest.raises(RunError, match="the checkpoint of trial 000000000000 at step 3 is not there"):
        run(layout, ScriptLauncher([COMPLETE])).all([heir], 0)


def test_asked_twice_a_run_waits_for_nothing(layout: Layout, trials: Trials) -> None:
    running = run(layout, ScriptLauncher([STUBBORN]))

    def ask_twice() -> None:
        running.stop.ask()
        threading.Timer(0.5, running.stop.ask).start()

    running.display = Notes(when_told=ask_twice)
    began = time.monotonic()
    assert running.all(trials(), 0) == Tally(interrupted=True)
    assert time.monotonic() - began < SILENT_SECONDS / 4
    assert_nobody_works_in(layout)


def test_a_limit_that_ends_while_a_person_stops_the_run_is_no_second_request(layout: Layout) -> None:
    running = run(layout, ScriptLauncher([]))
    running.stop.ask()
    running.time_up()
    assert not running.stop.now.is_set(), "the checkpoint is written to its end"


def test_one_request_behind_the_limit_is_the_first_one(layout: Layout) -> None:
    running = run(layout, ScriptLauncher([]))
    running.time_up()
    assert running.stop.is_set()
    assert (running.stop.ask(), running.stop.ask()) == (False, True)


def test_a_trial_that_was_cancelled_while_the_others_go_on_stops_no_run_and_hides_no_failure(
    layout: Layout, trials: Trials
) -> None:
    first, *others = trials()[:3]
    running = run(layout, ScriptLauncher([{0: SAVE, 1: COMPLETE}, CRASH, COMPLETE]), fail_fast=False)
    running.display = Notes(when_told=layout.attempt(first.id, 1).stop_file.touch)
    assert running.all([first, *others], 0) == Tally(completed=1, failed=1, cancelled=1)
    assert end_of(layout.attempts(first.id)[0]) == "interrupted"


def test_a_trial_that_was_cancelled_is_no_failure_for_fail_fast(layout: Layout, trials: Trials) -> None:
    first, other, *_ = trials()
    running = run(layout, ScriptLauncher([{0: SAVE, 1: COMPLETE}, COMPLETE]), fail_fast=True)
    running.display = Notes(when_told=layout.attempt(first.id, 1).stop_file.touch)
    assert running.all([first, other], 0) == Tally(completed=1, cancelled=1)


def test_a_cancelled_run_stays_cancelled_when_another_begins_later(layout: Layout) -> None:
    earlier = run(layout, ScriptLauncher([COMPLETE]))
    layout.root.mkdir()
    layout.stop_file.touch()
    later = run(layout, ScriptLauncher([COMPLETE]), request=stop_request(layout))
    assert (earlier.is_over(), later.is_over()) == (True, False)
    os.utime(layout.stop_file, ns=(0, 0))  # it is touched again
    assert (earlier.is_over(), later.is_over()) == (True, True)


def test_what_ended_as_a_result_stays_until_it_is_asked_for(layout: Layout, trials: Trials) -> None:
    run(layout, ScriptLauncher([DIVERGE])).all(trials()[:1], 0)
    again = ScriptLauncher([COMPLETE])
    assert run(layout, again).all(trials()[:1], 0) == Tally(failed=1, left=1)
    assert again.started == []
    assert run(layout, again, retry={"diverged"}).all(trials()[:1], 0) == Tally(completed=1)


def test_a_cancelled_folder_starts_no_further_trial(layout: Layout, trials: Trials) -> None:
    layout.root.mkdir()
    layout.stop_file.touch()
    launcher = ScriptLauncher([COMPLETE])
    assert run(layout, launcher).all(trials(), 0) == Tally(interrupted=True)
    assert launcher.started == []


def test_a_run_that_fails_fast_leaves_the_others_pending(layout: Layout, trials: Trials) -> None:
    launcher = ScriptLauncher([COMPLETE, CRASH, COMPLETE])
    tally = run(layout, launcher, fail_fast=True).all(trials(), 0)
    assert tally == Tally(completed=1, failed=1, failed_fast=True)
    assert [len(layout.attempts(trial.id)) for trial in trials()] == [1, 1, 0, 0, 0, 0]


def test_a_failure_of_the_last_trial_kept_nothing_from_running(layout: Layout, trials: Trials) -> None:
    tally = run(layout, ScriptLauncher([COMPLETE, CRASH]), fail_fast=True).all(trials()[:2], 0)
    assert tally == Tally(completed=1, failed=1)


def test_a_failure_that_a_retry_mends_is_none_for_fail_fast(layout: Layout, trials: Trials) -> None:
    launcher = ScriptLauncher([{0: HANG, 1: KILLED}, COMPLETE])
    assert run(layout, launcher, fail_fast=True).all(trials()[:2], 1) == Tally(completed=2)


def test_a_run_whose_time_is_up_ends_in_order_and_goes_on_later(layout: Layout, trials: Trials) -> None:
    run(layout, ScriptLauncher([COMPLETE])).all(trials()[:1], 0)
    running = run(layout, ScriptLauncher([HANG]), seconds=1.0)
    assert running.all(trials()[:3], 0) == Tally(cached=1, interrupted=True)
    assert [[end_of(attempt) for attempt in layout.attempts(trial.id)] for trial in trials()[:3]] == [
        ["completed"],
        ["interrupted"],
        [],
    ]
    assert isinstance(running.display, Notes)
    assert running.display.notes == ["the time of the run is up ([limits] timeout): ending the running trial"]
    assert_nobody_works_in(layout)
    assert run(layout, ScriptLauncher([COMPLETE]), seconds=600.0).all(trials()[:3], 0) == Tally(cached=1, completed=2)


def test_a_run_in_time_is_not_stopped(layout: Layout, trials: Trials) -> None:
    running = run(layout, ScriptLauncher([COMPLETE]), seconds=1e12)
    assert running.all(trials()[:1], 0) == Tally(completed=1)
    assert [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)] == []


def test_a_trial_that_somebody_else_runs_is_left_alone(layout: Layout, trials: Trials) -> None:
    first, second, *_ = trials()
    launcher = ScriptLauncher([COMPLETE])
    running = run(layout, launcher)
    with locked(layout, first.id) as mine:
        assert mine
        running.display = shown = Notes()
        shown.when_told = lambda: running.stop.set() if shown.notes else None
        running.all([first, second], 0)
    assert [path.parent.name for path in launcher.started] == [second.id]
    assert isinstance(running.display, Notes)
    assert running.display.notes == ["waiting for 1 trial that another xp is running"]


def test_two_runs_at_once_run_no_trial_twice(layout: Layout, trials: Trials) -> None:
    planned = trials()  # here, for this writes a file and reads it again
    launchers = [ScriptLauncher([COMPLETE]), ScriptLauncher([COMPLETE])]
    with ThreadPoolExecutor(2) as pool:
        tallies = list(pool.map(lambda launcher: run(layout, launcher).all(planned, 0), launchers))
    assert sorted(path.parent.name for launcher in launchers for path in launcher.started) == sorted(
        trial.id for trial in planned
    )
    assert sum(tally.completed for tally in tallies) == 6
    assert [tally.completed + tally.cached for tally in tallies] == [6, 6]


@pytest.mark.parametrize("writes", [0, 5, 12, 18])
def test_a_disk_that_is_full_at_any_moment_costs_no_number(
    layout: Layout, trials: Trials, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    left = iter(range(writes))
    whole = os.write

    def full(file: int, data: bytes) -> int:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return whole(file, data[: 1 + len(data) // 2])  # half of it, then half of the rest

    first = trials()[:1]
    with monkeypatch.context() as disk:
        disk.setattr("xp.engine.journal.os.write", full)
        with pytest.raises(OSError, match="No space left"):
            run(layout, ScriptLauncher([COMPLETE])).all(first, 0)
    run(layout, ScriptLauncher([COMPLETE])).all(first, 0)
    assert [end_of(attempt) for attempt in layout.attempts(first[0].id)] == ["interrupted", "completed"]
    assert load_journals(layout).attempts == 2


def test_progress_of_rank_0_is_shown(layout: Layout, trials: Trials) -> None:
    running = run(layout, ScriptLauncher([COMPLETE]))
    running.all(trials()[:1], 0)
    assert isinstance(running.display, Notes)
    assert "metrics" in running.display.events


@given(st.permutations(range(6)))
def test_blocks_hold_one_seed_each_and_lose_no_trial(order: list[int]) -> None:
    whole = [fake(method, seed) for seed in (1, 2) for method in "abc"]
    blocks = in_blocks([whole[place] for place in order])
    assert sorted(trial.id for trial in blocks) == sorted(trial.id for trial in whole)
    assert len({trial.seed for trial in blocks[:3]}) == 1


def test_the_order_inside_a_block_differs_from_seed_to_seed() -> None:
    blocks = in_blocks([fake(method, seed) for seed in range(5) for method in "abcdef"])
    orders = {"".join(trial.method for trial in blocks[start : start + 6]) for start in range(0, 30, 6)}
    assert len(orders) > 1


def fake(method: str, seed: int) -> Trial:
    return Trial.model_construct(id=f"{method}{seed}", experiment="e", method=method, seed=seed)


def assert_nobody_works_in(layout: Layout) -> None:
    """No process whose command line names a folder of this run is alive."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and (alive := workers(layout)):
        time.sleep(0.05)
    assert alive == []


def workers(layout: Layout) -> list[int]:
    return [
        process.pid
        for process in psutil.process_iter(["cmdline", "status"])
        if process.pid != os.getpid()
        and process.info["status"] != psutil.STATUS_ZOMBIE
        and str(layout.root) in json.dumps(process.info["cmdline"])
    ]


def planned(layout: Layout, file: Path, text: str) -> dict[str, Any]:
    """Return what the journal says of a plan."""
    file.write_text(SPEC + text, encoding="utf-8")
    experiment = load(file)
    made = plan(experiment, {"dialogues": "0" * 64})
    journal_plan(layout, experiment, made, made.trials)
    return list(events(layout.experiment_journal("tiny")))[-1]


def test_a_plan_tells_the_prices_in_their_order(layout: Layout, tmp_path: Path) -> None:
    prices = "[prices.dedicated]\nmachine_hour = 22.03\n[prices.a]\ngpu_hour = 3\nmachine_hour = 1\n"
    assert planned(layout, tmp_path / "spec.toml", prices)["prices"] == [
        {"tariff": "dedicated", "machine_hour": 22.03, "gpu_hour": None},
        {"tariff": "a", "machine_hour": 1.0, "gpu_hour": 3.0},
    ]


def test_a_plan_tells_the_objective_and_the_way_it_is_better(layout: Layout, tmp_path: Path) -> None:
    file = tmp_path / "spec.toml"
    objective = "[objective]\nmetric = 'eval_loss'\n"
    assert planned(layout, file, objective)["objective"] == {"metric": "eval_loss", "goal": "minimize"}
    assert planned(layout, file, "")["objective"] is None
