"""What is read of a machine, when it is written, and what becomes of a driver that does not answer."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from xp.engine.journal import events
from xp.engine.machine.gpus import amd
from xp.engine.measure import sampler, utilisation
from xp.engine.measure.utilisation import Instruments


class Card:
    """A GPU that says one thing."""

    name = "one"

    def facts(self) -> dict[str, tuple[Any, str]]:
        return {}

    def readings(self) -> dict[str, float]:
        return {"power": 250.0, "throttled_heat": 1.0}


def test_the_machine_is_read(tmp_path: Path) -> None:
    values = Instruments(tmp_path, [Card(), Card()]).read()
    assert 0 <= values["cpu_percent"] <= 100
    assert values["memory_used"] > 1e6
    assert (values["gpu0_power"], values["gpu1_throttled_heat"]) == (250.0, 1.0)
    assert {name: utilisation.unit_of(name) for name in ("disk_free", "gpu1_power")} == {
        "disk_free": "B",
        "gpu1_power": "W",
    }


def test_rates_are_those_since_the_reading_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = iter([{"disk_read": 100, "network_sent": 50}, {"disk_read": 700, "network_sent": 20}, {"disk_read": 700}])
    monkeypatch.setattr(utilisation, "counts", lambda: next(counted).items())
    times = iter([10.0, 12.0, 13.0])
    monkeypatch.setattr("xp.engine.measure.utilisation.time.monotonic", lambda: next(times))
    instruments = Instruments(tmp_path, [])
    assert instruments.rates() == {"disk_read": 300.0}  # the counter of the network was set back
    assert instruments.rates() == {"disk_read": 0.0}


def test_a_kernel_that_counts_no_disks_counts_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container of OpenVZ, where the watcher ended at its first look."""

    def uncounted() -> None:
        raise NotImplementedError("/proc/diskstats nor /sys/block filesystem are available on this system")

    card = SimpleNamespace(bytes_recv=7, bytes_sent=5)
    monkeypatch.setattr("psutil.disk_io_counters", uncounted)
    monkeypatch.setattr("psutil.net_io_counters", lambda **_: {"venet0": card, "lo": card})
    assert dict(utilisation.counts()) == {"network_received": 7, "network_sent": 5}


@pytest.mark.parametrize(("ends_after", "samples"), [(0, 0), (1, 1), (3, 3)])
def test_a_sample_is_written_every_so_often_and_one_at_the_end(tmp_path: Path, ends_after: int, samples: int) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) > ends_after

    sampler.watch(tmp_path / "machine.jsonl", 5.0, Instruments(tmp_path, []), wait)
    written = list(events(tmp_path / "machine.jsonl"))
    assert len(written) == samples
    assert waits == [sampler.SHORTEST, *[5.0] * samples]
    assert all(event["units"]["memory_used"] == "B" for event in written)


class SmiError(Exception):
    """What the library of AMD raises."""


def refuse(*_: Any) -> Any:
    raise SmiError


@pytest.fixture
def smi(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The library of AMD, as its documentation has it, with one card that does not know its clocks."""
    library = SimpleNamespace(
        AmdSmiException=SmiError,
        AmdSmiMemoryType=SimpleNamespace(VRAM=0),
        AmdSmiTemperatureType=SimpleNamespace(HOTSPOT=1),
        AmdSmiTemperatureMetric=SimpleNamespace(CURRENT=0),
        AmdSmiClkType=SimpleNamespace(GFX=0, MEM=4),
        amdsmi_init=lambda: None,
        amdsmi_shut_down=lambda: None,
        amdsmi_get_processor_handles=lambda: ["card"],
        amdsmi_get_gpu_asic_info=lambda _: {"market_name": "Instinct"},
        amdsmi_get_gpu_activity=lambda _: {"gfx_activity": 75},
        amdsmi_get_gpu_memory_usage=lambda *_: 2**30,
        amdsmi_get_gpu_memory_total=lambda *_: 2**36,
        amdsmi_get_power_info=lambda _: {"current_socket_power": "N/A", "average_socket_power": 310},
        amdsmi_get_power_cap_info=lambda _: {"power_cap": 500_000_000},
        amdsmi_get_gpu_driver_info=lambda _: {"driver_version": "6.1"},
        amdsmi_get_temp_metric=lambda *_: 61,
        amdsmi_get_clock_info=refuse,
    )
    monkeypatch.setitem(sys.modules, "amdsmi", library)
    return library


@pytest.mark.usefixtures("smi")
def test_a_card_of_amd_is_read_and_what_it_does_not_know_is_left_out() -> None:
    with amd.open_gpus() as (card,):
        assert card.name == "Instinct"
        assert card.readings() == {"percent": 75.0, "memory_used": 2.0**30, "power": 310.0, "temperature": 61.0}
        assert card.facts() == {"memory": (2**36, "B"), "driver": ("6.1", ""), "power_limit": (500.0, "W")}


@pytest.mark.parametrize("limit", [{"power_cap": "N/A"}, {"max_power_cap": 1}, "N/A"])
def test_a_power_limit_of_amd_that_is_no_number_is_left_out(smi: SimpleNamespace, limit: Any) -> None:
    smi.amdsmi_get_power_cap_info = lambda _: limit
    with amd.open_gpus() as (card,):
        assert card.facts() == {"memory": (2**36, "B"), "driver": ("6.1", "")}


def test_a_driver_of_amd_that_does_not_start_is_none(smi: SimpleNamespace) -> None:
    smi.amdsmi_init = refuse
    with amd.open_gpus() as found:
        assert found == []
