"""No trial is there twice, and each claim has trials to speak for it."""

from __future__ import annotations

import pytest

from tests.dsl.head import Loading, Planning, Refusal
from xp.dsl.claim_power import weak_claims

METHODS = "[methods.baseline]\n[methods.zero2]\nsettings = { zero = { stage = 2 } }\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "[matrix]\nlogging_steps = [1, 2]\n",
            "spec.toml:11:1: matrix.logging_steps: changes nothing: 'baseline · dialogues · logging_steps=1' and "
            "'baseline · dialogues · logging_steps=2' are the same trial\n    hint: 1 of 2 trials differ",
            id="axis-that-nobody-sees",
        ),
        pytest.param(
            "[matrix]\nbatch_size = [1, 2]\nepochs = [3, 5, 7]\nmax_steps = [10]\n",
            "spec.toml:12:1: matrix.epochs: changes nothing: 'baseline · dialogues · batch_size=1 · epochs=3.0' and "
            "'baseline · dialogues · batch_size=1 · epochs=5.0' are the same trial\n    hint: 2 of 6 trials differ",
            id="axis-that-another-overrules",
        ),
        pytest.param(
            "[methods.a]\n[methods.b]\nsettings = { batch_size = 8 }\n[matrix]\nmethod = ['a', 'b']\n",
            "spec.toml:14:1: matrix.method: changes nothing: 'a · dialogues' and 'b · dialogues' are the same trial\n"
            "    hint: 1 of 2 trials differ",
            id="two-names-of-one-method",
        ),
        pytest.param(
            "[matrix]\nbatch_size = [1]\ninclude = [{ batch_size = 2 }, { batch_size = 2 }]\n",
            "spec.toml:10:2: matrix: 'baseline · dialogues · batch_size=2' is in the matrix twice\n"
            "    hint: 2 of 3 trials differ",
            id="one-trial-included-twice",
        ),
    ],
)
def test_trials_that_are_the_same(refusal: Refusal, text: str, message: str) -> None:
    assert refusal(text) == message


def test_every_axis_that_changes_nothing_is_told(refusal: Refusal) -> None:
    said = refusal(
        "[matrix]\nlearning_rate = [3e-5, 5e-5]\nlogging_steps = [1, 2, 3]\nepochs = [3, 5]\nmax_steps = [9]\n"
    )

    assert said.count("changes nothing") == 2
    assert said.count("2 of 12 trials differ") == 2


def test_a_claim_that_no_trial_can_speak_for(refusal: Refusal) -> None:
    text = METHODS + 'claims = { memory = "reduces" }\n[matrix]\nseed = [1, 2]\n'
    rules = 'exclude = [{ method = "zero2", seed = 1 }, { method = "baseline", seed = 2 }]\n'

    assert refusal(text + 'method = ["baseline", "zero2"]\n' + rules) == (
        "spec.toml:13:1: methods.zero2.claims: "
        "no trial of the baseline 'baseline' has the axes and the seed of a trial of 'zero2'"
    )


def test_one_common_seed_is_enough_for_a_claim(planned: Planning) -> None:
    text = METHODS + 'claims = { memory = "reduces" }\n[matrix]\nseed = [1, 2]\nmethod = ["baseline", "zero2"]\n'

    assert len(planned(text + 'exclude = [{ method = "baseline", seed = 2 }]\n').trials) == 3


@pytest.mark.parametrize(
    "rules",
    [
        """include = [
            { method = "baseline", weight_decay = 0.1, max_grad_norm = 2.0 },
            { method = "zero2", max_grad_norm = 2.0, weight_decay = 0.1 },
        ]""",
        """learning_rate = [1e-5, 2e-5]
        batch_size = [2, 4]
        epochs = [1, 2]
        zip = [["learning_rate", "epochs"]]
        include = [{ method = "zero2", learning_rate = 1e-5, batch_size = 2, epochs = 1 }]""",
    ],
    ids=["of-a-rule", "of-axes-that-move-together"],
)
def test_the_order_of_keys_parts_no_trial_from_its_baseline(experiment: Loading, planned: Planning, rules: str) -> None:
    text = METHODS + 'claims = { memory = "reduces" }\n[matrix]\nmethod = ["baseline"]\nseed = [1, 2]\n' + rules
    trials = planned(text).trials

    assert sum(trial.method == "zero2" for trial in trials) == 2
    # both trials have a partner: it is two pairs that are too few, not none
    assert "no pairs" not in " ".join(weak_claims(experiment(text), trials))
