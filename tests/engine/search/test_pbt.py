"""Decisions of Population Based Training."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xp.dsl.tuning import Tuning
from xp.engine.search.draws import source
from xp.engine.search.pbt import ExtinctError, Member, boundaries, decisions, explore, first, following

LOW, HIGH = 1e-5, 1e-2


def tuning(**fields: Any) -> Tuning:
    """Return a search of a learning rate and a weight decay."""
    space = {"learning_rate": {"low": LOW, "high": HIGH, "log": True}, "weight_decay": {"values": [0.0, 0.01, 0.1]}}
    given_fields = {"algorithm": "pbt", "population": 4, "generations": 3, "space": space, "metric": "eval_rouge1"}
    return Tuning.model_validate(given_fields | fields)


def members(*scores: float | None) -> list[Member]:
    """Return members with these scores, each with a learning rate of its own."""
    return [
        Member({"learning_rate": 1e-4 * (place + 1), "weight_decay": 0.01}, score) for place, score in enumerate(scores)
    ]


def test_the_weakest_goes_on_from_the_strongest() -> None:
    decided = following(tuning(), members(30.0, 20.0, 25.0, 28.0), "trial", 2)
    assert [decision.action for decision in decided] == ["continue", "exploit", "continue", "continue"]
    assert [decision.donor for decision in decided] == [0, 0, 2, 3]
    assert decided[0].settings == members(30.0)[0].settings


def test_a_loss_should_fall() -> None:
    decided = following(tuning(metric="eval_loss"), members(3.0, 2.0, 2.5, 2.8), "trial", 2)
    assert (decided[0].action, decided[0].donor) == ("exploit", 1)


@pytest.mark.parametrize("bad", [math.nan, math.inf, None], ids=["nan", "infinite", "failed"])
def test_a_member_without_a_score_is_last_and_never_a_donor(bad: float | None) -> None:
    decided = following(tuning(), members(30.0, bad, 25.0, 28.0), "trial", 2)
    assert (decided[1].action, decided[1].donor) == ("exploit", 0)
    assert [decision.action for decision in decided].count("exploit") == 1


def test_every_member_without_a_score_receives_even_where_they_are_many() -> None:
    decided = following(tuning(), members(None, math.nan, None, 28.0), "trial", 2)
    assert [decision.donor for decision in decided] == [3, 3, 3, 3]
    assert decided[3].action == "continue"


def test_a_population_without_any_score_is_extinct() -> None:
    with pytest.raises(ExtinctError):
        decisions(tuning(), members(None, math.nan), "trial", 2)


def test_equal_scores_are_decided_by_place() -> None:
    decided = following(tuning(), members(1.0, 1.0, 1.0, 1.0), "trial", 2)
    assert [(decision.action, decision.donor) for decision in decided][0::3] == [("continue", 0), ("exploit", 0)]


def test_a_perturbed_rate_is_the_donors_times_a_factor() -> None:
    search = tuning(resample_probability=0.0)
    found = {
        round(explore(search, {"learning_rate": 1e-3, "weight_decay": 0.01}, source(n))[0]["learning_rate"], 9)
        for n in range(40)
    }
    assert found == {8e-4, 1.2e-3}


def test_a_listed_value_moves_to_its_neighbour_and_stays_at_the_end() -> None:
    search = tuning(resample_probability=0.0)
    found = {
        explore(search, {"learning_rate": 1e-3, "weight_decay": 0.1}, source(n))[0]["weight_decay"] for n in range(40)
    }
    assert found == {0.01, 0.1}


SCORES = st.lists(st.one_of(st.none(), st.floats()), min_size=2, max_size=12)


@given(SCORES, st.sampled_from([0.1, 0.25, 0.5]), st.sampled_from(["eval_loss", "eval_rouge1"]), st.text(max_size=5))
def test_whatever_the_scores(scores: list[float | None], fraction: float, metric: str, key: str) -> None:
    """Donors are healthy and continue, values stay inside their space, and the same question has the same answer."""
    search = tuning(population=len(scores), quantile_fraction=fraction, metric=metric)
    before = members(*scores)
    if not any(score is not None and math.isfinite(score) for score in scores):
        with pytest.raises(ExtinctError):
            decisions(search, before, key, 2)
        return
    decided = following(search, before, key, 1)
    assert decided == following(search, before, key, 1)
    for place, decision in enumerate(decided):
        score = scores[place]
        if score is None or not math.isfinite(score):
            assert decision.action == "exploit"
        donor = decision.donor
        assert donor is not None
        value = scores[donor]
        assert value is not None
        assert math.isfinite(value)
        assert decided[donor].action == "continue"
        if decision.action == "exploit":
            assert LOW <= decision.settings["learning_rate"] <= HIGH
            assert decision.settings["weight_decay"] in (0.0, 0.01, 0.1)
        else:
            assert decision.settings == before[place].settings


@given(st.integers(2, 9), st.integers(0, 400))
def test_generations_cover_a_training_without_a_gap(parts: int, more: int) -> None:
    ends = boundaries(tuning(generations=parts), parts + more)
    lengths = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    assert sum(lengths) == parts + more
    assert min(lengths) >= 1
    assert max(lengths) - min(lengths) <= 1


def test_the_first_generation_starts_inside_the_space_and_from_nobody() -> None:
    starts = first(tuning(population=6), "trial")
    assert [start.action for start in starts] == ["start"] * 6
    assert all(LOW <= start.settings["learning_rate"] <= HIGH for start in starts)
    assert starts == first(tuning(population=6), "trial")
    assert starts != first(tuning(population=6), "other")


def test_a_replay_is_one_member_that_follows_its_schedule() -> None:
    pieces = [{"until": 4, "settings": {"learning_rate": 1e-3}}, {"until": 9, "settings": {"learning_rate": 2e-3}}]
    search = Tuning.model_validate({"algorithm": "replay", "schedule": pieces})
    assert boundaries(search, 9) == [4, 9]
    (start,) = decisions(search, [], "trial", 1)
    (follow,) = decisions(search, [Member(start.settings, 3.0)], "trial", 2)
    assert (start.action, start.settings) == ("start", {"learning_rate": 1e-3})
    assert (follow.action, follow.donor, follow.settings) == ("continue", 0, {"learning_rate": 2e-3})
