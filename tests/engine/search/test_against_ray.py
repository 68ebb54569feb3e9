"""The same decisions as Ray Tune's PopulationBasedTraining, given the same scores and the same chance.

Equal: who is exploited, from which members donors come, and what becomes of settings. Different on purpose, and tested
elsewhere: equal scores are decided by place, a member without a score receives (Ray leaves it alone), and no setting
leaves its range (Ray's may).
"""
# ruff: noqa: S311, SLF001 - a seeded game; what the scheduler decides is seen nowhere else

from __future__ import annotations

import random
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from xp.dsl.tuning import Tuning
from xp.engine.search.draws import draw_value
from xp.engine.search.pbt import Member, explore, quantiles, ranking

pbt = pytest.importorskip(
    "ray.tune.schedulers.pbt", reason="Ray Tune is what it compares with: the optional group 'ray'"
)

SIZES = range(2, 13)
FRACTIONS = (0.1, 0.25, 0.4, 0.5)


def tuning(population: int, fraction: float = 0.25, resample: float = 0.25) -> Tuning:
    """Return a search whose range is so wide that no factor leaves it."""
    space = {"learning_rate": {"low": 1e-9, "high": 1e9}, "weight_decay": {"values": [0.0, 0.01, 0.1]}}
    return Tuning.model_validate(
        {
            "algorithm": "pbt",
            "population": population,
            "generations": 2,
            "quantile_fraction": fraction,
            "resample_probability": resample,
            "space": space,
            "metric": "eval_rouge1",
        }
    )


def of_ray(scores: Sequence[float], fraction: float) -> tuple[list[int], list[int]]:
    """Return Ray's lower and upper quantile of a population with these scores, as places."""
    scheduler = pbt.PopulationBasedTraining(
        metric="score",
        mode="max",
        quantile_fraction=fraction,
        hyperparam_mutations={"learning_rate": [1, 2]},
        synch=True,
    )
    trials = [SimpleNamespace(place=place, is_finished=lambda: False) for place in range(len(scores))]
    scheduler._trial_state = Keyed()
    for trial, score in zip(trials, scores, strict=True):
        scheduler._trial_state.add(trial, SimpleNamespace(last_score=score))
    lower, upper = scheduler._quantiles()
    return [trial.place for trial in lower], [trial.place for trial in upper]


class Keyed:
    """States by trial, for trials that cannot be hashed."""

    def __init__(self) -> None:
        self.pairs: list[tuple[Any, Any]] = []

    def add(self, trial: Any, state: Any) -> None:
        self.pairs.append((trial, state))

    def items(self) -> list[tuple[Any, Any]]:
        return self.pairs

    def __getitem__(self, trial: Any) -> Any:
        return next(state for own, state in self.pairs if own is trial)


@pytest.mark.parametrize("fraction", FRACTIONS)
@pytest.mark.parametrize("size", SIZES)
def test_the_same_members_are_exploited_and_the_same_are_donors(size: int, fraction: float) -> None:
    chance = random.Random(size)
    for _ in range(20):
        scores = [chance.uniform(0, 50) for _ in range(size)]
        search = tuning(size, fraction)
        members = [Member({}, score) for score in scores]
        donors, receivers = quantiles(search, members, ranking(search, members))
        lower, upper = of_ray(scores, fraction)
        assert receivers == set(lower)
        assert donors == upper


@pytest.mark.parametrize("resample", [0.0, 0.25, 1.0])
def test_the_same_chance_makes_the_same_settings(monkeypatch: pytest.MonkeyPatch, resample: float) -> None:
    search = tuning(4, resample=resample)
    settings = {"learning_rate": 1e-3, "weight_decay": 0.01}
    for seed in range(200):
        ours, operations = explore(search, settings, random.Random(seed))
        theirs = random.Random(seed)
        monkeypatch.setattr(pbt, "random", theirs)
        mutations = {
            "learning_rate": lambda theirs=theirs: draw_value("learning_rate", search.space["learning_rate"], theirs),
            "weight_decay": [0.0, 0.01, 0.1],
        }
        wanted, told = pbt._explore(settings, mutations, resample, search.perturbation_factors, None)
        assert ours == wanted
        assert {name: how.split()[-1] for name, how in told.items()} == {
            name: how.lstrip("*") for name, how in operations.items()
        }
