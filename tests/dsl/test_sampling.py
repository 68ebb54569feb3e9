"""A draw from the matrix: as large as it says, the same each time, and every method in each of its contexts."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dsl.head import Planning, Refusal
from xp.dsl.sampling import Search, draw_contexts

MATRIX = """[methods.baseline]
[methods.zero2]
settings = { zero = { stage = 2 } }
[matrix]
method = ["baseline", "zero2"]
learning_rate = [1e-5, 3e-5, 1e-4]
weight_decay = [0.0, 0.01, 0.1]
batch_size = [4, 8]
seed = [1, 2]
"""


def draws(samples: int, seed: int = 0) -> str:
    return f'[search]\nalgorithm = "random"\nsamples = {samples}\nseed = {seed}\n'


def test_twelve_of_eighteen(planned: Planning) -> None:
    plan = planned(MATRIX + draws(12))
    assert len(plan.trials) == 12 * 2 * 2
    contexts = Counter(str(sorted(trial.context.items())) for trial in plan.trials)
    assert set(contexts.values()) == {4}
    assert {excluded.rule for excluded in plan.excluded} == {"search.samples"}
    assert len(plan.excluded) == 6 * 2 * 2


def test_the_draw_is_the_same_until_its_seed_is_another(planned: Planning) -> None:
    first, again, other = (planned(MATRIX + draws(5, seed)).trials for seed in (0, 0, 1))
    assert [trial.id for trial in first] == [trial.id for trial in again]
    assert {trial.id for trial in first} != {trial.id for trial in other}


def test_the_order_of_the_axes_draws_nothing_else(planned: Planning) -> None:
    turned = MATRIX.replace("[1e-5, 3e-5, 1e-4]", "[1e-4, 1e-5, 3e-5]").replace("[4, 8]", "[8, 4]")
    first, other = (planned(text + draws(7)).trials for text in (MATRIX, turned))
    assert {trial.id for trial in first} == {trial.id for trial in other}


def test_what_rules_leave_out_is_not_drawn(planned: Planning) -> None:
    plan = planned(MATRIX.replace("seed = [1, 2]", "exclude = [{ batch_size = 8 }]\nseed = [1]") + draws(8))
    assert len(plan.trials) == 8 * 2
    assert {trial.settings.batch_size for trial in plan.trials} == {4}


def test_what_an_include_rule_adds_is_always_tried(planned: Planning) -> None:
    rule = "include = [{ method = 'zero2', learning_rate = 1.0, weight_decay = 0.5, batch_size = 2 }, "
    rule += "{ method = 'baseline', learning_rate = 1.0, weight_decay = 0.5, batch_size = 2 }]\nseed = [1]"
    plan = planned(MATRIX.replace("seed = [1, 2]", rule) + draws(1))
    assert sorted(trial.settings.batch_size for trial in plan.trials)[:2] == [2, 2]
    assert len(plan.trials) == 4


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('[search]\nalgorithm = "random"\n', "a random search says how many it draws"),
        ("[search]\nsamples = 3\n", "samples has no effect on a grid"),
        ("[search]\nseed = 3\n", "seed has no effect on a grid"),
        (draws(18), "search.samples: has no effect: there are 18 combinations, got 18"),
        ('[search]\nalgorithm = "bayes"\nsamples = 3\n', "search.algorithm"),
        (draws(0), "search.samples"),
    ],
)
def test_a_draw_that_is_none_is_refused(refusal: Refusal, table: str, words: str) -> None:
    assert words in refusal(MATRIX + table)


@given(st.sets(st.text(max_size=5), min_size=3), st.text(max_size=5), st.integers(1, 3))
def test_one_more_to_draw_from_pushes_out_one_at_most(known: set[str], new: str, samples: int) -> None:
    search = Search(algorithm="random", samples=samples)
    before, _ = draw_contexts(search, known)
    after, there = draw_contexts(search, known | {new})
    assert len(before) == samples == len(after)
    assert there == len(known | {new})
    assert len(before - after) <= 1
