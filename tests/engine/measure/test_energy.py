"""Energy is a number with a quality, or it is absent with a reason: never a silent zero."""

from __future__ import annotations

import inspect
import math
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from codecarbon import OfflineEmissionsTracker

from xp.dsl.spec import Carbon
from xp.engine.measure import energy, trust


class CPU:
    """Stands for codecarbon's part of the same name."""

    def __init__(self, mode: str) -> None:
        self._mode = mode


class RAM:
    """Stands for codecarbon's part of the same name."""


GOOD = {"energy_consumed": 0.002, "emissions": 0.001, "duration": 3.0}


def facts(carbon: Carbon, hardware: Any, **values: float | None) -> dict[str, Any]:
    metrics, problems = trust.valid(GOOD | values)
    return energy.energy_facts(energy.intensity(carbon), metrics, problems, hardware)


def test_left_out_energy_is_told_among_the_facts() -> None:
    told = facts(Carbon(), [RAM(), CPU("intel_rapl")], energy_consumed=-1.0)

    assert told["quality"] == "invalid"
    assert told["invalid_energy_consumed"] == "negative: -1"


def test_a_tracker_that_says_nothing_leaves_no_energy_and_a_reason() -> None:
    told = facts(Carbon(), [RAM(), CPU("intel_rapl")], energy_consumed=None)

    assert told["quality"] == "unavailable"
    assert told["invalid_energy_consumed"] == "the tracker gave no value"


class Tracker:
    """Stands for codecarbon's: it says what it is told to."""

    def __init__(self, energies: list[float]) -> None:
        self.energies = energies
        self.kept = energy.LastReading()
        self.final_emissions_data: Any = None

    def flush(self) -> None:
        self.kept.last = self.final_emissions_data = SimpleNamespace(
            energy_consumed=self.energies.pop(0), emissions=0.001, duration=30.0
        )

    stop = flush


def test_what_is_used_between_two_phases_belongs_to_the_first(tmp_path: Path) -> None:
    meter = energy.EnergyMeter(Carbon(), tmp_path)
    meter.tracker = Tracker([0.001, 0.003, 0.0035, 0.0045, 0.0046])
    meter.kept = meter.tracker.kept
    for phase in ("train", "evaluate", "train", "predict"):
        meter.enter(phase)

    metrics, _ = meter.stop()

    phases = {name.removeprefix("energy_consumed_"): value for name, value in metrics.items() if name.count("_") > 1}
    assert phases == pytest.approx({"prepare": 0.001, "train": 0.003, "evaluate": 0.0005, "predict": 0.0001})
    assert sum(phases.values()) == pytest.approx(metrics["energy_consumed"])


def test_a_counter_that_was_set_back_leaves_no_energy_whatever_comes_later(tmp_path: Path) -> None:
    meter = energy.EnergyMeter(Carbon(), tmp_path)
    meter.tracker = Tracker([0.020, 0.007, 0.028, 0.029])
    meter.kept = meter.tracker.kept
    for phase in ("train", "evaluate", "train"):
        meter.enter(phase)

    metrics, told = meter.stop()

    assert metrics.pop("duration") == 30.0
    # said at the first change of the phase, and not true
    assert metrics.keys() == {"energy_consumed", "energy_consumed_prepare", "emissions"}
    assert all(map(math.isnan, metrics.values()))
    assert told["quality"] == "invalid"
    assert told["invalid_energy_consumed"] == "its energy_consumed_train is negative: -0.013"


class Broken(Tracker):
    """A tracker whose machine does not answer any more when it has none of its energies left."""

    def flush(self) -> None:
        if not self.energies:
            raise OSError("NVML: driver not loaded")
        super().flush()

    stop = flush


@pytest.mark.parametrize(
    ("energies", "said"),
    [
        pytest.param([], set(), id="at-once"),
        pytest.param([0.001], {"energy_consumed", "energy_consumed_prepare", "emissions", "duration"}, id="later"),
    ],
)
def test_a_tracker_that_breaks_costs_the_energy_and_not_the_trial(
    tmp_path: Path, energies: list[float], said: set[str]
) -> None:
    meter = energy.EnergyMeter(Carbon(), tmp_path)
    meter.tracker = Broken(energies)
    meter.kept = meter.tracker.kept
    meter.enter("train")
    meter.enter("predict")

    metrics, told = meter.stop()

    assert metrics.keys() == said
    assert all(map(math.isnan, metrics.values()))
    assert told["quality"] == "unavailable"
    assert told["invalid_energy_consumed"] == "the tracker gave no value: OSError: NVML: driver not loaded"


