"""Values without a step are all kept, each with a step of its own."""

from __future__ import annotations

import math

import pytest

from xp.engine.importing.found import Point
from xp.engine.importing.steps import numbered

NOTE = "recorded without steps, and numbered in the order of their times: loss"


def of(name: str, *told: tuple[int | None, float | None, float]) -> list[Point]:
    return [Point(step, time, {name: value}) for step, time, value in told]


@pytest.mark.parametrize(
    ("told", "steps", "note"),
    [
        pytest.param([(0, 1.0, 4.0), (0, 2.0, 3.0), (0, 3.0, 2.5)], [0, 1, 2], True, id="no-steps"),
        pytest.param([(0, None, 4.0), (0, None, 4.0)], [0, 1], True, id="nor-times"),
        pytest.param([(0, 1.0, 4.0), (0, 1.0, 4.0), (0, 2.0, math.nan)], [0, 1], True, id="sent-again"),
        pytest.param([(0, 1.0, 4.0), (0, 1.0, 4.0)], [0], False, id="one-sent-again"),
        pytest.param([(0, 1.0, 4.0), (0, 2.0, 3.0), (5, 3.0, 2.5)], [0, 0, 5], False, id="steps"),
        pytest.param([(3, 1.0, 4.0), (3, 2.0, 3.0)], [3, 3], False, id="a-step-twice"),
        pytest.param([(None, 1.0, 4.0)], [None], False, id="whole-run"),
    ],
)
def test_steps(told: list[tuple[int | None, float | None, float]], steps: list[int | None], note: bool) -> None:
    points, notes = numbered(of("loss", *told))
    assert [point.step for point in points] == steps
    assert notes == (NOTE,) * note


def test_each_name_is_looked_at_alone_and_the_order_stays() -> None:
    points, notes = numbered(
        [*of("loss", (0, 1.0, 4.0)), *of("acc", (0, 1.0, 0.5), (7, 2.0, 0.6)), *of("loss", (0, 3.0, 2.0))]
    )
    assert [(point.step, *point.values.items()) for point in points] == [
        (0, ("loss", 4.0)),
        (0, ("acc", 0.5)),
        (7, ("acc", 0.6)),
        (1, ("loss", 2.0)),
    ]
    assert notes == (NOTE,)
