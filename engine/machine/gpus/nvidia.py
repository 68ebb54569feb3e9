"""GPUs of NVIDIA, asked through NVML."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pynvml as nvml

from xp.engine.machine.gpus.gpu import Facts, answered

FOR_POWER = nvml.nvmlClocksThrottleReasonSwPowerCap | nvml.nvmlClocksThrottleReasonHwPowerBrakeSlowdown
FOR_HEAT = nvml.nvmlClocksThrottleReasonHwThermalSlowdown | nvml.nvmlClocksThrottleReasonSwThermalSlowdown
"""Why clocks are below what was asked for, of those reasons that matter to a measurement."""

LINKS = 18
"""NVLinks that a GPU has at most."""

ON = {0: False, 1: True}

UNKNOWN = (nvml.NVMLError, UnicodeDecodeError)
"""What asking for something raises that a GPU or its driver does not know, or tells as no text."""


class Nvidia:
    """One GPU."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        said = answered([("name", lambda: as_text(nvml.nvmlDeviceGetName(handle)))], UNKNOWN)
        self.name = str(said.get("name", "GPU of NVIDIA"))

    def facts(self) -> Facts:
        """Return what it is; what its driver does not say is left out."""
        handle, clocks = self._handle, (nvml.NVML_CLOCK_SM, nvml.NVML_CLOCK_MEM)
        said = answered(
            [
                ("memory", lambda: nvml.nvmlDeviceGetMemoryInfo(handle).total),
                ("capability", lambda: ".".join(map(str, nvml.nvmlDeviceGetCudaComputeCapability(handle)))),
                ("power_limit", lambda: nvml.nvmlDeviceGetEnforcedPowerLimit(handle) / 1000),
                ("clock_limit", lambda: nvml.nvmlDeviceGetMaxClockInfo(handle, clocks[0])),
                ("memory_clock_limit", lambda: nvml.nvmlDeviceGetMaxClockInfo(handle, clocks[1])),
                ("persistence", lambda: ON[nvml.nvmlDeviceGetPersistenceMode(handle)]),
                ("ecc", lambda: ON[nvml.nvmlDeviceGetEccMode(handle)[0]]),
                ("mig", lambda: ON[nvml.nvmlDeviceGetMigMode(handle)[0]]),
                ("pcie", lambda: pcie(handle)),
                ("energy_counter", lambda: nvml.nvmlDeviceGetTotalEnergyConsumption(handle) >= 0),
                ("driver", lambda: as_text(nvml.nvmlSystemGetDriverVersion())),
            ],
            UNKNOWN,
        )
        units = {"memory": "B", "power_limit": "W", "clock_limit": "MHz", "memory_clock_limit": "MHz"}
        whole = {**said, "cuda": cuda(), "links": links(handle)}
        return {name: (value, units.get(name, "")) for name, value in whole.items()}

    def readings(self) -> dict[str, float]:
        """Return how busy it is; what its driver does not say is left out."""
        handle = self._handle
        said = answered(
            [
                ("percent", lambda: nvml.nvmlDeviceGetUtilizationRates(handle).gpu),
                ("memory_used", lambda: nvml.nvmlDeviceGetMemoryInfo(handle).used),
                ("power", lambda: nvml.nvmlDeviceGetPowerUsage(handle) / 1000),
                ("temperature", lambda: nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU)),
                ("clock", lambda: nvml.nvmlDeviceGetClockInfo(handle, nvml.NVML_CLOCK_SM)),
                ("memory_clock", lambda: nvml.nvmlDeviceGetClockInfo(handle, nvml.NVML_CLOCK_MEM)),
                ("reasons", lambda: nvml.nvmlDeviceGetCurrentClocksThrottleReasons(handle)),
            ],
            UNKNOWN,
        )
        reasons = said.pop("reasons", None)
        if reasons is not None:
            said |= {"throttled_power": bool(reasons & FOR_POWER), "throttled_heat": bool(reasons & FOR_HEAT)}
        return {name: float(value) for name, value in said.items()}


@contextmanager
def open_gpus() -> Iterator[list[Nvidia]]:
    """Give the GPUs that there are, none where there is no driver."""
    try:
        nvml.nvmlInit()
    except nvml.NVMLError:
        yield []
        return
    try:
        yield [Nvidia(handle) for handle in handles()]
    finally:
        nvml.nvmlShutdown()


def handles() -> list[Any]:
    """Return the GPUs that answer: one that has fallen off its bus is counted, and does not."""
    count, ask = nvml.nvmlDeviceGetCount(), nvml.nvmlDeviceGetHandleByIndex
    return [*answered([(str(index), partial(ask, index)) for index in range(count)], nvml.NVMLError).values()]


def as_text(value: bytes | str) -> str:
    """Return what NVML says as text: older bindings say it in bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def cuda() -> str | None:
    """Return the latest CUDA that the driver knows."""
    said = answered([("version", nvml.nvmlSystemGetCudaDriverVersion)], nvml.NVMLError)
    return f"{said['version'] // 1000}.{said['version'] % 1000 // 10}" if said else None


def pcie(handle: Any) -> str:
    """Return how it is connected to the processor."""
    speed, width = nvml.nvmlDeviceGetCurrPcieLinkGeneration(handle), nvml.nvmlDeviceGetCurrPcieLinkWidth(handle)
    return f"generation {speed}, {width} lanes"


def links(handle: Any) -> int:
    """Return the NVLinks that are in use."""
    ask = nvml.nvmlDeviceGetNvLinkState
    states = answered([(str(link), partial(ask, handle, link)) for link in range(LINKS)], nvml.NVMLError)
    return sum(states.values())
