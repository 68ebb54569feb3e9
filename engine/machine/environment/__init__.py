"""Facts of the machine and the software. No secrets: variables by allow-list, no names of users, hosts or remotes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xp.dsl.resources import Machine
from xp.engine.machine import nvme
from xp.engine.machine.environment import code, devices, hardware, software, system
from xp.engine.machine.gpus.gpu import Facts
from xp.engine.redaction import Redactor

PARTS = (
    system.facts,
    system.variables,
    hardware.cpu,
    hardware.memory,
    devices.gpus,
    software.libraries,
    software.torch_build,
    software.deepspeed_build,
    software.tools,
    code.command,
)
"""What is asked, in the order in which it is shown."""


def collect(folder: Path, results: Path | None = None) -> dict[str, dict[str, Any]]:
    """Return the facts by section, each as ``values`` and ``units`` of an event.

    *folder* is somewhere in the user's project, and *results* where trials leave what they make.
    """
    facts: Facts = {name: fact for part in PARTS for name, fact in part().items()}
    facts |= hardware.disk(folder) | code.git(folder, results)
    redacted = Redactor()
    return {
        "environment": {
            "values": {name: redacted(value) for name, (value, _) in facts.items()},
            "units": {name: unit for name, (_, unit) in facts.items() if unit},
        },
        "package": {"values": software.packages(), "units": {}},
    }


def machine() -> Machine:
    """Return the devices that trials can use, without initialising any."""
    count = devices.visible()
    cores = hardware.usable_cores()
    if count:
        return Machine(devices="cuda", count=count, cores=cores, lacks=nvme.what_is_missing)
    return Machine(devices="cpu", count=cores, lacks=nvme.what_is_missing)


def here() -> tuple[str | None, str | None]:
    """Return the names of this machine's processor and GPUs, as attempts record them."""
    return hardware.cpu_name(), devices.gpus().get("gpu", (None, ""))[0]
