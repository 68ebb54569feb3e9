"""The best step of each trial, by hand."""

from __future__ import annotations

import pytest

from tests import small
from tests.queries.asking import Table
from xp.dsl.errors import QueryError
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load


@pytest.fixture
def curves(empty: Layout) -> Layout:
    """One trial with a loss that is best at first, and a score that is best in the middle and at the end."""
    small.plan(empty)
    new = small.attempt(empty, small.Trial("baseline", 1))
    new.start()
    for step, loss, score in ((116, 1.42, 53.0), (232, 1.45, 54.5), (348, 1.43, 54.5)):
        values = {"eval_loss": loss, "eval_rouge1": score, "epoch": step / 116}
        new.rank(0, "metrics", step=step, values=values, units={"eval_loss": "nats"})
    new.rank(0, "metrics", step=464, values={"eval_loss": "NaN", "eval_rouge1": 0.0})
    new.end("completed")
    load(empty)
    return empty


def test_a_loss_is_best_where_it_is_lowest_and_rouge_where_it_is_highest(table: Table, curves: Layout) -> None:
    (loss,) = table("best_steps", curves)
    (rouge,) = table("best_steps", curves, metric="eval_rouge1")

    # NaN is no value, and of two that are equally good the first one counts
    assert (loss["step"], loss["value"], loss["last"], loss["steps"], loss["unit"]) == (116, 1.42, 1.43, 3, "nats")
    assert (rouge["step"], rouge["value"], rouge["last"], rouge["steps"]) == (232, 54.5, 0.0, 4)


def test_the_goal_of_any_other_metric_has_to_be_said(table: Table, curves: Layout) -> None:
    with pytest.raises(QueryError, match="is a higher epoch better"):
        table("best_steps", curves, metric="epoch")

    assert table("best_steps", curves, metric="epoch", goal="maximize")[0]["step"] == 348
