"""One thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warn", "missing"]


@dataclass(frozen=True)
class Finding:
    """What was found, why it matters, and what mends it."""

    name: str
    status: Status
    found: str
    why: str
    """What needs it."""

    mend: str = ""
    """The command that mends it, or what else does; empty where nothing has to, or can, be done."""

    basic: bool = False
    """Whether nothing trains without it, not even on a CPU."""

    @property
    def fatal(self) -> bool:
        """Whether nothing can train on this machine."""
        return self.basic and self.status == "missing"
