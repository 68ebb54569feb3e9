"""Time since the machine started: the only clock that nobody sets, and whether two readings of it compare."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BOOT = Path("/proc/sys/kernel/random/boot_id")


def boot() -> str:
    """Return what tells one start of a machine from all others, nothing where the system does not say."""
    try:
        return BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def seconds_since(event: Mapping[str, Any], begun: Mapping[str, Any]) -> float:
    """Return the seconds since an event of an attempt, whose first event says which start of the machine it was in."""
    if "m" in event and boot() and begun.get("boot") == boot():
        return max(0.0, time.monotonic() - float(event["m"]))
    return max(0.0, time.time() - float(event["t"]))
