"""Two methods beside each other, example by example, by hand."""

from __future__ import annotations

import hashlib
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from tests import small
from tests.queries.asking import Table
from xp.dsl.errors import QueryError
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load

T_95_OF_3 = 3.182446
"""Quantile of Student's t for 4 examples."""


def scored(layout: Layout, method: str, seed: int, rouge1: dict[str, float | None]) -> None:
    """Write a trial that completed with these scores of its test examples."""
    new = small.attempt(layout, small.Trial(method, seed))
    new.start()
    columns: dict[str, Any] = {"split": ["test"] * len(rouge1), "example": [*rouge1]}
    columns |= {name: [*rouge1.values()] for name in ("rouge1", "rouge2", "rougeL", "rougeLsum")}
    parquet.write_table(pa.table(columns | {"gen_len": [7] * len(rouge1)}), new.folder.scores)
    content = new.folder.scores.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    new.rank(0, "artifact", name="scores", path="scores.parquet", bytes=len(content), sha256=digest)
    new.end("completed")


@pytest.fixture
def judged(empty: Layout) -> Layout:
    """Four examples, two seeds; the rows of one trial in another order."""
    small.plan(empty)
    scored(empty, "baseline", 1, {"a": 10.0, "b": 20.0, "c": 30.0, "d": 40.0})
    scored(empty, "zero2", 1, {"d": 44.0, "c": 30.0, "b": 19.0, "a": 16.0})
    scored(empty, "baseline", 2, {"a": 12.0, "b": 20.0, "c": 30.0, "d": 40.0})
    scored(empty, "zero2", 2, {"a": 14.0, "b": 21.0, "c": 28.0, "d": 46.0})
    load(empty)
    return empty


def test_examples_are_paired_by_their_id_and_count_once_over_the_seeds(table: Table, judged: Layout) -> None:
    (row,) = table("examples", judged)

    # differences a 6 and 2, b -1 and 1, c 0 and -2, d 4 and 6: means 4, 0, -1, 5, of which the mean is 2
    assert (row["method"], row["against"], row["n"], row["seeds"]) == ("zero2", "baseline", 4, 2)
    assert (row["difference"], row["wins"], row["ties"], row["losses"]) == (2, 2, 1, 1)
    assert (row["mean"], row["other_mean"]) == (27.25, 25.25)
    # squares of 2, 2, 3, 3 over 3
    half = T_95_OF_3 * (26 / 3) ** 0.5 / 2
    assert (row["low"], row["high"]) == (pytest.approx(2 - half, rel=1e-6), pytest.approx(2 + half, rel=1e-6))
    assert row["p"] == pytest.approx(0.267367, abs=1e-6)
    assert row["note"] is None


def test_the_other_side_and_the_score_can_be_chosen(table: Table, judged: Layout) -> None:
    (row,) = table("examples", judged, method="baseline", against="zero2", score="gen_len")

    assert (row["method"], row["against"], row["difference"], row["ties"]) == ("baseline", "zero2", 0, 4)
    assert table("examples", judged, split="validation") == []
    assert table("examples", judged, method="freeze-encoder") == []


@pytest.mark.parametrize(
    ("params", "hint"),
    [
        ({"method": "zero3"}, "did you mean 'zero2'?"),
        ({"against": "basline"}, "did you mean 'baseline'?"),
        ({"score": "roug2"}, "did you mean 'rouge2'?"),
        ({"split": "validation set"}, "known: test, validation"),
    ],
)
def test_a_word_that_there_is_not_is_an_error(table: Table, judged: Layout, params: dict[str, str], hint: str) -> None:
    ((kind, word),) = params.items()

    with pytest.raises(QueryError) as refusal:
        table("examples", judged, **params)

    name = "method" if kind == "against" else kind
    assert str(refusal.value).endswith(f"there is no {name} '{word}'\n    hint: {hint}")


def test_examples_of_one_side_only_are_counted_and_not_compared(table: Table, empty: Layout) -> None:
    small.plan(empty)
    scored(empty, "baseline", 1, {"a": 10.0, "b": None})
    scored(empty, "zero2", 1, {"a": 11.0, "b": 12.0, "new": 13.0})
    load(empty)

    (row,) = table("examples", empty)

    assert (row["n"], row["difference"], row["mean"], row["low"]) == (1, 1, 11, None)
    assert row["note"] == "2 examples have no score of the other method"
