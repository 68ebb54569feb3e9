"""Measures that a file makes: what they say, where they may be named, and what is refused."""

from __future__ import annotations

import pytest

from tests.dsl.head import Loading, Refusal
from xp.dsl.declared import declared
from xp.dsl.measures import MEASURES
from xp.dsl.metrics import RECORDED
from xp.dsl.shape import search_of

STEP = """[measures.step]
metric = "train_steady_p95_step_seconds"
unit = "s"
better = "lower"
"""
CLAIMED = """[methods.baseline]
[methods.small]
settings = { batch_size = 2 }
claims = { step = "reduces" }
"""


def test_every_measure_is_read_from_a_metric_that_is_known() -> None:
    assert {measure.metric for measure in MEASURES} - {""} <= RECORDED


def test_a_claim_may_speak_of_it(experiment: Loading) -> None:
    loaded = experiment(CLAIMED + STEP)
    (claim,) = declared(loaded)
    measure = loaded.measure("step")

    assert (claim["measure"], claim["scale"], claim["margin"]) == ("step", "ratio", 0.05)
    assert (measure.metric, measure.over_ranks, measure.over_sessions) == (
        "train_steady_p95_step_seconds",
        "max",
        "last",
    )
    assert measure.meaning == "train_steady_p95_step_seconds"


def test_the_hash_of_a_claim_follows_what_its_measure_is(experiment: Loading) -> None:
    before = next(declared(experiment(CLAIMED + STEP)))["hash"]
    renamed = next(declared(experiment(CLAIMED + STEP + 'meaning = "the slowest steps"\n')))["hash"]
    other = next(declared(experiment(CLAIMED + STEP + 'over_ranks = "mean"\n')))["hash"]

    assert before == renamed != other


@pytest.mark.parametrize(
    ("metric", "over_sessions"),
    [("energy_consumed_train", "sum"), ("train_steady_source_tokens_per_second", "rate"), ("predict_rouge2", "last")],
)
def test_what_sessions_make_of_it_follows_from_its_metric(experiment: Loading, metric: str, over_sessions: str) -> None:
    loaded = experiment(f'[measures.own]\nmetric = "{metric}"\nunit = ""\nbetter = "lower"\n')
    assert loaded.measure("own").over_sessions == over_sessions


def test_an_objective_goes_as_its_measure(experiment: Loading) -> None:
    objective = experiment(STEP + '[objective]\nmetric = "step"\n').objective
    assert objective is not None
    assert (objective.metric, objective.direction) == ("step", "minimize")


def test_a_search_looks_at_the_metric_of_the_measure_that_is_the_objective(experiment: Loading) -> None:
    text = """[measures.second]
metric = "predict_rouge2"
unit = "points"
better = "higher"
[objective]
metric = "second"
[methods.grid]
search = { algorithm = "grid", space = { learning_rate = { values = [1e-5, 1e-4] } } }
"""
    search = search_of(experiment(text), "grid")
    assert search is not None
    assert (search.metric, search.goal) == ("eval_rouge2", "maximize")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            '[measures.own]\nmetric = "predict_rogue2"\nunit = "points"\nbetter = "higher"\n',
            "spec.toml:11:1: measures.own.metric: no trial records 'predict_rogue2' as one number\n"
            "    hint: did you mean 'predict_rouge2'?",
            id="metric-misspelt",
        ),
        pytest.param(
            '[measures.own]\nmetric = "accuracy"\nunit = "points"\nbetter = "higher"\n',
            "spec.toml:11:1: measures.own.metric: 'accuracy' is a measure, not a metric\n"
            "    hint: write metric = 'predict_rouge1', which it is read from",
            id="measure-for-a-metric",
        ),
        pytest.param(
            '[measures.memory]\nmetric = "peak_rss"\nunit = "B"\nbetter = "lower"\n',
            "spec.toml:10:11: measures.memory: 'memory' is the name of another measure\n"
            "    hint: every experiment has it: peak memory of the training phase, all ranks",
            id="name-that-is-taken",
        ),
        pytest.param(
            '[measures.own]\nmetric = "eval_gen_len"\nunit = "tokens"\nbetter = "lower"\nscale = "difference"\n',
            "spec.toml:10:11: measures.own: a difference needs a margin, in its unit\n"
            "    hint: write margin = 0.5, or scale = 'ratio'",
            id="difference-without-a-margin",
        ),
        pytest.param(
            '[measures.own]\nmetric = "peak_rss"\nunit = "B"\nbetter = "less"\n',
            "spec.toml:13:1: measures.own.better: should be 'lower' or 'higher', got 'less'",
            id="no-such-way",
        ),
        pytest.param(
            '[measures.own]\nmetric = "peak_rss"\nunit = "B"\nbetter = "lower"\nover_rank = "sum"\n',
            "spec.toml:14:1: measures.own.over_rank: unknown key\n    hint: did you mean 'over_ranks'?",
            id="key-misspelt",
        ),
        pytest.param(
            STEP + CLAIMED.replace("step =", "setp ="),
            "spec.toml:17:12: methods.small.claims.setp: unknown measure, got 'setp'\n    hint: did you mean 'step'?",
            id="claim-misspelt",
        ),
        pytest.param(
            STEP + "[claims]\nmargin = { stepp = 0.1 }\n",
            "spec.toml:15:12: claims.margin.stepp: unknown measure, got 'stepp'\n    hint: did you mean 'step'?",
            id="margin-misspelt",
        ),
        pytest.param(
            STEP + '[objective]\nmetric = "stepp"\n',
            "spec.toml:15:1: objective.metric: no trial records 'stepp'\n    hint: did you mean 'step'?",
            id="objective-misspelt",
        ),
        pytest.param(
            STEP + '[objective]\nmetric = "train_runtme"\ngoal = "minimize"\n',
            "spec.toml:15:1: objective.metric: no trial records 'train_runtme'\n"
            "    hint: did you mean 'train_runtime'?",
            id="metric-of-the-objective-misspelt",
        ),
        pytest.param(
            STEP + '[objective]\nmetric = "step"\ngoal = "maximize"\n',
            "spec.toml:16:1: objective.goal: contradicts the measure, got 'maximize'\n"
            "    hint: leave it out: of step, lower is better",
            id="goal-against-its-measure",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused(refusal: Refusal, text: str, message: str) -> None:
    assert refusal(text) == message
