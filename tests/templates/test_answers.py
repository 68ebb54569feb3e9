"""Rows as a template sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from xp.dsl.errors import TemplateError
from xp.templates.answers import Rows

Make = Callable[..., Any]


@pytest.fixture
def rows(answer: Make) -> Rows:
    columns = ["method", ("memory", "B"), "items"]
    return Rows("q", answer(columns, ("a", 1e9, 1), ("b", None, 2), ("a", 2e9, 3), title="How?"))


def test_a_value_is_found_by_attribute_and_by_key(rows: Rows) -> None:
    assert (rows[0].method, rows[0]["method"], rows[0].items) == ("a", "a", 1)
    assert list(rows[0]) == ["method", "memory", "items"]
    assert [row.method for row in rows[:2]] == ["a", "b"]


def test_a_number_knows_its_unit(rows: Rows) -> None:
    assert (rows[0].memory, rows[0].memory.unit) == (1e9, "B")
    assert rows[1].memory is None


def test_rows_are_chosen_by_their_values(rows: Rows) -> None:
    assert [row.items for row in rows.where(method="a")] == [1, 3]
    assert [row.items for row in rows.where(items=[1, 2], method="a")] == [1]
    assert [row.items for row in rows.without(memory=None)] == [1, 3]
    assert rows.where(method="a").title == "How?"
    assert rows.distinct("method") == ["a", "b"]


def test_a_column_that_is_not_there_is_an_error_with_a_near_name(rows: Rows) -> None:
    with pytest.raises(TemplateError, match=r"a row has no column 'memroy'\n    hint: did you mean 'memory'\?"):
        _ = rows[0]["memroy"]
    with pytest.raises(TemplateError, match="query 'q' has no column 'x'"):
        rows.where(method="nobody").where(x=1)


def test_a_private_part_of_a_row_is_out_of_reach(rows: Rows) -> None:
    with pytest.raises(AttributeError):
        _ = rows[0].nothing
