"""What was expected stands beside what was measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from xp.dsl.errors import TemplateError
from xp.templates.answers import Rows
from xp.templates.markdown import grid
from xp.templates.weighing import weighed

Make = Callable[..., Any]

COLUMNS = ("method", "measure", "effect", "effect_low", "effect_high", "unit", "expected", "verdict", "note")


@pytest.fixture
def drawn(answer: Make, tables: Make) -> Callable[..., Any]:
    """Draws effects as a table and reads it."""

    def draw(*rows: tuple[Any, ...], always: tuple[str, ...] = ("memory", "speed")) -> Any:
        text = grid(weighed(Rows("intervals", answer(COLUMNS, *rows)), *always))
        (table,) = tables(text)
        return table.heading, table.rows, text

    return draw


def test_a_cell_says_what_was_expected_the_effect_and_the_verdict(drawn: Make) -> None:
    heading, rows, _ = drawn(
        ("zero2", "memory", 0.8, 0.75, 0.85, "×", "reduces", "supported", None),
        ("zero2", "speed", 0.5, 0.4, 0.6, "×", "*increases", "refuted", None),
        ("pbt", "memory", 1.1, None, None, "×", None, None, None),
        ("pbt", "accuracy", -3.7, -10.5, 3.1, "Δpoints", "affects", "inconclusive", None),
    )

    assert heading == ["method", "memory", "speed", "accuracy"]
    assert rows == [
        ["zero2", "↓ 0.80× (0.75 to 0.85) ✓", "↑* 0.50× (0.40 to 0.60) ✗", "–"],
        ["pbt", "1.10×", "–", "↕ -3.70 points (-10.50 to +3.10) ?"],
    ]


def test_what_is_missing_has_its_reason_and_stays(drawn: Make) -> None:
    _, rows, text = drawn(
        ("broken", "memory", None, None, None, "×", "reduces", "not measured", "2 oom, 1 diverged"),
        ("broken", "speed", None, None, None, "×", None, None, "2 oom, 1 diverged"),
    )

    assert rows == [["broken", "↓ –¹", "–¹"]]
    assert text.endswith("\n\n¹ 2 oom, 1 diverged")


def test_a_measure_that_nobody_claims_and_nobody_asked_for_is_left_out(drawn: Make) -> None:
    heading, _, _ = drawn(
        ("zero2", "memory", 0.8, 0.7, 0.9, "×", None, None, None),
        ("zero2", "compute", 0.8, 0.7, 0.9, "×", None, None, None),
        ("zero2", "tokens_per_joule", 0.8, 0.7, 0.9, "×", "increases", "refuted", None),
    )

    assert heading == ["method", "memory", "tokens per joule"]


def test_a_measure_that_there_is_not_is_an_error_with_a_near_one(drawn: Make) -> None:
    row = ("zero2", "slow-steps", 0.8, 0.7, 0.9, "×", None, None, None)

    with pytest.raises(TemplateError, match=r"there is no measure 'memroy'\n    hint: did you mean 'memory'\?"):
        drawn(row, always=("memroy", "slow-steps"))
    # one that was not measured, and one that the experiment makes, are none
    assert drawn(row, always=("energy", "slow-steps"))[0] == ["method", "slow-steps"]


def test_hostile_names_are_shown(drawn: Make) -> None:
    _, rows, _ = drawn(("a|b {{ 7*7 }} <b>", "memory", 0.8, 0.7, 0.9, "×", "odd", "odd", "x"))

    assert rows[0][0] == "a|b {{ 7*7 }} <b>"
