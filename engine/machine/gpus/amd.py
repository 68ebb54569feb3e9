"""GPUs of AMD, asked through ``amdsmi``, the library that comes with ROCm; without it there are none."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from xp.engine.machine.gpus.gpu import Facts, answered

ABSENT = (ImportError, OSError, KeyError)
"""What importing the library raises where it, or the driver below it, is not there."""

UNREADABLE = (KeyError, TypeError)
"""What reading an answer raises whose number is text (``N/A``), or has another name in this version of the library."""


class Amd:
    """One GPU."""

    def __init__(self, smi: Any, handle: Any) -> None:
        self._smi = smi
        self._handle = handle
        self._refusals = (smi.AmdSmiException, *UNREADABLE)
        said = answered([("name", lambda: smi.amdsmi_get_gpu_asic_info(handle)["market_name"])], self._refusals)
        self.name = str(said.get("name", "GPU of AMD"))

    def facts(self) -> Facts:
        """Return what it is; what its driver does not say is left out."""
        smi, handle = self._smi, self._handle
        said = answered(
            [
                ("memory", lambda: smi.amdsmi_get_gpu_memory_total(handle, smi.AmdSmiMemoryType.VRAM)),
                ("driver", lambda: str(smi.amdsmi_get_gpu_driver_info(handle)["driver_version"])),
                ("power_limit", lambda: smi.amdsmi_get_power_cap_info(handle)["power_cap"] / 1_000_000),
            ],
            self._refusals,
        )
        units = {"memory": "B", "power_limit": "W"}
        return {name: (value, units.get(name, "")) for name, value in said.items()}

    def readings(self) -> dict[str, float]:
        """Return how busy it is; what its driver does not say is left out."""
        smi, handle = self._smi, self._handle
        heat, now = smi.AmdSmiTemperatureType.HOTSPOT, smi.AmdSmiTemperatureMetric.CURRENT
        said = answered(
            [
                ("percent", lambda: smi.amdsmi_get_gpu_activity(handle)["gfx_activity"]),
                ("memory_used", lambda: smi.amdsmi_get_gpu_memory_usage(handle, smi.AmdSmiMemoryType.VRAM)),
                ("power", lambda: power(smi.amdsmi_get_power_info(handle))),
                ("temperature", lambda: smi.amdsmi_get_temp_metric(handle, heat, now)),
                ("clock", lambda: smi.amdsmi_get_clock_info(handle, smi.AmdSmiClkType.GFX)["clk"]),
                ("memory_clock", lambda: smi.amdsmi_get_clock_info(handle, smi.AmdSmiClkType.MEM)["clk"]),
            ],
            self._refusals,
        )
        return {name: float(value) for name, value in said.items() if isinstance(value, int | float)}


@contextmanager
def open_gpus() -> Iterator[list[Amd]]:
    """Give the GPUs that there are, none where there is no library or no driver."""
    try:
        smi = importlib.import_module("amdsmi")
    except ABSENT:
        yield []
        return
    try:
        smi.amdsmi_init()
    except smi.AmdSmiException:
        yield []
        return
    try:
        yield [Amd(smi, handle) for handle in smi.amdsmi_get_processor_handles()]
    finally:
        smi.amdsmi_shut_down()


def power(info: Any) -> Any:
    """Return the power in watts: cards differ in which of two numbers they know, the other one is text."""
    known = (info.get(name) for name in ("current_socket_power", "average_socket_power"))
    return next((value for value in known if isinstance(value, int | float)), None)
