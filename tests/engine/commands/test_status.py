"""What runs now is told from journals and locks, and stopped through files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.engine.attempted import announced, completed, ended
from xp.dsl.trial import Trial
from xp.engine.cli.main import main
from xp.engine.commands import status
from xp.engine.journal import Journal
from xp.engine.layout import AttemptLayout, Layout
from xp.engine.run.locks import locked
from xp.engine.run.trial_state import Standing, standing_of

Planning = Callable[..., list[Trial]]


@pytest.fixture
def busy(empty: Layout, trials: Planning) -> Iterator[AttemptLayout]:
    """An attempt at step 12 of 40 of its training, while another trial is complete and one failed."""
    planned = trials()
    with Journal(empty.experiment_journal("tiny")) as journal:
        journal.append("plan", trials=[{"trial": trial.id} for trial in planned])
    completed(empty, planned[1])
    ended(empty, planned[2], "oom")
    attempt = announced(empty, planned[0])
    with Journal(attempt.journal(0)) as journal:
        journal.append("progress", phase="train", step=12, steps=40)
    with locked(empty, planned[0].id):
        yield attempt


def invoke(layout: Layout, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, [*words, "--results", str(layout.root)])
    return done.exit_code, done.output


def test_status_tells_what_stands_and_what_runs(empty: Layout, busy: AttemptLayout) -> None:
    code, text = invoke(empty, "status")
    assert code == 0
    assert "1 cached, 3 new, 1 running, 1 stays" in text
    assert "train 12/40" in text
    assert busy.trial_id in text
    assert not empty.warehouse.exists()


def test_status_for_programs(empty: Layout, busy: AttemptLayout) -> None:
    told = json.loads(invoke(empty, "status", "--json")[1])
    assert told["experiments"] == [{"experiment": "tiny", "trials": {"running": 1, "cached": 1, "stays": 1, "new": 3}}]
    (one,) = told["running"]
    assert (one["trial"], one["phase"], one["step"], one["steps"]) == (busy.trial_id, "train", 12, 40)


def test_a_resumed_training_is_not_nearly_done_because_earlier_attempts_took_most_steps(
    empty: Layout, trials: Planning
) -> None:
    attempt = announced(empty, trials()[0])
    with Journal(attempt.journal(0)) as journal:
        for seconds, phase, step in (
            (100.0, "prepare", 5),
            (160.0, "train", 0),
            (190.0, "train", 901),  # the first step compiles
            (192.0, "train", 902),
            (198.0, "train", 905),
        ):
            journal.append("progress", m=seconds, phase=phase, step=step, steps=1000)
    assert status.progress_of(attempt).left == 2.0 * 95


def test_nothing_is_said_of_what_is_left_before_two_steps_have_ended(empty: Layout, trials: Planning) -> None:
    attempt = announced(empty, trials()[0])
    with Journal(attempt.journal(0)) as journal:
        journal.append("progress", phase="train", step=0, steps=1000)
        journal.append("progress", phase="train", step=901, steps=1000)
    assert status.progress_of(attempt).left is None


def test_status_of_a_file_tells_of_every_trial_of_it(
    empty: Layout, busy: AttemptLayout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xp.engine.planning.references.fingerprints", lambda _: {"dialogues": "0" * 64})
    code, text = invoke(empty, "status", str(tmp_path / "tiny.toml"))
    assert code == 0
    states = {" ".join(line.split()[1:3]) for line in text.splitlines()[1:7]}
    assert states >= {"train 12/40", "stays (oom)"}
    assert text.endswith("6 trials: 1 cached, 3 new, 1 running, 1 stays\n")
    told = json.loads(invoke(empty, "status", str(tmp_path / "tiny.toml"), "--json")[1])
    assert len(told["trials"]) == 6
    assert [one["trial"] for one in told["running"]] == [busy.trial_id]


def test_status_looks_at_no_trial_twice(empty: Layout, busy: AttemptLayout, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def counting(layout: Layout, trial: str) -> Standing:
        looked.append(trial)
        return standing_of(layout, trial)

    monkeypatch.setattr(status, "standing_of", counting)
    status.status(empty.root, as_json=False)
    assert busy.trial_id in looked
    assert len(looked) == len(set(looked)) == 6


def test_folders_that_a_crash_left_half_made_are_no_error(empty: Layout, busy: AttemptLayout) -> None:
    (empty.trials / "0" / "attempt-1").mkdir(parents=True)
    (empty.trials / "1" / "attempt-1" / "journal").mkdir(parents=True)
    empty.attempt("1", 1).engine_journal.write_text('{"t": 1, "event": "end"}\n{"t": 1, "eve')
    (empty.trials / "stray").write_text("")
    (empty.root / "experiments" / "torn.jsonl").write_text('{"t": 1, "event": "pl')
    code, text = invoke(empty, "status")
    assert (code, "train 12/40" in text) == (0, True)
    for journal in busy.journals():
        journal.unlink()
    busy.engine_journal.write_text('{"t": 1, "ev')
    code, text = invoke(empty, "status")
    assert code == 0
    assert "start" in text
    assert invoke(empty, "cancel")[0] == 0


def test_status_without_anything(empty: Layout, tmp_path: Path) -> None:
    assert invoke(empty, "status")[1].endswith("nothing is running\n")
    code, text = invoke(Layout(tmp_path / "none"), "status")
    assert code != 0
    assert "there is no results folder" in text


def test_logs_of_a_rank(empty: Layout, busy: AttemptLayout) -> None:
    busy.log(1).write_text("step 12: fine\n")
    assert invoke(empty, "logs", busy.trial_id[:8], "--rank", "1") == (0, "step 12: fine\n")


@pytest.mark.parametrize(
    ("words", "problem"),
    [(("logs", "zzz"), "no trial 'zzz' was attempted"), (("logs", ""), "3 trials begin with ''")],
)
def test_logs_of_an_unknown_trial(empty: Layout, busy: AttemptLayout, words: tuple[str, ...], problem: str) -> None:
    code, text = invoke(empty, *words)
    assert code != 0
    assert problem in text
    assert not busy.log(0).exists()


def test_logs_of_an_attempt_that_is_not_there(empty: Layout, busy: AttemptLayout) -> None:
    assert "has no attempt 7" in invoke(empty, "logs", busy.trial_id, "--attempt", "7")[1]
    assert "has no log" in invoke(empty, "logs", busy.trial_id, "--rank", "5")[1]


def test_followed_logs_are_whole_to_the_last_letter(
    empty: Layout, busy: AttemptLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [lambda: None, lambda: write("ä".encode()[:1]), lambda: write("ä".encode()[1:]), lambda: end(b" last\n")]

    def write(text: bytes) -> None:
        with busy.log(0).open("ab") as log:
            log.write(text)

    def end(text: bytes) -> None:
        write(text)
        with Journal(busy.engine_journal) as journal:
            journal.append("end", state="completed", reason="", seconds=1.0, evidence={})

    monkeypatch.setattr("xp.engine.commands.status.time.sleep", lambda _: steps.pop(0)())
    text = status.logs(empty.root, busy.trial_id, attempt=None, rank=0, follow=True)
    assert "".join(text) == "ä last\n"
    assert steps == []


KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----"


def test_logs_of_a_rank_that_printed_nothing_say_so(empty: Layout, busy: AttemptLayout) -> None:
    busy.log(1).touch()
    code, text = invoke(empty, "logs", busy.trial_id, "--rank", "1")
    assert (code, text) == (0, f"xp: rank 1 has printed nothing yet: {busy.log(1)} is empty\n")


@pytest.mark.usefixtures("busy")
def test_what_is_no_id_has_no_nearest_one(empty: Layout) -> None:
    code, text = invoke(empty, "logs", "zzzz")
    assert code == 3
    assert "the nearest" not in text
    assert "nor the beginning of one; `xp query trials` lists them" in text


def test_logs_show_no_secrets(empty: Layout, busy: AttemptLayout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_API_KEY", "correct horse battery")
    busy.log(0).write_text(f"login with correct horse battery\n{KEY}\nexport HF_TOKEN=abc\nhf_{'a' * 20}")
    shown = "login with ***\n***\nexport HF_TOKEN=***\n***"

    assert invoke(empty, "logs", busy.trial_id) == (0, shown)


@pytest.mark.parametrize("size", [1, 7, 40])
def test_a_secret_that_comes_in_pieces_is_masked_all_the_same(size: int) -> None:
    text = f"10%\r20%\nhf_{'a' * 20}\n{KEY}\nlast"
    pieces = [*status.mask_lines(text[start : start + size] for start in range(0, len(text), size))]

    assert "".join(pieces) == "10%\r20%\n***\n***\nlast"


def test_what_is_whole_is_shown_at_once() -> None:
    pieces = iter(["step 1\rstep", " 2\r"])

    assert [*status.mask_lines(pieces)] == ["step 1\r", "step 2\r", ""]


def test_cancel_one_trial_or_everything(empty: Layout, busy: AttemptLayout) -> None:
    code, text = invoke(empty, "cancel", busy.trial_id)
    assert (code, text[:22]) == (0, "asked to save and stop")
    assert busy.stop_file.exists()
    assert not empty.stop_file.exists()
    invoke(empty, "cancel")
    assert empty.stop_file.exists()


def test_cancel_without_anything_to_stop(empty: Layout, trials: Planning) -> None:
    completed(empty, trials()[0])
    assert "nothing is running" in invoke(empty, "cancel")[1]
    assert "is not running" in invoke(empty, "cancel", trials()[0].id)[1]
    assert not empty.stop_file.exists()
