"""Which trials a row rests on: worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from xp.templates.answers import Rows
from xp.templates.evidence import Evidence

Make = Callable[..., Any]

COLUMNS = ("trial", "label", "method", "baseline", "model", "dataset", "axes", "seed", "context", "state", "attempts")
TRIALS = [
    (
        f"t{method}{seed}{axes or ''}",
        f"{method} · seed {seed}",
        method,
        "base",
        "m",
        "d",
        axes,
        seed,
        str(axes),
        "completed",
        "1",
    )
    for method in ("base", "zero2")
    for axes in (None, "lr=1")
    for seed in (1, 2)
]


@pytest.mark.parametrize(
    ("columns", "values", "places"),
    [
        pytest.param(["name", "value"], ("torch", "2"), [0, 1, 2, 3, 4, 5, 6, 7], id="of-the-whole-experiment"),
        pytest.param(["method", "axes"], ("zero2", None), [4, 5], id="without-other-axes"),
        pytest.param(["method", "axes"], ("zero2", "lr=1"), [6, 7], id="with-another-axis"),
        pytest.param(["method", "model"], ("zero2", None), [4, 5, 6, 7], id="a-gap-says-nothing"),
        pytest.param(["label"], ("base · seed 2",), [1, 3], id="by-label"),
        pytest.param(["trial"], ("tzero21lr=1",), [6], id="by-id"),
        pytest.param(["setting", "methods"], ("zero.stage", "zero2"), [4, 5, 6, 7], id="of-some-methods"),
        pytest.param(["setting", "methods"], ("epochs", "all"), [0, 1, 2, 3, 4, 5, 6, 7], id="of-all-methods"),
        pytest.param(["method", ("memory", "×")], ("zero2", 0.5), [0, 1, 2, 3, 4, 5, 6, 7], id="a-ratio-has-two-sides"),
        pytest.param(["method", "axes", "unit"], ("zero2", "lr=1", "Δpoints"), [2, 3, 6, 7], id="a-difference-too"),
        pytest.param(["method"], ("unheard-of",), [], id="nobody"),
    ],
)
def test_the_trials_behind_a_row(answer: Make, columns: list[Any], values: tuple[Any, ...], places: list[int]) -> None:
    evidence = Evidence(Rows("evidence", answer(COLUMNS, *TRIALS)))
    rows = Rows("q", answer(columns, values))

    assert evidence.places(rows, values) == places
    assert [trial["trial"] for trial in evidence.behind(rows, values)] == [TRIALS[place][0] for place in places]


def test_a_trial_that_is_in_no_pair_is_behind_no_ratio(answer: Make) -> None:
    alone = ("talone", "zero2 · alone", "zero2", "base", "m", "d", None, 3, "None", "completed", "1")
    evidence = Evidence(Rows("evidence", answer(COLUMNS, *TRIALS, alone)))
    ratio, plain = (Rows("q", answer(columns)) for columns in (["method", ("memory", "×")], ["method", "memory"]))

    assert evidence.places(ratio, ("zero2", 0.5)) == [0, 1, 2, 3, 4, 5, 6, 7]
    assert evidence.places(plain, ("zero2", 0.5)) == [4, 5, 6, 7, 8]
