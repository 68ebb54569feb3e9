"""A watched report is written anew when something lands, and only then."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests import small
from xp.dsl.errors import QueryError
from xp.engine.layout import Layout
from xp.engine.reports import watch as module
from xp.engine.reports.rendering import STDOUT, Request
from xp.engine.reports.watch import news, watch


class Script:
    """Stands in for the time between two looks: something happens in each, and in the last Ctrl-C."""

    def __init__(self, *steps: object) -> None:
        self._steps: Iterator[object] = iter(steps)
        self._stopped = False

    def is_set(self) -> bool:
        """Tell whether all has happened."""
        return self._stopped

    def wait(self, seconds: float) -> None:
        """Let the next thing happen."""
        assert seconds > 0
        step = next(self._steps, None)
        if callable(step):
            step()
        else:
            self._stopped = True


def test_it_renders_when_results_land_and_says_what_is_new(
    growing: Request, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    layout = Layout(growing.results)
    script = Script(lambda: None, lambda: small.completed(layout, small.TRIALS[0]), lambda: None)
    monkeypatch.setattr(module, "until_interrupted", lambda: nullcontext(script))

    watch(growing)

    first, second, *news = capsys.readouterr().out.splitlines()
    assert first == "wrote small.md"
    assert second.startswith("wrote small.md: ")
    assert any("baseline" in line for line in news)
    assert "52" not in growing.target.read_text(encoding="utf-8").split("## Scores")[0]


def test_a_report_that_goes_to_the_screen_cannot_be_watched(growing: Request) -> None:
    with pytest.raises(QueryError, match="needs a file"):
        watch(Request(growing.template, (), growing.results, STDOUT))


def test_ctrl_c_ends_it(growing: Request, capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT)
    timer = threading.Timer(1.0, signal.raise_signal, [signal.SIGINT])
    timer.start()
    try:
        watch(growing, every=0.1)
    finally:
        timer.cancel()

    assert signal.getsignal(signal.SIGINT) is before
    assert capsys.readouterr().out == "wrote small.md\n"


def test_many_new_lines_are_counted() -> None:
    told = news("a\n", "a\nb\nc\nd\ne\n")

    assert told.splitlines()[0] == ": 4 lines are new"
    assert told.splitlines()[-1] == "    and 1 more"
    assert not news("", "a\n")
