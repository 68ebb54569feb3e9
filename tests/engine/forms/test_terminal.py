"""A table is whole in a pipe and fits a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xp.engine.forms.terminal import NARROWEST, fit, fitted, uncut
from xp.engine.warehouse.ask import Answer
from xp.queries.catalog import Column
from xp.templates.escape import width

LONG = "why it failed: " + "a very long story " * 20
ANSWER = Answer(
    "Which?",
    (Column("label", "text", "-", ""), Column("reason", "text", "-", ""), Column("seed", "integer", "-", "")),
    [("zero2", LONG, 1), ("漢字漢字漢字漢字", "short", 2)],
)


def test_in_a_pipe_nothing_is_cut() -> None:
    text = uncut(ANSWER)

    assert LONG.strip() in text
    assert "…" not in text
    assert text.endswith("(2 rows)\n")


def test_an_answer_without_rows_has_all_its_columns() -> None:
    assert uncut(Answer("Which?", ANSWER.columns, [])) == "label  reason  seed\n(0 rows)\n"


@pytest.mark.parametrize("columns", [30, 40, 80, 200])
def test_on_a_terminal_no_line_is_wider_than_it(columns: int) -> None:
    heading, *lines = fitted(ANSWER, columns).splitlines()

    assert max(width(line) for line in lines) <= columns
    assert heading.startswith("\x1b[1mlabel")
    assert any(line.rstrip().endswith("1") and "…" in line for line in lines)


@pytest.mark.parametrize("text", ["100%|" + "█" * 100_000, "要約" * 50_000, "e\u0301" * 100_000])
def test_a_log_as_long_as_a_book_is_cut_where_the_terminal_ends(text: str) -> None:
    heading, line, _ = fitted(Answer("Which?", ANSWER.columns[:2], [("zero2", text)]), 40).splitlines()

    # "label", two spaces, and room for 33
    assert heading.endswith("reason\x1b[0m")
    assert line.startswith("zero2  ")
    assert line.endswith("…")
    assert width(line) in (39, 40)


def test_a_column_without_room_is_named() -> None:
    text = fitted(ANSWER, 20)

    assert "no room for seed; --format csv has it" in text


@given(st.lists(st.integers(1, 200), min_size=1, max_size=12), st.integers(NARROWEST, 200))
def test_columns_fit_and_no_narrow_one_gives_way(widths: list[int], columns: int) -> None:
    kept = fit(widths, columns)

    assert sum(kept) + 2 * (len(kept) - 1) <= columns
    assert all(room == wide for room, wide in zip(kept, widths, strict=False) if wide <= NARROWEST)
    assert all(NARROWEST <= room <= wide for room, wide in zip(kept, widths, strict=False) if wide > NARROWEST)
