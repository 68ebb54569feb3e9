"""Answers become tables that a Markdown parser reads as they were meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xp.dsl.errors import TemplateError
from xp.templates.answers import Rows
from xp.templates.escape import width
from xp.templates.markdown import cells, grid, legend

Make = Callable[..., Any]


def test_bars_backslashes_and_code_stay_in_their_cell(answer: Make, tables: Make) -> None:
    texts = ["a|b", "x\\|y", "`a|b`"]
    (table,) = tables(grid(Rows("q", answer(["prefix", "n"], *((text, 1) for text in texts)))))

    assert [row[0] for row in table.rows] == texts
    assert {len(row) for row in table.rows} == {len(table.heading)}


def test_texts_that_look_like_numbers_stay_texts(answer: Make, tables: Make) -> None:
    ids = ["1e10234", "007", "0012345", "3.10", "True", "nan", "None"]
    (table,) = tables(grid(Rows("q", answer(["commit"], *((text,) for text in ids)))))

    assert [row[0] for row in table.rows] == ids


def test_truth_time_lists_and_structures_are_words(answer: Make, tables: Make) -> None:
    row = (True, datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC), ["a", None, 1.5], {"stage": 2})
    (table,) = tables(grid(Rows("q", answer(["dirty", "at", "freeze", "zero"], row))))

    assert table.rows == [["yes", "2026-01-02 03:04:05 UTC", "a, –, 1.5", "stage = 2"]]


def test_a_spread_stands_with_its_mean(answer: Make, tables: Make) -> None:
    columns = ["method", ("memory", "B"), ("memory_spread", "B"), ("seeds", "-")]
    (table,) = tables(grid(Rows("q", answer(columns, ("zero2", 812e6, 3.1e6, 3), ("zero3", 640e6, None, 1)))))

    assert table.heading == ["method", "memory, MB", "seeds"]
    assert table.rows == [["zero2", "812.0 ± 3.1", "3"], ["zero3", "640", "1"]]


def test_the_heading_names_the_column_so_that_labels_cannot_be_swapped(answer: Make, tables: Make) -> None:
    columns = [("dedicated", "USD"), ("low_priority", "USD")]
    (table,) = tables(grid(Rows("costs", answer(columns, (508 * 22.03 / 3600, 508 * 4.41 / 3600)))))

    assert dict(zip(table.heading, table.rows[0], strict=True)) == {
        "dedicated, USD": "3.11",
        "low priority, USD": "0.62",
    }


def test_a_missing_number_says_why(answer: Make, tables: Make, visible: Make) -> None:
    columns = ["method", ("memory", "B"), ("speed", "1/s"), "speed_note", "note"]
    rows = [
        ("baseline", 1e9, 20.0, None, None),
        ("zero3", None, None, "contended", "out of memory on seed 1 | 2"),
        ("bf16", 1e9, 21.0, None, "one seed only"),
        ("fp16", None, 1.0, None, None),
    ]
    text = grid(Rows("q", answer(columns, *rows)))
    (table,) = tables(text)

    assert table.heading == ["method", "memory, GB", "speed, /s"]
    assert table.rows[1:] == [["zero3", "–¹", "–²"], ["bf16³", "1.00", "21.0"], ["fp16", "–", "1.0"]]
    assert "¹ out of memory on seed 1 | 2\n² contended\n³ one seed only" in visible(text)


def test_expectations_carry_an_arrow_and_the_asterisk_a_note(answer: Make, tables: Make, visible: Make) -> None:
    text = grid(Rows("q", answer(["memory", "speed", "accuracy"], ("reduces", "*increases", "*affects"))))

    assert tables(text)[0].rows == [["↓ reduces", "↑ increases*", "↕ affects*"]]
    assert "* expected in some situations only" in visible(text)


def test_a_heading_does_not_say_its_unit_twice(answer: Make, tables: Make) -> None:
    (table,) = tables(grid(Rows("q", answer([("source_words", "words"), ("length", "words")], (94.5, 3.0)))))

    assert table.heading == ["source words", "length, words"]


def test_a_table_of_facts_takes_each_unit_from_its_row(answer: Make, tables: Make) -> None:
    rows = [("memory", 16_637_952_000, "B"), ("cores", 2, None), ("load", None, "-")]
    (table,) = tables(grid(Rows("q", answer(["name", "value", "unit"], *rows))))

    assert table.heading == ["name", "value"]
    assert table.rows == [["memory", "16.6 GB"], ["cores", "2"], ["load", "–"]]


def test_a_unit_that_belongs_to_no_number_stays_a_column(answer: Make, tables: Make) -> None:
    (table,) = tables(grid(Rows("q", answer(["measure", "unit"], ("memory", "B")))))

    assert table.rows == [["memory", "B"]]


def test_an_effect_has_the_unit_of_its_row_and_a_difference_its_sign(answer: Make, tables: Make) -> None:
    made = answer(["measure", "unit", "difference", "difference_spread"], ("memory", "B", 160e6, 2e6))
    columns = [replace(column, type="double") if "difference" in column.name else column for column in made.columns]
    (table,) = tables(grid(Rows("q", replace(made, columns=columns))))

    assert (table.heading, table.rows) == (["measure", "difference"], [["memory", "+160.0 ± 2.0 MB"]])


def test_texts_that_are_all_missing_take_no_column_unless_nothing_else_is_left(answer: Make, tables: Make) -> None:
    made = answer(["axes", "method"], (None, "zero2"))
    typed = replace(made, columns=[replace(column, type="text") for column in made.columns])

    assert tables(grid(Rows("q", typed)))[0].heading == ["method"]
    assert tables(grid(Rows("q", typed), "axes"))[0].rows == [["–"]]


def test_a_terminal_gets_plain_texts_and_notes_in_a_column(answer: Make) -> None:
    sheet = cells(answer(["method", ("memory", "B"), "note"], ("a_*", None, "oom"), ("\x1b[31mb", 1e9, None)))

    assert [(column.title, column.align) for column in sheet.columns] == [
        ("method", "left"),
        ("memory, GB", "right"),
        ("note", "left"),
    ]
    assert sheet.rows == [["a_*", "–", "oom"], ["b", "1.00", "–"]]
    assert sheet.notes == ()


def test_chosen_texts_can_be_code_and_headings_renamed(answer: Make) -> None:
    rows = Rows("q", answer(["value", "method"], ("a_*", "b_*"), (None, "c")))

    assert grid(rows, codes=["value"], titles={"value": "declared"}).splitlines()[0::2] == [
        "| declared | method |",
        "| `a_*`    | b\\_\\*  |",
    ]


def test_money_out_of_the_warehouse_keeps_its_cents(answer: Make, tables: Make) -> None:
    (table,) = tables(grid(Rows("q", answer([("cost", "USD")], (Decimal("1234567.898"),)))))

    assert table.rows == [["1\u202f234\u202f567.90"]]


def test_chosen_columns_come_in_the_order_asked_for(answer: Make, tables: Make) -> None:
    rows = Rows("q", answer(["a", "b", ("rouge1", "points")], (1, 2, 44.156)))

    assert tables(grid(rows, "rouge1", "a"))[0].heading == ["R-1, points", "a"]


def test_a_column_that_is_not_there_is_refused_with_a_suggestion(answer: Make) -> None:
    with pytest.raises(TemplateError) as refusal:
        grid(Rows("benchmarks", answer(["rouge1"])), "rogue1")

    assert str(refusal.value) == "query 'benchmarks' has no column 'rogue1'\n    hint: did you mean 'rouge1'?"


def test_the_legend_is_the_column_contract(answer: Make) -> None:
    rows = Rows("q", answer([("memory", "B", "peak, all ranks"), ("memory_spread", "B", "over seeds"), "n"]))

    assert legend(rows) == "*memory*: peak, all ranks"


NUMBERS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats())


@given(
    st.lists(
        st.tuples(st.text(max_size=12), NUMBERS, NUMBERS, st.none() | st.text(max_size=8)), min_size=1, max_size=6
    ),
    st.sampled_from(["-", "B", "s", "×", "%", "points", "kWh"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_answer_becomes_one_whole_table_without_nan(
    answer: Make, tables: Make, rows: list[tuple[Any, ...]], unit: str
) -> None:
    text = grid(Rows("q", answer(["name", ("value", unit), ("value_spread", unit), "note"], *rows)))
    (found,) = tables(text)

    assert len(found.rows) == len(rows)
    assert {len(row) for row in found.rows} == {2}
    assert len({width(line) for line in text.split("\n")[: len(rows) + 2]}) == 1
    assert not [row for row in found.rows if re.search("nan|None|inf|NaT", row[1])]
