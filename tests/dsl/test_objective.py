"""An objective can be ranked by, or is refused with the way to write it."""

from __future__ import annotations

import pytest

from tests.dsl.head import Loading, Refusal


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        pytest.param("metric = 'eval_loss'", "minimize", id="loss"),
        pytest.param("metric = 'predict_rougeLsum'", "maximize", id="rouge"),
        pytest.param("metric = 'train_runtime'\ngoal = 'minimize'", "minimize", id="said"),
        pytest.param("metric = 'emissions'\ngoal = 'minimize'", "minimize", id="measure-of-the-same-name"),
        pytest.param("metric = 'predict_rouge2'\ngoal = 'maximize'", "maximize", id="said-as-its-name-does"),
    ],
)
def test_the_way_it_is_better(experiment: Loading, text: str, direction: str) -> None:
    objective = experiment(f"[objective]\n{text}\n").objective

    assert objective is not None
    assert objective.direction == direction


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "metric = 'train_runtime'",
            "spec.toml:10:2: objective: nothing says whether less or more of 'train_runtime' is better\n"
            "    hint: write goal = 'minimize' or goal = 'maximize'",
            id="no-direction",
        ),
        pytest.param(
            "metric = 'accuracy'",
            "spec.toml:11:1: objective.metric: 'accuracy' is a measure, not a metric\n"
            "    hint: write metric = 'predict_rouge1', which it is read from",
            id="measure",
        ),
        pytest.param(
            "metric = 'cost'\ngoal = 'minimize'",
            "spec.toml:11:1: objective.metric: 'cost' is a measure, not a metric\n"
            "    hint: it is computed when asked for: xp query best --param measure=cost",
            id="measure-without-a-metric",
        ),
        pytest.param(
            "metric = 'test_rouge1'",
            "spec.toml:11:1: objective.metric: no trial records 'test_rouge1' as one number\n"
            "    hint: did you mean 'predict_rouge1'?",
            id="no-such-metric",
        ),
        pytest.param(
            "metric = 'eval_loss'\ngoal = 'min'",
            "spec.toml:12:1: objective.goal: should be 'minimize' or 'maximize', got 'min'",
            id="no-such-goal",
        ),
        pytest.param(
            "metric = 'eval_loss'\ngoal = 'maximize'",
            "spec.toml:12:1: objective.goal: contradicts the metric, got 'maximize'\n"
            "    hint: leave it out: of eval_loss, lower is better",
            id="loss-that-should-rise",
        ),
        pytest.param(
            "metric = 'predict_rouge1'\ngoal = 'minimize'",
            "spec.toml:12:1: objective.goal: contradicts the metric, got 'minimize'\n"
            "    hint: leave it out: of predict_rouge1, higher is better",
            id="rouge-that-should-fall",
        ),
        pytest.param(
            "metric = { name = 'eval_loss' }",
            "spec.toml:11:1: objective.metric: should be text, got { name = 'eval_loss' }",
            id="no-text",
        ),
        pytest.param("goal = 'minimize'", "spec.toml:10:2: objective.metric: required, but missing", id="no-metric"),
    ],
)
def test_what_cannot_be_ranked_is_refused(refusal: Refusal, text: str, message: str) -> None:
    assert refusal(f"[objective]\n{text}\n") == message
