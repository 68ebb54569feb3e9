"""What a trial takes of the machine: checked before anything runs, and no part of what it is."""

from __future__ import annotations

import pytest

from tests.dsl.head import Planning, Refusal
from xp.dsl.resources import Machine

CPU = Machine("cpu", 2)
GPUS = Machine("cuda", 4, cores=16)


def test_ranks_are_the_same_wherever_they_are_given(planned: Planning) -> None:
    (here,) = planned("[resources]\nworld_size = 2\n").trials
    (there,) = planned("[matrix]\nworld_size = [2]\n").trials
    (none,) = planned().trials

    assert here.settings.world_size == 2
    assert here.id == there.id != none.id


def test_a_method_or_an_axis_has_the_last_word_on_ranks(planned: Planning) -> None:
    (trial,) = planned("[resources]\nworld_size = 2\n[matrix]\nworld_size = [1]\n").trials
    assert trial.settings.world_size == 1


def test_what_a_trial_takes_is_no_part_of_its_id(planned: Planning) -> None:
    (bound,) = planned("[resources]\ncores_per_trial = 1\ngpus_per_trial = 1\n").trials
    (free,) = planned().trials
    assert bound.id == free.id


def test_what_fits_is_planned(planned: Planning) -> None:
    text = "[resources]\ngpus_per_trial = 2\ncores_per_trial = 8\nworld_size = 2\n[limits]\nmax_concurrent = 2\n"
    assert planned(text, machine=GPUS).trials


@pytest.mark.parametrize(
    ("text", "machine", "message"),
    [
        pytest.param(
            "[resources]\ngpus_per_trial = 1\n",
            CPU,
            "spec.toml:11:1: resources.gpus_per_trial: a trial takes 1 GPU, this machine has none",
            id="no-gpu",
        ),
        pytest.param(
            "[resources]\ncores_per_trial = 3\n",
            CPU,
            "spec.toml:11:1: resources.cores_per_trial: a trial takes 3 cores, this machine has 2",
            id="too-few-cores",
        ),
        pytest.param(
            "[resources]\ncores_per_trial = 20\n",
            GPUS,
            "spec.toml:11:1: resources.cores_per_trial: a trial takes 20 cores, this machine has 16",
            id="too-few-cores-beside-gpus",
        ),
        pytest.param(
            "[resources]\ngpus_per_trial = 2\n[limits]\nmax_concurrent = 3\n",
            GPUS,
            "spec.toml:13:1: limits.max_concurrent: 3 trials at once take 6 GPUs, this machine has 4\n"
            "    hint: at most 2 fit",
            id="too-many-at-once",
        ),
        pytest.param(
            "[resources]\ngpus_per_trial = 2\nworld_size = 4\n",
            None,
            "spec.toml:12:1: resources.world_size: 4 ranks need 4 GPUs, a trial has 2 "
            "(in baseline · dialogues)\n    hint: raise gpus_per_trial in [resources]",
            id="more-ranks-than-gpus",
        ),
        pytest.param(
            "[resources]\ncores_per_trial = 1\n[matrix]\nworld_size = [2]\n",
            None,
            "spec.toml:13:1: matrix.world_size: 2 ranks need 2 cores, a trial has 1 "
            "(in baseline · dialogues)\n    hint: raise cores_per_trial in [resources]",
            id="more-ranks-than-cores",
        ),
        pytest.param(
            "[resources]\nworld_sise = 2\n",
            None,
            "spec.toml:11:1: resources.world_sise: unknown key\n    hint: did you mean 'world_size'?",
            id="key-misspelt",
        ),
    ],
)
def test_what_does_not_fit_is_refused(refusal: Refusal, text: str, machine: Machine | None, message: str) -> None:
    assert refusal(text, machine=machine) == message


def test_ranks_are_given_once(refusal: Refusal) -> None:
    assert "resources.world_size: has no effect: [defaults] gives it" in refusal(
        "[resources]\nworld_size = 2\n", "defaults.world_size=2"
    )
