"""One answer, four forms, nothing lost in any."""

from __future__ import annotations

import csv
import json
import math
from datetime import UTC, datetime
from pathlib import Path

import pytest

from xp.dsl.errors import QueryError
from xp.engine.answers import as_csv, as_json, replace, show, split
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


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_what_people_read_holds_every_method(form: str) -> None:
    text = show(ANSWER, form)
    assert all(word in text for word in ("zero2, with", "1e10234", "broken", "53"))
    assert "nan" not in text
    assert "None" not in text


def test_a_table_says_how_many_rows_there_are() -> None:
    assert show(ANSWER, "table").endswith("(3 rows)\n")


@pytest.mark.parametrize(
    ("given", "expected"), [("seed=1", {"seed": "1"}), ("path=a=b", {"path": "a=b"}), ("empty=", {"empty": ""})]
)
def test_a_parameter_is_split_at_its_first_equals_sign(given: str, expected: dict[str, str]) -> None:
    assert split([given]) == expected


def test_a_parameter_without_a_value_is_refused() -> None:
    with pytest.raises(QueryError, match="NAME=VALUE, got 'seed'"):
        split(["seed"])


def test_a_report_is_written_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "report.md"
    replace(target, "first\n")
    replace(target, "second\n")
    assert target.read_text() == "second\n"
    assert list(target.parent.iterdir()) == [target]