def test_a_tracker_that_cannot_be_made_costs_the_energy_and_not_the_trial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise RuntimeError("no rights")

    monkeypatch.setattr(energy, "OfflineEmissionsTracker", refuse)
    meter = energy.EnergyMeter(Carbon(), tmp_path)
    meter.start()
    meter.enter("train")

    metrics, told = meter.stop()

    assert metrics == {}
    assert told["invalid_energy_consumed"] == "the tracker gave no value: RuntimeError: no rights"


def test_an_error_that_the_tracker_keeps_to_itself_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A configuration of the user's that cannot be read leaves it half made, and nothing of it works."""
    (tmp_path / ".codecarbon.config").write_text("no section")
    monkeypatch.setenv("HOME", str(tmp_path))
    meter = energy.EnergyMeter(Carbon(), tmp_path)
    meter.start()

    metrics, told = meter.stop()

    assert metrics == {}
    assert told["quality"] == "unavailable"
    assert told["invalid_energy_consumed"].startswith("the tracker gave no value: MissingSectionHeaderError: ")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("hardware", "quality"),
    [
        pytest.param([RAM(), CPU("intel_rapl")], "counter", id="rapl"),
        pytest.param([RAM(), CPU("cpu_load")], "tdp-estimate", id="load"),
        pytest.param([RAM(), CPU("constant")], "constant", id="constant"),
        pytest.param([RAM()], "unavailable", id="no-processor"),
    ],
)
def test_quality_is_that_of_the_processor(hardware: Any, quality: str) -> None:
    assert facts(Carbon(), hardware)["quality"] == quality


def test_without_a_country_the_mean_of_the_world_is_taken_and_said() -> None:
    chosen = energy.intensity(Carbon())

    assert chosen.country is None
    assert chosen.grams == pytest.approx(475, rel=0.2)
    assert chosen.source == "mean of the world"


def test_a_country_is_counted_with_its_own_mean() -> None:
    assert energy.intensity(Carbon(country="FRA")) == energy.Intensity(None, "FRA", "mean of France")


def test_a_country_without_data_falls_back_and_says_so() -> None:
    assert energy.intensity(Carbon.model_construct(country="ATA", intensity=None)).source == (
        "mean of the world: there is no data of ATA"
    )


def test_a_given_intensity_overrules_the_country() -> None:
    assert energy.intensity(Carbon(country="FRA", intensity=100.0)).grams == 100.0


def test_the_stored_intensity_is_the_one_that_was_used() -> None:
    assert facts(Carbon(country="FRA"), [CPU("cpu_load")])["intensity"] == pytest.approx(500)


def test_no_option_of_the_tracker_is_left_to_files_of_the_user(tmp_path: Path) -> None:
    given = energy.tracker_options(energy.intensity(Carbon()), tmp_path)

    assert known_options() - set(given) == set()
    assert given["allow_multiple_runs"] is True
    assert given["output_methods"] == []


def known_options() -> set[str]:
    """Return the options that codecarbon would look for, without those it has given up."""
    names: set[str] = set()
    for kind in OfflineEmissionsTracker.__mro__[:2]:
        names |= set(inspect.signature(inspect.unwrap(kind.__init__)).parameters)
    return {name for name in names if not name.startswith("save_to_")} - {
        "self",
        "args",
        "kwargs",
        "co2_signal_api_token",
    }


@pytest.mark.slow
def test_a_meter_measures_the_machine(tmp_path: Path) -> None:
    meter = energy.EnergyMeter(Carbon(intensity=100.0), tmp_path)
    meter.start()
    end = time.process_time() + 1.5  # codecarbon looks at the load once a second
    while time.process_time() < end:
        pass
    metrics, told = meter.stop()

    assert metrics["energy_consumed"] > 0
    assert metrics["energy_consumed_prepare"] == pytest.approx(metrics["energy_consumed"])
    assert metrics["emissions"] == pytest.approx(metrics["energy_consumed"] * 0.1)
    assert told["intensity"] == pytest.approx(100.0)
    assert list(tmp_path.iterdir()) == []
