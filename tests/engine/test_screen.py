"""Tables are aligned for pipes and drawn for terminals."""

from __future__ import annotations

import sys

import pytest

from xp.engine.screen import make_table

ROWS = [["a", "1.5 s"], ["要約", "12 s"]]


def test_columns_are_aligned_as_wide_as_the_letters_are() -> None:
    assert make_table(["name", "time"], ROWS, {"time"}) == "name   time\na     1.5 s\n要約   12 s\n"


def test_nothing_is_cut_and_no_line_ends_in_space() -> None:
    assert make_table(["a", "b"], [["x" * 300, ""]]) == f"a{' ' * 299}  b\n{'x' * 300}\n"


def test_what_a_cell_holds_does_not_act() -> None:
    assert make_table(["a"], [["\x1b[31mred\x1b[0m\nnext"]]) == "a\nred next\n"


def test_a_terminal_gets_a_table_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "20")
    drawn = make_table(["name", "time"], [["x" * 40, "[1] s"]])

    assert "\x1b[1m" in drawn
    assert "[1] s" in drawn
    assert len(drawn.splitlines()) > 3
