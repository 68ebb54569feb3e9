"""A plan says which claims have too few pairs to be supported."""

from __future__ import annotations

import pytest

from tests.dsl.head import Loading
from xp.dsl.claim_power import partnerless, weak_claims
from xp.dsl.plan import plan

CLAIMS = """[methods.baseline]
[methods.small]
settings = { batch_size = 2 }
claims = { memory = "reduces", speed = "*reduces" }
[matrix]
"""


def notes(experiment: Loading, text: str) -> list[str]:
    loaded = experiment(CLAIMS + text)
    return [*weak_claims(loaded, plan(loaded, {"dialogues": "0" * 64}).trials)]


def test_one_pair_is_no_sample(experiment: Loading) -> None:
    memory, speed = notes(experiment, "seed = [1]\n")
    where = "spec.toml:13:12: methods.small.claims.memory"
    assert memory == f"{where}: 1 pair of trials among 2 tests can hardly support it: 2 or more would"
    assert "speed: 1 pair of trials in any one context among 2 tests can hardly support it" in speed


def test_pairs_of_all_contexts_speak_for_a_claim_and_those_of_one_for_a_situational_one(experiment: Loading) -> None:
    (note,) = notes(experiment, "epochs = [1.0, 2.0, 3.0]\nseed = [1]\n")
    assert "claims.speed: 1 pair of trials in any one context among 4 tests" in note


@pytest.mark.parametrize(
    ("more", "count"),
    [
        pytest.param("seed = [1, 2, 3]\n", 0, id="enough"),
        # one test in twenty is wrong by chance: twenty tests ask for more than two of them
        pytest.param("seed = [1, 2]\nepochs = [1, 2, 3, 4, 5, 6]\n", 1, id="many-tests"),
        pytest.param(
            'seed = [1, 2]\nepochs = [1, 2, 3, 4, 5, 6]\n[claims]\ncorrection = "none"\n', 0, id="uncorrected"
        ),
        pytest.param("seed = [1, 2]\n[claims]\nconfidence = 0.999\n", 2, id="strict"),
    ],
)
def test_what_is_enough_follows_from_the_tests_and_the_confidence(experiment: Loading, more: str, count: int) -> None:
    assert len(notes(experiment, more)) == count


def test_trials_that_will_never_have_a_partner_are_told(experiment: Loading) -> None:
    loaded = experiment(f'{CLAIMS}epochs = [1.0]\nseed = [1, 2]\ninclude = [{{ method = "small", epochs = 7.0 }}]\n')

    assert [*partnerless(loaded, plan(loaded, {"dialogues": "0" * 64}).trials)] == [
        "spec.toml:11:10: methods.small: 2 trials of 4 have no trial of 'baseline' to be compared with"
    ]


def test_where_every_trial_has_a_partner_nothing_is_said_of_that(experiment: Loading) -> None:
    loaded = experiment(f"{CLAIMS}seed = [1, 2]\n")

    assert [*partnerless(loaded, plan(loaded, {"dialogues": "0" * 64}).trials)] == []
