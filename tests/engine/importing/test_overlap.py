"""Trackers that ran at one time: which of them count, and which runs are said to overlap."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xp.engine.importing.found import Found, Span
from xp.engine.importing.overlap import largest_apart, side_by_side

moments = st.integers(0, 12)
trackers = st.lists(st.tuples(moments, moments, st.integers(0, 9)), max_size=8)


def run(name: str, *spans: Span, file: str = "") -> Found:
    return Found(kind="codecarbon", name=name, files=(Path(file or f"{name}.csv"),), points=(), spans=spans)


def together(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


@given(trackers)
def test_no_other_choice_that_does_not_overlap_is_more(found: list[tuple[int, int, int]]) -> None:
    spans = [(float(min(a, b)), float(max(a, b))) for a, b, _ in found]
    amounts = [float(amount) for _, _, amount in found]

    def free(places: tuple[int, ...]) -> bool:
        return not any(together(spans[one], spans[other]) for one, other in combinations(places, 2))

    chosen = tuple(largest_apart(spans, amounts))

    choices = (places for size in range(len(found) + 1) for places in combinations(range(len(found)), size))
    assert free(chosen)
    assert sum(amounts[place] for place in chosen) == max(
        sum(amounts[place] for place in places) for places in choices if free(places)
    )


@pytest.mark.parametrize(
    ("spans", "amounts", "chosen"),
    [
        ([], [], []),
        ([(0, 10), (0, 10), (0, 10)], [0.1, 0.3, 0.2], [1]),
        ([(0, 10), (10, 20)], [0.1, 0.2], [0, 1]),
        ([(0, 100), (0, 50), (50, 100)], [1.0, 0.4, 0.7], [1, 2]),
        ([(0, 100), (0, 50), (50, 100)], [1.2, 0.4, 0.7], [0]),
        ([(5, 5), (0, 10)], [0.1, 0.2], [1]),
    ],
    ids=["none", "one-machine", "one-behind-the-other", "parts-are-more", "whole-is-more", "moment"],
)
def test_the_largest_that_do_not_overlap(spans: list[Span], amounts: list[float], chosen: list[int]) -> None:
    assert largest_apart(spans, amounts) == chosen


def test_runs_at_one_time_are_told_of_each_other() -> None:
    runs = side_by_side([run("a", (0, 10)), run("b", (5, 15)), run("c", (15, 20), (8, 9)), run("d", (30, 40))])
    where = ": where all saw one machine, their energies do not add up"
    assert [one.notes for one in runs] == [
        (f"measured at the same time as 2 other runs (b.csv, c.csv){where}",),
        (f"measured at the same time as 2 other runs (a.csv, c.csv){where}",),
        (f"measured at the same time as 2 other runs (a.csv, b.csv){where}",),
        (),
    ]
    assert [one.contended for one in runs] == [True, True, True, False]


def test_few_of_many_files_are_named() -> None:
    (note,) = side_by_side([run(str(number), (0, 10)) for number in range(6)])[0].notes
    assert note.startswith("measured at the same time as 5 other runs (1.csv, 2.csv, 3.csv, …): ")


def test_runs_whose_time_is_unknown_or_that_follow_each_other_are_told_nothing() -> None:
    runs = side_by_side([run("a", (0, 10)), run("b", (10, 20)), run("c"), run("d", (20, 21))])
    assert [one.notes for one in runs] == [(), (), (), ()]
