"""The scores of single examples arrive with the attempt that wrote them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from tests import small
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load

Rows = Callable[..., list[tuple[Any, ...]]]

SCORES: dict[str, list[Any]] = {
    "split": ["validation", "test", "test"],
    "example": ["v1", "t1", "t2"],
    "rouge1": [10.0, 20.0, None],
    "rouge2": [1.0, 2.0, 3.0],
    "rougeL": [4.0, 5.0, 6.0],
    "rougeLsum": [7.0, 8.0, 9.0],
    "gen_len": [3, 4, 5],
}

ALL = "select split, position, example, rouge1, gen_len from example_score order by split, position"


def scored(layout: Layout, columns: dict[str, list[Any]], sha256: str = "") -> small.Attempt:
    """Write an attempt that tells of scores."""
    new = small.attempt(layout, small.Trial("baseline", 1))
    new.start()
    parquet.write_table(pa.table(columns), new.folder.scores)
    content = new.folder.scores.read_bytes()
    digest = sha256 or hashlib.sha256(content).hexdigest()
    new.rank(0, "artifact", name="scores", path="scores.parquet", bytes=len(content), sha256=digest)
    return new


def test_each_example_is_a_row_with_its_place_in_the_split(empty: Layout, rows: Rows) -> None:
    scored(empty, SCORES)

    assert load(empty).problems == ()
    assert rows(empty, ALL) == [
        ("test", 0, "t1", 20.0, 4.0),
        ("test", 1, "t2", None, 5.0),
        ("validation", 0, "v1", 10.0, 3.0),
    ]


def test_a_later_load_neither_loses_nor_doubles_them(empty: Layout, rows: Rows) -> None:
    attempt = scored(empty, SCORES)
    load(empty)
    attempt.end("completed")
    load(empty)
    assert len(rows(empty, ALL)) == 3

    empty.warehouse.unlink()
    load(empty)
    assert len(rows(empty, ALL)) == 3


@pytest.mark.parametrize(
    ("changes", "sha256", "message"),
    [
        pytest.param({}, "0" * 64, "the file is not what its attempt wrote", id="another-file"),
        pytest.param({"example": ["v1", None, "t2"]}, "", "an example without a name", id="no-id"),
        pytest.param({"rouge1": ["a", "b", "c"]}, "", "Failed to parse", id="no-number"),
        pytest.param({"rouge1": None}, "", "rouge1", id="no-column"),
    ],
)
def test_scores_that_are_not_what_they_should_be_are_told_and_cost_nothing_else(
    changes: dict[str, Any], sha256: str, message: str, empty: Layout, rows: Rows
) -> None:
    columns = {name: values for name, values in {**SCORES, **changes}.items() if values is not None}
    scored(empty, columns, sha256).end("completed")
    (problem,) = load(empty).problems

    assert message in problem.message
    assert rows(empty, ALL) == []
    assert rows(empty, "select state from attempt") == [("completed",)]


def test_scores_that_were_deleted_are_told(empty: Layout) -> None:
    scored(empty, SCORES).folder.scores.unlink()

    (problem,) = load(empty).problems
    assert "No such file" in problem.message
