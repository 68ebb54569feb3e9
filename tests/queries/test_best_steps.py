"""The best step of each trial, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import small
from tests.queries.asking import Table
from xp.dsl.errors import QueryError
from xp.dsl.objective import direction_by_name
from xp.engine.importing.importing import bring_in
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


def test_a_name_that_nobody_recorded_is_an_error(table: Table, curves: Layout) -> None:
    with pytest.raises(QueryError, match=r"there is no metric 'rouge1'(.|\n)*eval_rouge1"):
        table("best_steps", curves, metric="rouge1")
    with pytest.raises(QueryError, match=r"did you mean 'eval_rouge1'"):
        table("best_steps", curves, metric="eval_rogue1", goal="maximize")


def test_a_real_run_is_best_at_other_steps_by_its_loss_and_by_its_score(table: Table, empty: Layout) -> None:
    folder = Path(__file__).parents[1] / "engine" / "importing" / "data" / "linydub" / "metrics"
    bring_in([folder / "trainer_state.json"], empty.root)
    load(empty)

    (rouge,) = table("best_steps", empty, metric="eval_rouge1")
    (loss,) = table("best_steps", empty, metric="eval_loss")

    assert (rouge["step"], rouge["value"]) == (348, 54.9942)
    assert (loss["step"], loss["value"]) == (116, pytest.approx(1.423577, abs=1e-6))
    with pytest.raises(QueryError, match="is a higher eval_gen_len better"):
        table("best_steps", empty, metric="eval_gen_len")


NAMES = ("eval_g0_loss", "rouge_loss", "eval_rougeLsum", "rouge1_words", "losses", "ROUGE")


def test_a_name_tells_its_goal_here_as_it_does_in_an_experiment_file(table: Table, empty: Layout) -> None:
    small.plan(empty)
    new = small.attempt(empty, small.Trial("baseline", 1))
    new.start()
    for step in (1, 2):
        new.rank(0, "metrics", step=step, values=dict.fromkeys(NAMES, float(step)))
    new.end("completed")
    load(empty)

    for name in NAMES:
        goal = direction_by_name(name)
        if goal is None:
            with pytest.raises(QueryError, match=f"is a higher {name} better"):
                table("best_steps", empty, metric=name)
        else:
            (row,) = table("best_steps", empty, metric=name)
            assert (name, row["step"]) == (name, {"minimize": 1, "maximize": 2}[goal])
