"""Energy and emissions of the machine over an attempt, by codecarbon, without a network, a lock or a file."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import methodcaller
from pathlib import Path
from typing import Any

from codecarbon import OfflineEmissionsTracker
from codecarbon.external.logger import set_logger_level
from codecarbon.input import DataSource
from codecarbon.output_methods.base_output import BaseOutput
from codecarbon.output_methods.emissions_data import EmissionsData

from xp.dsl.spec import Carbon
from xp.engine.measure.trust import JOULES, MISSING, mode, of_cards, quality, unfit, valid, working

LOUDNESS = "warning"
"""At this level the tracker tells of errors that it goes on after, with nothing to show."""

SECONDS = 1.0
"""Time between two readings."""

METRICS = ("energy_consumed", "cpu_energy", "gpu_energy", "ram_energy", "emissions", "duration")

IDLE_SECONDS = 0.5
"""Time that the machine is watched for before anything is trained."""


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


class LastReading(BaseOutput):
    """Keeps what the tracker gives out."""

    def __init__(self) -> None:
        self.last: EmissionsData | None = None

    def out(self, total: EmissionsData, delta: EmissionsData) -> None:  # noqa: ARG002 - the tracker hands over both
        """Take the sums since the start."""
        self.last = total

    live_out = out


class LogCapture(logging.Filter):
    """Hears what the tracker would print, lets nothing through, and keeps the first error: others follow from it."""

    def __init__(self) -> None:
        super().__init__()
        self.first = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take in a message."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            self.first = self.first or error_in_a_line(error)
        return False


def error_in_a_line(error: BaseException) -> str:
    """Return an error in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


class EnergyMeter:
    """Measures the whole machine: one per attempt, in rank 0, started behind the fork."""

    def __init__(self, carbon: Carbon, folder: Path) -> None:
        set_logger_level(LOUDNESS)  # it talks before it has read its own options
        self.complaints = LogCapture()
        logging.getLogger("codecarbon").filters = [self.complaints]
        self.intensity = intensity(carbon)
        self.kept = LastReading()
        self.phase = "prepare"
        self.phases: dict[str, float] = {}
        """Energy of each phase, kWh."""

        self.broken = ""
        """Why the tracker says nothing any more."""

        self.told: set[str] = set()
        """What has been said of the attempt before its end."""

        self._seen = 0.0
        given = {**tracker_options(self.intensity, folder), "output_handlers": [self.kept]}
        self.tracker: Any = self.asked(lambda: OfflineEmissionsTracker(**given))

    def asked(self, question: Callable[..., Any], *of: Any) -> Any:
        """Return what the tracker answers; an error in it costs the energy and not the trial, and is told."""
        if self.broken:
            return None
        try:
            return question(*of)
        except Exception as error:  # noqa: BLE001 - it reads files and drivers of machines that nobody here knows
            self.broken = error_in_a_line(error)
            return None

    def start(self) -> None:
        """Begin to measure."""
        self.asked(methodcaller("start"), self.tracker)

    def enter(self, phase: str) -> None:
        """Count what is used from here on as that of another phase."""
        self.so_far()
        self.phase = phase

    def so_far(self) -> Mapping[str, float]:
        """Return what has been used since the start, and go on."""
        self.asked(methodcaller("flush"), self.tracker)
        if self.broken:
            return {}
        found = valid(self.values(self.kept.last))[0]
        self.told |= found.keys()
        return found

    def stop(self) -> tuple[dict[str, float], dict[str, Any]]:
        """Stop, and return the metrics and the facts about them; what was said before and is not true is no number."""
        self.asked(methodcaller("stop"), self.tracker)
        hardware = getattr(self.tracker, "_hardware", ())
        final = None if self.broken else getattr(self.tracker, "final_emissions_data", None)
        metrics, problems = valid(self.values(final), working(hardware))
        if problems.get("energy_consumed") == MISSING and (reason := self.broken or self.complaints.first):
            problems["energy_consumed"] = f"{MISSING}: {reason}"
        told = energy_facts(self.intensity, metrics, problems, hardware)
        return metrics | dict.fromkeys(self.told - metrics.keys(), math.nan), told

    def values(self, data: EmissionsData | None) -> dict[str, float | None]:
        """Return what the tracker says, with what came since it was last asked counted to the phase."""
        if data is not None:
            before, used = self.phases.get(self.phase, 0.0), data.energy_consumed - self._seen
            # a sum that has fallen can never be true again: what comes later must not hide it
            self.phases[self.phase] = before + used if min(before, used) >= 0 else min(before, used)
            self._seen = data.energy_consumed
        return {name: getattr(data, name, None) for name in METRICS} | {
            f"energy_consumed_{phase}": energy for phase, energy in self.phases.items()
        }


@dataclass
class Idle:
    """What the machine draws when nothing is trained on it."""

    watts: float | None = None


IDLE = Idle()
"""Seen before the first trial, and known to every process forked later."""


def warm_up(folder: Path) -> None:
    """Have codecarbon look for the machine's parts now, and at what they draw: forked processes know both."""
    meter = EnergyMeter(Carbon(), folder)
    meter.start()
    time.sleep(IDLE_SECONDS)
    found, _ = meter.stop()
    if {"energy_consumed", "duration"} <= found.keys() and found["duration"] > 0:
        IDLE.watts = found["energy_consumed"] * JOULES / found["duration"]


def tracker_options(chosen: Intensity, folder: Path) -> Mapping[str, Any]:
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
        "log_level": LOUDNESS,
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


def energy_facts(
    chosen: Intensity, metrics: Mapping[str, float], problems: Mapping[str, str], hardware: Any
) -> dict[str, Any]:
    """Return what a reader must know of the numbers."""
    energy, emissions = metrics.get("energy_consumed"), metrics.get("emissions")
    return {
        "quality": quality(hardware) if energy else "invalid" if unfit(problems) else "unavailable",
        "scope": "machine",
        "library": "codecarbon",
        "cpu": mode(hardware, "CPU") or "not measured",
        "gpu": of_cards(hardware),
        "ram": "model",
        "idle_power": IDLE.watts,
        "country": chosen.country or "",
        "intensity_source": chosen.source,
        # nine digits: a quotient of two sums is not the same to the last bit in two trials
        "intensity": float(f"{1000 * emissions / energy:.9g}") if energy and emissions is not None else chosen.grams,
        **{f"invalid_{name}": reason for name, reason in problems.items()},
    }
