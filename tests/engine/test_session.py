"""What a run says at its end, and the exit code that scripts go by."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from xp.engine.progress import PlainDisplay
from xp.engine.runner import Tally
from xp.engine.session import conclude


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
