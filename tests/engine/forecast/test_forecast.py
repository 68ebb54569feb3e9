"""A trial is forecast from its own attempts, else from those of its like, else by formula, else not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.engine.attempted import Took, completed, ended
from xp.dsl.trial import Trial
from xp.engine.forecast.amounts import Amount, Forecast
from xp.engine.forecast.forecast import Forecaster
from xp.engine.forecast.past import attempts
from xp.engine.layout import Layout

Planning = Callable[..., list[Trial]]
HERE = ("cpu A", None)

LONG = Took(seconds=30.0, runtime=20.0, steps=100, energy=0.003, emissions=0.0015)


@pytest.fixture
def layout(empty: Layout) -> Layout:
    return empty


def forecast(layout: Layout, trial: Trial) -> Forecast:
    return Forecaster(attempts(layout, [trial], HERE), apart=False).forecast(trial)


def test_without_a_past_only_memory_is_known(layout: Layout, trials: Planning) -> None:
    baseline, *_, zero2 = trials("models.bart-tiny.config={ d_model = 64 }", "matrix.seed=[1]")

    assert forecast(layout, baseline).memory.basis == "AdamW formula"
    assert forecast(layout, zero2).memory.basis == "DeepSpeed formula"
    assert (forecast(layout, zero2).memory.value or 0) < (forecast(layout, baseline).memory.value or 0)
    assert forecast(layout, zero2).time == Amount("s")


def test_without_a_results_folder_nothing_is_written(layout: Layout, trials: Planning) -> None:
    elsewhere = Layout(layout.root / "none")

    assert not forecast(elsewhere, trials()[0]).time.known
    assert not elsewhere.root.exists()


def test_an_unknown_architecture_has_no_formula(layout: Layout, trials: Planning) -> None:
    (trial, *_) = trials("models.bart-tiny.architecture=prophetnet")

    assert forecast(layout, trial).memory == Amount("B")


def test_its_own_attempts_speak_first(layout: Layout, trials: Planning) -> None:
    trial, other, *_ = trials()
    completed(layout, trial, Took(seconds=30.0, energy=0.001))
    completed(layout, trial, Took(seconds=40.0, energy=0.003))
    completed(layout, other, Took(seconds=99.0))

    found = forecast(layout, trial)
    assert found.time == Amount("s", 35.0, "measured, 2 attempts", 30.0, 40.0)
    assert found.energy == Amount("kWh", 0.002, "measured, 2 attempts", 0.001, 0.003)
    assert found.emissions.value == 0.0005
    assert found.memory == Amount("B", 1e8, "measured, 2 attempts", 1e8, 1e8)


def test_failed_attempts_say_nothing(layout: Layout, trials: Planning) -> None:
    (trial, *_) = trials()
    ended(layout, trial, "oom")

    assert not forecast(layout, trial).time.known


def test_other_seeds_speak_next(layout: Layout, trials: Planning) -> None:
    first, second, third, zero2, *_ = trials()
    completed(layout, second, Took(seconds=20.0))
    completed(layout, third, Took(seconds=30.0))

    assert forecast(layout, first).time == Amount("s", 25.0, "measured with other seeds, 2 attempts", 20.0, 30.0)
    assert not forecast(layout, zero2).time.known


def test_the_name_of_a_method_does_not_count_but_what_it_does(layout: Layout, trials: Planning) -> None:
    (before, *_) = trials()
    completed(layout, before)

    (after, *_) = trials("methods.baseline.settings.batch_size=2")
    assert (after.method, forecast(layout, after).time.known) == (before.method, False)


@pytest.mark.parametrize("change", ["defaults.max_source_length=100", "models.bart-tiny.vocab_size=500"])
def test_what_costs_something_else_is_not_scaled(layout: Layout, trials: Planning, change: str) -> None:
    completed(layout, trials()[0])

    assert not forecast(layout, trials(change)[0]).time.known


def test_a_longer_training_is_scaled_by_its_steps(layout: Layout, trials: Planning) -> None:
    completed(layout, trials("max_steps=100")[0], LONG)

    found = forecast(layout, trials("max_steps=400", "learning_rate=1e-3")[0])
    assert found.time == Amount("s", 10.0 + 4 * 20.0, "scaled by steps, 1 attempt")
    assert found.energy.value == pytest.approx(0.003 * 3)
    assert found.emissions.value == pytest.approx(0.0015 * 3)
    assert found.memory == Amount("B", 1e8, "measured at another length, 1 attempt")


def test_epochs_are_scaled_through_the_examples_that_were_seen(layout: Layout, trials: Planning) -> None:
    completed(layout, trials("epochs=1")[0], replace(LONG, samples=3000, steps=188))

    assert forecast(layout, trials("epochs=3")[0]).time.value == pytest.approx(10.0 + 3 * 20.0)


def test_early_stopping_makes_it_a_bound(layout: Layout, trials: Planning) -> None:
    completed(layout, trials("max_steps=100")[0], LONG)

    stopping = trials("max_steps=400", "early_stopping.patience=1")[0]
    assert forecast(layout, stopping).time.basis == "at most, scaled by steps, 1 attempt"


def test_this_machine_goes_before_others(layout: Layout, trials: Planning) -> None:
    (trial, *_) = trials()
    completed(layout, trial, Took(seconds=90.0, cpu="cpu B"))
    assert forecast(layout, trial).time == Amount("s", 90.0, "measured on another machine, 1 attempt")

    completed(layout, trial, Took(seconds=50.0, contended=True))
    assert forecast(layout, trial).time == Amount("s", 50.0, "measured beside others, 1 attempt")

    completed(layout, trial, Took(seconds=30.0))
    assert forecast(layout, trial).time == Amount("s", 30.0, "measured, 1 attempt")


def test_emissions_follow_the_electricity(layout: Layout, trials: Planning) -> None:
    completed(layout, trials()[0], Took(energy=0.01, emissions=0.004))

    assert forecast(layout, trials()[0]).emissions.value == 0.004
    assert forecast(layout, trials("carbon.intensity=50")[0]).emissions.value == pytest.approx(0.0005)
    assert not forecast(layout, trials("carbon.country=FRA")[0]).emissions.known


def test_energy_that_was_not_measured_is_unknown(layout: Layout, trials: Planning) -> None:
    completed(layout, trials()[0], Took(energy=None, emissions=None))

    found = forecast(layout, trials()[0])
    assert (found.time.known, found.energy, found.emissions) == (True, Amount("kWh"), Amount("kg"))


def test_parameters_that_were_counted_feed_the_formula(layout: Layout, trials: Planning) -> None:
    unknown = ("models.bart-tiny.architecture=prophetnet", "defaults.world_size=1")
    completed(layout, trials(*unknown)[0], Took(parameters=1000))

    other = trials(*unknown, "defaults.batch_size=3")[0]
    assert forecast(layout, other).memory == Amount("B", 16_000.0, "AdamW formula")


def test_an_attempt_of_another_xp_is_passed_over(layout: Layout, trials: Planning) -> None:
    first, second, *_ = trials()
    completed(layout, second)
    (file,) = layout.root.glob("trials/*/attempt-1/trial.json")
    file.write_text(file.read_text().replace('"epochs"', '"rounds"'))

    assert not forecast(layout, first).time.known
