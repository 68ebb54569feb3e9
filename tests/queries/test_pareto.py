"""Which variants are not beaten, by hand."""

from __future__ import annotations

import pytest

from tests import small
from tests.queries.asking import Table
from xp.dsl.errors import QueryError
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load


def test_pareto_by_hand(table: Table) -> None:
    rows = {row["method"]: row for row in table("pareto")}

    # baseline and zero2 are equally accurate, and zero2 takes 640 MB in place of 800 MB
    assert [(name, row["accuracy"], row["value"], row["front"]) for name, row in rows.items()] == [
        ("zero2", 52, 640e6, True),
        ("freeze-encoder", 42, 400e6, True),
        ("baseline", 52, 800e6, False),
        ("broken", None, None, None),
    ]
    assert (rows["broken"]["n"], rows["broken"]["note"]) == (0, "1 diverged, 1 oom, 1 pending")
    assert (rows["baseline"]["beaten_by"], rows["zero2"]["beaten_by"], rows["zero2"]["unit"]) == ("zero2", None, "B")


def test_pareto_goes_by_the_better_direction(table: Table) -> None:
    # 100, 50 and 150 (seeds 1 and 3 of freeze-encoder: 150 and 135) samples a second
    rows = {row["method"]: (row["value"], row["front"]) for row in table("pareto", against="speed")}

    assert rows == {
        "baseline": (100, True),
        "zero2": (50, False),
        "freeze-encoder": (142.5, True),
        "broken": (None, None),
    }


def test_pareto_against_a_cost_needs_prices(empty: Layout, table: Table) -> None:
    assert table("pareto", against="cost") == []
    small.journals(empty)
    small.plan(empty, time=small.START + 1, prices=small.PRICES)
    load(empty)

    costs = {row["method"]: row["value"] for row in table("pareto", empty, against="cost")}

    # 30 s, and once 20 s more for the attempt that ran into its limit
    assert costs["baseline"] == pytest.approx(30 / 3600 * 22.03)
    assert costs["zero2"] == pytest.approx((30 * 3 + 20) / 3 / 3600 * 22.03)


def test_an_unknown_measure_is_an_error(table: Table) -> None:
    with pytest.raises(QueryError, match="there is no measure 'memroy'"):
        table("pareto", against="memroy")
