"""One row of codecarbon: its numbers, each judged whether it can be true."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from xp.engine.importing.found import Span, refuse
from xp.engine.importing.overlap import span

KIND = "codecarbon"
"""Also what it calls a project that nobody gave a name."""

NEEDED = ("duration", "emissions", "energy_consumed")

PARTS = ("cpu_energy", "gpu_energy", "ram_energy")
"""What an energy is the sum of."""

AMOUNTS = {
    "energy_consumed": "kWh",
    **dict.fromkeys(PARTS, "kWh"),
    "emissions": "kg",
    "water_consumed": "L",
    "duration": "s",
}
"""What adds up over rows that follow each other, and its unit."""

READINGS = {
    "emissions_rate": "",
    "cpu_power": "",
    "gpu_power": "",
    "ram_power": "",
    "cpu_utilization_percent": "%",
    "gpu_utilization_percent": "%",
    "ram_utilization_percent": "%",
    "ram_used_gb": "GB",
}
"""What a row says of itself alone, and its unit; none where that is not the same in all versions of codecarbon."""

METRICS = AMOUNTS | READINGS

NUMBERS = ("pue", "wue", "ram_total_size", "longitude", "latitude")
"""Other columns that must hold numbers, or nothing."""

YES_OR_NO = {"Y", "N", ""}

MISSING = "no value"

LONGEST = 3.2e9
"""Seconds: a century."""


@dataclass(frozen=True)
class Row:
    """One line of the file."""

    line: int
    run: str
    """Who wrote it: the tracker's own id, or the line where it has none."""

    cells: Mapping[str, str]
    values: Mapping[str, float | str]
    """By metric; text says why a number cannot be true, and which it was."""

    end: float | None
    """Unix seconds, None where the time stamp cannot be read."""

    zoned: bool
    """Whether the time stamp says its zone."""

    spilled: bool
    """Whether more stands behind the named columns."""

    @property
    def project(self) -> str:
        """Return the project that it was measured for."""
        return self.cells.get("project_name") or KIND

    @property
    def energy(self) -> float | None:
        """Return the energy, kWh; None where there is none that can be believed."""
        return self.number("energy_consumed")

    @property
    def seconds(self) -> float | None:
        """Return how long the tracker ran, None where that is unknown."""
        return self.number("duration")

    @property
    def begin(self) -> float | None:
        """Return when the tracker started, Unix seconds."""
        return None if self.end is None or self.seconds is None else self.end - self.seconds

    @property
    def span(self) -> Span | None:
        """Return when it surely measured."""
        return None if self.begin is None or self.end is None else span(self.begin, self.end)

    def number(self, name: str) -> float | None:
        """Return a value that can be true, None where there is none."""
        value = self.values.get(name)
        return value if isinstance(value, float) else None

    @property
    def amounts(self) -> dict[str, float]:
        """Return what adds up."""
        return {name: value for name in AMOUNTS if (value := self.number(name)) is not None}

    def beyond(self, known: Mapping[str, float]) -> Row:
        """Return a total of which a part is *known* without that part; a total that fell does not count."""
        if (self.energy or 0.0) < known.get("energy_consumed", 0.0):
            return self.fallen()
        rest = {name: max(0.0, value - known.get(name, 0.0)) for name, value in self.amounts.items()}
        return replace(self, values={**self.values, **rest})

    def fallen(self) -> Row:
        """Return the row with an energy that does not count, nor what follows from it."""
        energy = f"less than before: {self.cells['energy_consumed']}"
        return replace(self, values=consistent({**self.values, "energy_consumed": energy}, self.cells))


def parse_row(path: Path, line: int, cells: Mapping[str, str], *, spilled: bool) -> Row:
    """Return a line with its numbers read."""
    if cells.get("on_cloud", "") not in YES_OR_NO:
        raise refuse(f"on_cloud is Y or N, got {cells['on_cloud']!r}", path, line, "two lines glued into one?")
    numbers = {name: parse_number(path, line, name, cell) for name in (*METRICS, *NUMBERS) if (cell := cells.get(name))}
    values = {name: judge_number(name, numbers[name], cells[name]) for name in METRICS if name in numbers}
    time = moment(cells.get("timestamp", ""))
    return Row(
        line=line,
        run=tracker(cells) or f"line {line}",
        cells=cells,
        values=consistent({**dict.fromkeys(NEEDED, MISSING), **values}, cells),
        end=None if time is None else (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp(),
        zoned=time is not None and time.tzinfo is not None,
        spilled=spilled,
    )


def tracker(cells: Mapping[str, str]) -> str:
    """Return the id of a row whose tracker may have written running totals before; tasks are no running totals.

    Where there are run ids, the id of the experiment is none: unless somebody sets it, it is the same everywhere.
    """
    if "task_name" in cells:
        return ""
    return cells["run_id"] if "run_id" in cells else cells.get("experiment_id", "")


def parse_number(path: Path, line: int, name: str, cell: str) -> float:
    """Return a cell as a number."""
    try:
        return float(cell.replace("_", "?"))  # Python reads 1_000 as a number
    except ValueError:
        hint = "numbers have a decimal point, and nothing between their digits" if "," in cell else ""
        raise refuse(f"{name} should be a number, got {cell!r}", path, line, hint) from None


def judge_number(name: str, value: float, cell: str) -> float | str:
    """Return a number, or why it cannot be true: never a 0 in its place.

    >>> judge_number("emissions", 0.25, "0.25"), judge_number("emissions", -0.013, "-0.0130")
    (0.25, 'negative: -0.0130')
    >>> judge_number("duration", 1e10, "1e10")
    'more than a century: 1e10'
    """
    if not math.isfinite(value):
        return f"not a number: {cell}"
    if name == "duration" and value > LONGEST:
        return f"more than a century: {cell}"
    return f"negative: {cell}" if value < 0 else value


def consistent(values: Mapping[str, float | str], cells: Mapping[str, str]) -> dict[str, float | str]:
    """Return the values without an energy of which a part cannot be true, and without what follows from an energy."""
    kept = dict(values)
    part = next((name for name in PARTS if isinstance(kept.get(name), str)), None)
    if part and isinstance(kept["energy_consumed"], float):
        kept["energy_consumed"] = f"its {part} cannot be true: {cells['energy_consumed']}"
    if isinstance(kept["energy_consumed"], str):
        for name in ("emissions", "water_consumed"):
            if isinstance(kept.get(name), float):
                kept[name] = f"its energy is not valid: {cells[name]}"
    return kept


def moment(cell: str) -> datetime | None:
    """Return a time stamp, None where it is none."""
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        return None
