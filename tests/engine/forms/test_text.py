"""One answer, several texts, nothing lost in any."""

from __future__ import annotations

import csv
import json
import math
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from xp.engine.forms.text import as_csv, as_json, as_lines, as_markdown
from xp.engine.warehouse.ask import Answer
from xp.queries.catalog import Column

COLUMNS = (
    Column("method", "text", "-", "name"),
    Column("rouge1", "double", "points", "score"),
    Column("at", "timestamp", "-", "when"),
)
ROWS: list[tuple[object, ...]] = [
    ("zero2, with | pipe", 53.25, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
    ("1e10234", None, None),
    ("broken", math.nan, None),
]
ANSWER = Answer("Which?", COLUMNS, ROWS)


def test_csv_has_a_header_and_empty_cells_for_what_is_missing() -> None:
    header, first, second, third = csv.reader(as_csv(ANSWER).splitlines())
    assert header == ["method", "rouge1", "at"]
    assert first == ["zero2, with | pipe", "53.25", "2026-01-02T03:04:05+00:00"]
    assert second == ["1e10234", "", ""]
    assert third == ["broken", "nan", ""]


def test_json_is_strict() -> None:
    rows = json.loads(as_json(ANSWER), parse_constant=pytest.fail)
    assert rows[0]["rouge1"] == 53.25
    assert rows[1] == {"method": "1e10234", "rouge1": None, "at": None}
    assert rows[2]["rouge1"] == "nan"


def test_json_lines_hold_the_same_objects() -> None:
    assert [json.loads(line) for line in as_lines(ANSWER).splitlines()] == json.loads(as_json(ANSWER))


def test_values_inside_of_lists_and_structs_are_no_exception() -> None:
    value = {"a": [math.inf, datetime(2026, 1, 2, tzinfo=UTC)], "b": Decimal("1.5")}
    answer = Answer("Which?", (Column("v", "struct", "-", ""),), [(value,)])

    assert json.loads(as_json(answer)) == [{"v": {"a": ["inf", "2026-01-02T00:00:00+00:00"], "b": 1.5}}]
    (_, (shown,)) = csv.reader(as_csv(answer).splitlines())
    assert json.loads(shown)["b"] == 1.5


def test_markdown_is_a_table_for_people() -> None:
    text = as_markdown(ANSWER)
    assert text.startswith("| method")
    assert r"zero2, with \| pipe" in text
    assert "nan" not in text


def test_a_carriage_return_ends_no_row_of_csv() -> None:
    # as progress bars leave it in the end of a log
    answer = Answer("Which?", COLUMNS[:2], [(" 50%\r100%", 1.0), ("a\r\nb\n", 2.0)])

    assert as_csv(answer) == 'method,rouge1\n" 50%\r100%",1.0\n"a\r\nb\n",2.0\n'


def test_a_decimal_keeps_its_digits() -> None:
    answer = Answer(
        "Which?", (Column("v", "double", "-", ""),), [(Decimal("12345678901234567.89"),), (Decimal("0.10"),)]
    )

    assert as_csv(answer) == "v\n12345678901234567.89\n0.1\n"
    assert [row["v"] for row in json.loads(as_json(answer))] == ["12345678901234567.89", 0.1]
