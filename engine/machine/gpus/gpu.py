"""What can be asked of a GPU."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

Facts = dict[str, tuple[Any, str]]
"""Name to value and unit."""


class Gpu(Protocol):
    """One GPU."""

    name: str

    def facts(self) -> Facts:
        """Return what it is; what its driver does not say is left out."""

    def readings(self) -> dict[str, float]:
        """Return how busy it is; what its driver does not say is left out."""


READING_UNITS = {
    "percent": "%",
    "memory_used": "B",
    "power": "W",
    "temperature": "°C",
    "clock": "MHz",
    "memory_clock": "MHz",
    "throttled_power": "",
    "throttled_heat": "",
}
"""Names of readings to their units; what is throttled is 1, and 0 where it is not."""


def answered(
    questions: Iterable[tuple[str, Callable[[], Any]]], error: type[Exception] | tuple[type[Exception], ...]
) -> dict[str, Any]:
    """Return the answers to questions, without those that the driver refuses."""
    answers: dict[str, Any] = {}
    for name, ask in questions:
        try:
            answers[name] = ask()
        except error:
            continue  # this GPU or driver does not know it: a fact that is absent says so
    return answers
