"""Energy and emissions of the machine over an attempt, by codecarbon, without a network, a lock or a file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from codecarbon import OfflineEmissionsTracker
from codecarbon.external.logger import set_logger_level
from codecarbon.input import DataSource
from codecarbon.output_methods.base_output import BaseOutput
from codecarbon.output_methods.emissions_data import EmissionsData

from xp.dsl.spec import Carbon

Quality = Literal["counter", "tdp-estimate", "unavailable"]

COUNTERS = ("intel_rapl", "intel_power_gadget", "windows_emi")
"""Modes of codecarbon that read a counter of the processor; all others are models."""

SECONDS = 1.0
"""Time between two readings."""

METRICS = ("energy_consumed", "cpu_energy", "gpu_energy", "ram_energy", "emissions", "duration")


@dataclass(frozen=True)
class Intensity:
    """Grams of CO2 equivalent per kWh, and where the number is from."""

    grams: float | None
    """None where it follows from the country."""

    country: str | None
    source: str


def intensity(carbon: Carbon, data: DataSource | None = None) -> Intensity:
    """Return the carbon intensity to count with: the given one, the country's, or the world's mean."""
    data = data or DataSource()
    if carbon.intensity is not None:
        return Intensity(carbon.intensity, None, "given")
    mix = data.get_global_energy_mix_data()
    if carbon.country in mix:
        return Intensity(None, carbon.country, f"mean of {mix[carbon.country]['country_name']}")
    world = float(data.get_carbon_intensity_per_source_data()["world_average"])
    unknown = f": there is no data of {carbon.country}" if carbon.country else ""
    return Intensity(world, None, f"mean of the world{unknown}")


class Kept(BaseOutput):
    """Keeps what the tracker gives out."""

    def __init__(self) -> None:
        self.last: EmissionsData | None = None

    def out(self, total: EmissionsData, delta: EmissionsData) -> None:  # noqa: ARG002 - the tracker hands over both
        """Take the sums since the start."""
        self.last = total

    live_out = out


class EnergyMeter:
    """Measures the whole machine: one per attempt, in rank 0, started behind the fork."""

    def __init__(self, carbon: Carbon, folder: Path) -> None:
        set_logger_level("critical")  # it talks before it has read its own options
        self.intensity = intensity(carbon)
        self.kept = Kept()
        self.tracker = OfflineEmissionsTracker(**{**options(self.intensity, folder), "output_handlers": [self.kept]})

    def start(self) -> None:
        """Begin to measure."""
        self.tracker.start()

    def so_far(self) -> Mapping[str, float]:
        """Return what has been used since the start, and go on."""
        self.tracker.flush()
        data = self.kept.last
        return valid({name: getattr(data, name, None) for name in METRICS})[0]

    def stop(self) -> tuple[dict[str, float], dict[str, Any]]:
        """Stop, and return the metrics and the facts about them."""
        self.tracker.stop()
        data = getattr(self.tracker, "final_emissions_data", None)
        values = {name: getattr(data, name, None) for name in METRICS}
        metrics, problems = valid(values)
        return metrics, facts(self.intensity, metrics, problems, getattr(self.tracker, "_hardware", ()))


def warm_up(folder: Path) -> None:
    """Have codecarbon look for the machine's parts now: it remembers them, also in processes forked later."""
    meter = EnergyMeter(Carbon(), folder)
    meter.start()
    meter.stop()


def options(chosen: Intensity, folder: Path) -> Mapping[str, Any]:
    """Return every option of the tracker: what is left out would be read from files of the user."""
    return {
        "allow_multiple_runs": True,  # otherwise a lock file, and signal handlers of its own
        "api_call_interval": -1,
        "api_endpoint": "",
        "api_key": "",
        "cloud_provider": None,
        "cloud_region": None,
        "country_2letter_iso_code": None,
        "country_iso_code": chosen.country,
        "electricitymaps_api_token": None,
        "emissions_endpoint": None,
        "experiment_id": None,
        "experiment_name": "",
        "force_carbon_intensity_g_co2e_kwh": chosen.grams,
        "force_cpu_power": None,
        "force_mode_cpu_load": False,
        "force_ram_power": None,
        "gpu_ids": None,
        "log_level": "critical",
        "logger_preamble": "",
        "logging_logger": None,
        "measure_power_secs": SECONDS,
        "metadata": None,
        "on_csv_write": "append",
        "output_dir": str(folder),
        "output_file": "emissions.csv",
        "output_handlers": [],
        "output_methods": [],
        "project_name": "xp",
        "prometheus_url": "",
        "pue": 1.0,
        "rapl_include_dram": False,
        "rapl_prefer_psys": False,
        "region": None,
        "tracking_mode": "machine",
        "wue": 0.0,
    }


def valid(values: Mapping[str, float | None]) -> tuple[dict[str, float], dict[str, str]]:
    """Return the values that can be true, and what is wrong with each of the others: never a 0 in its place.

    >>> valid({"energy_consumed": -0.013, "duration": 2.0})
    ({'duration': 2.0}, {'energy_consumed': 'negative: -0.013'})
    """
    good: dict[str, float] = {}
    bad: dict[str, str] = {}
    for name, value in values.items():
        if value is None:
            bad[name] = "the tracker gave no value"
        elif not math.isfinite(value):
            bad[name] = f"not a number: {value}"
        elif value < 0:
            bad[name] = f"negative: {value:g}"
        else:
            good[name] = float(value)
    if good.get("energy_consumed") == 0:
        bad["energy_consumed"] = "zero: a machine that runs uses energy"
        del good["energy_consumed"]
    if "energy_consumed" in bad and "emissions" in good:
        bad["emissions"] = "its energy is not valid"
        del good["emissions"]
    return good, bad


def facts(
    chosen: Intensity, metrics: Mapping[str, float], problems: Mapping[str, str], hardware: Any
) -> dict[str, Any]:
    """Return what a reader must know of the numbers."""
    energy, emissions = metrics.get("energy_consumed"), metrics.get("emissions")
    return {
        "quality": quality(hardware) if energy else "unavailable",
        "scope": "machine",
        "library": "codecarbon",
        "cpu": mode(hardware, "CPU") or "not measured",
        "gpu": "counter" if any(type(part).__name__ == "GPU" for part in hardware) else "none",
        "ram": "model",
        "country": chosen.country or "",
        "intensity_source": chosen.source,
        "intensity": 1000 * emissions / energy if energy and emissions is not None else chosen.grams,
        **{f"invalid_{name}": reason for name, reason in problems.items()},
    }


def quality(hardware: Any) -> Quality:
    """Return how far the energy can be trusted: as far as that of the processor, memory is always modelled."""
    how = mode(hardware, "CPU")
    if any(type(part).__name__ == "AppleSiliconChip" for part in hardware) or how in COUNTERS:
        return "counter"
    return "tdp-estimate" if how else "unavailable"


def mode(hardware: Any, kind: str) -> str | None:
    """Return how codecarbon measures a kind of part, None where it does not."""
    return next((str(getattr(part, "_mode", "")) for part in hardware if type(part).__name__ == kind), None)
