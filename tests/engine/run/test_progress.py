"""A run can be followed on a terminal and in a log."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import IO, cast

import pytest
from rich.console import Console

from xp.dsl.trial import Trial
from xp.engine.run.failures import Outcome
from xp.engine.run.progress import LiveDisplay, PlainDisplay, Unbreakable, console, display

TRIAL = Trial.model_construct(label="zero2 · dialogues [x] · seed 1")


def follow(*, terminal: bool) -> tuple[PlainDisplay, str]:
    text = io.StringIO()
    with display(Console(file=text, force_terminal=terminal, width=100)) as shown:
        shown.planned(3, 1, 0)
        shown.started(TRIAL)
        shown.event({"event": "progress", "phase": "train", "step": 5, "steps": 10})
        shown.event({"event": "metrics", "values": {"loss": 1.25, "predict_rouge1": 53.26, "bad": "NaN"}})
        shown.ended(TRIAL, Outcome("completed"), 12.34)
        shown.started(TRIAL)
        shown.ended(TRIAL, Outcome("oom", "rank 1: cannot allocate"), 1.0)
    return shown, text.getvalue()


def test_a_log_gets_plain_lines() -> None:
    shown, text = follow(terminal=False)
    assert not isinstance(shown, LiveDisplay)
    assert text.splitlines() == [
        "3 trials: 1 already completed, 2 to run",
        "[1/2] done: zero2 · dialogues [x] · seed 1 (12.3 s) loss 1.25, ROUGE-1 53.3",
        "[2/2] OUT OF MEMORY: zero2 · dialogues [x] · seed 1 (1.0 s) rank 1: cannot allocate",
    ]


def test_a_terminal_gets_bars_and_the_same_lines() -> None:
    shown, text = follow(terminal=True)
    assert isinstance(shown, LiveDisplay)
    assert "[1/2] done: zero2 · dialogues [x] · seed 1 (12.3 s)" in text
    assert "OUT OF MEMORY" in text


class Gone(io.StringIO):
    """A terminal that is closed."""

    def write(self, text: str) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_reader_that_goes_away_does_not_end_the_run() -> None:
    shown = PlainDisplay(Console(file=cast(IO[str], Unbreakable(Gone()))))
    shown.note("one")
    shown.note("another")


def test_a_stream_that_is_read_gets_everything() -> None:
    out = io.StringIO()
    PlainDisplay(Console(file=cast(IO[str], Unbreakable(out)), width=10)).note("a line that is longer")
    assert out.getvalue() == "a line that is longer\n"


def test_a_run_without_an_error_stream_tells_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    PlainDisplay(console()).note("one")
