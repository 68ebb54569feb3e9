"""What differs between two trials or methods."""

from __future__ import annotations

import pytest

from tests import small
from tests.queries.asking import Table
from xp.dsl.errors import QueryError
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load


def test_two_methods_side_by_side(table: Table) -> None:
    rows = {(row["section"], row["name"]): row for row in table("compare")}

    assert (rows["setting", "zero.stage"]["one"], rows["setting", "zero.stage"]["other"]) == ("unset", "2")
    assert rows["environment", "transformers"]["other"] == "5.23.0, 5.24.0"
    assert rows["environment", "transformers"]["mixes"] == "should be equal"
    assert rows["setting", "zero.stage"]["mixes"] is None
    memory = rows["metric", "train_peak_memory"]
    assert (memory["one"], memory["other"], memory["ratio"], memory["unit"]) == ("4e+08", "3.2e+08", 0.8, "B")
    # batch size and accuracy are the same on both sides
    assert not {("setting", "batch_size"), ("metric", "predict_rouge1")} & set(rows)


def test_two_trials_side_by_side(table: Table) -> None:
    one, other = small.Trial("baseline", 1), small.Trial("baseline", 3)

    rows = table("compare", one=one.id, other=other.label)

    assert [(row["name"], row["one"], row["other"]) for row in rows if row["name"] == "predict_rouge1"] == [
        ("predict_rouge1", "50", "54")
    ]
    assert {row["section"] for row in rows} == {"metric"}


def test_a_side_that_there_is_not_is_an_error(table: Table) -> None:
    near = "there is no method and no trial 'zero9'\n    hint: did you mean 'zero2'\\?"
    with pytest.raises(QueryError, match=near):
        table("compare", other="zero9")


def test_of_two_methods_those_trials_count_that_both_have(table: Table, empty: Layout) -> None:
    tried = [small.Trial("baseline", seed) for seed in (1, 2, 3)] + [small.Trial("zero2", seed) for seed in (1, 3)]
    small.plan(empty, trials=tried)
    for trial in tried:
        small.completed(empty, trial)
    load(empty)

    rows = {row["name"]: row for row in table("compare", empty, one="baseline", other="zero2")}

    # 10 and 11 s beside 20 and 22 s; the 9 s of the baseline's second seed have nothing beside them
    assert (rows["train_runtime"]["one"], rows["train_runtime"]["other"]) == ("10.5", "21")
    assert rows["train_runtime"]["ratio"] == 2.0
    assert not {"seed", "predict_rouge1"} & {*rows}
