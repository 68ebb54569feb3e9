"""Tables are found again in the finished text, wherever they ended up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from xp.templates.render import render
from xp.templates.trace import Trace, placed_tables

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "name", "places"),
    [
        pytest.param(
            "# A\n\n{{ ask('q') | grid }}\n\n{{ ask('q') | grid('b') }}\n", "r.md.j2", [(3, "A"), (8, "A")], id="two"
        ),
        pytest.param("# A\n\n> {table:q}\n", "r.md", [(5, "A")], id="quoted"),
        pytest.param("- one\n\n  {table:q}\n", "r.md", [(5, "")], id="in-a-list"),
        pytest.param("{% set x = ask('q') | grid %}\nnothing\n", "r.md.j2", [], id="drawn-and-not-shown"),
        pytest.param("| a |\n| - |\n| 1 |\n", "r.md", [], id="written-by-hand"),
    ],
)
def test_a_table_is_found_in_the_text(
    write: Make, warehouse: Make, answer: Make, text: str, name: str, places: list[tuple[int, str]]
) -> None:
    trace = Trace()
    shown = render(write(text, name), warehouse(q=answer(["a", "b"], ("x|y", 1), ("z", 2))), trace=trace)
    found = list(placed_tables(shown, trace))

    assert [(each.line, each.section) for each in found] == places
    assert all(shown.split("\n")[each.line - 1].lstrip("> ").startswith("| ") for each in found)
    assert all(len(each.drawn.rows) == 2 for each in found)
    assert list(trace.files) == [name]


def test_rows_that_were_left_out_are_left_out_here_too(write: Make, warehouse: Make, answer: Make) -> None:
    trace = Trace()
    path = write("{{ ask('q', x=1).where(a='z') | grid }}")
    shown = render(path, warehouse(q=answer(["a", "b"], ("y", 1), ("z", 2))), trace=trace)
    (table,) = placed_tables(shown, trace)

    assert (table.drawn.query, table.drawn.params, table.drawn.columns) == ("q", {"x": 1}, ("a", "b"))
    assert table.drawn.rows.answer.rows == [("z", 2)]


def test_parts_are_kept_account_of(write: Make, warehouse: Make) -> None:
    write("part", "part.md.j2")
    trace = Trace()
    render(write("{% include 'part.md.j2' %}"), warehouse(), trace=trace)

    assert trace.files == {"report.md.j2": "{% include 'part.md.j2' %}", "part.md.j2": "part"}
