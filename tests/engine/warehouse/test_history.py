"""What completed attempts took is asked of the warehouse, which is brought up to date first."""

from __future__ import annotations

from tests import small
from xp.engine.layout import Layout
from xp.engine.warehouse.history import history


def test_without_results_there_is_no_past(empty: Layout) -> None:
    assert history(Layout(empty.root / "none"), ["a"], ["b"], ["c"]) == []
    assert history(empty, ["a"], ["b"], ["c"]) == []


def test_every_completed_attempt_of_a_model_and_a_data_set_is_there(filled: Layout) -> None:
    completed_ones = {(trial.id, 2 if (trial.method, trial.seed) == ("zero2", 1) else 1) for trial in small.TRIALS[:7]}

    found = history(filled, [], ["bart-tiny"], ["dialogues"])
    assert completed_ones <= {(taken.trial, taken.attempt) for taken in found}
    assert history(filled, [], ["bart-tiny"], ["others"]) == []


def test_an_attempt_is_found_by_its_trial_whatever_its_names(filled: Layout) -> None:
    (taken,) = history(filled, [small.TRIALS[0].id], [], [])

    assert (taken.seconds, taken.runtime, taken.memory) == (30.0, 10.0, 400e6)
    assert (taken.energy, taken.emissions, taken.contended) == (0.001, 0.0005, False)
    assert (taken.parameters, taken.trained, taken.largest_layer) == (700_000, 700_000, 128_000)
    assert (taken.samples, taken.steps, taken.cpu, taken.gpu) == (2000, None, None, None)
