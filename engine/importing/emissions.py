"""codecarbon: ``emissions.csv`` of any version, read by the names of its columns."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from xp.engine.importing.found import Found, Point, refuse

NEEDED = ("duration", "emissions", "energy_consumed")

NUMBERS = (*NEEDED, "emissions_rate", "cpu_power", "gpu_power", "ram_power", "cpu_energy", "gpu_energy", "ram_energy")
"""Columns that must hold numbers, or nothing."""

METRICS = {
    "energy_consumed": "kWh",
    "cpu_energy": "kWh",
    "gpu_energy": "kWh",
    "ram_energy": "kWh",
    "emissions": "kg",
    "duration": "s",
}
"""What is recorded of a row, and its unit."""

FACTS = (
    "country_iso_code",
    "country_name",
    "region",
    "cloud_provider",
    "cloud_region",
    "on_cloud",
    "os",
    "python_version",
    "codecarbon_version",
    "cpu_model",
    "cpu_count",
    "gpu_model",
    "gpu_count",
    "tracking_mode",
)

YES_OR_NO = {"Y", "N", ""}

LARGEST = "trackers that ran at the same time measured one machine: the largest of them counts"


@dataclass(frozen=True)
class Row:
    """One line of the file."""

    line: int
    run: str
    """Who wrote it: the tracker's own id, or the line where it has none."""

    cells: Mapping[str, str]
    values: Mapping[str, float | None]
    end: float | None
    """Unix seconds, None where the time stamp cannot be read."""

    @property
    def energy(self) -> float | None:
        """Return the energy, kWh; None where there is none that can be believed."""
        energy = self.values["energy_consumed"]
        return energy if energy is not None and math.isfinite(energy) and energy >= 0 else None

    @property
    def begin(self) -> float | None:
        """Return when the tracker started, unix seconds."""
        duration = self.values["duration"]
        return None if self.end is None or duration is None else self.end - duration


def is_emissions(header: Sequence[str]) -> bool:
    """Tell whether a header is codecarbon's."""
    return {"emissions", "energy_consumed"} <= set(header)


def read(path: Path) -> list[Found]:
    """Return one run for each project of the file."""
    projects: dict[str, list[Row]] = {}
    for row in rows(path):
        projects.setdefault(row.cells.get("project_name") or path.stem, []).append(row)
    return [project(path, name, found) for name, found in projects.items()]


def rows(path: Path) -> Iterator[Row]:
    """Yield the lines of the file, or say which one is odd."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = [name.strip() for name in next(reader, [])]
        lines = [(reader.line_num, cells) for cells in reader if cells]
    for line, cells in lines:
        if len(cells) != len(header):
            raise refuse(f"{len(cells)} fields, {len(header)} expected", path, line, "a line that was cut or glued")
    if missing := [name for name in NEEDED if name not in header]:
        raise refuse(f"not a file of codecarbon: no column {', '.join(missing)}", path, 1)
    for line, cells in lines:
        named = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if name}
        yield row(path, line, named)


def row(path: Path, line: int, cells: Mapping[str, str]) -> Row:
    """Return a line with its numbers read."""
    if cells.get("on_cloud", "") not in YES_OR_NO:
        raise refuse(f"on_cloud is Y or N, got {cells['on_cloud']!r}", path, line, "two lines glued into one?")
    values = {name: number(path, line, name, cells[name]) for name in NUMBERS if name in cells}
    run = cells.get("run_id") or cells.get("experiment_id") or f"line {line}"
    return Row(line, run, cells, values, instant(cells.get("timestamp", "")))


def number(path: Path, line: int, name: str, cell: str) -> float | None:
    """Return a cell as a number, None where it is empty."""
    if not cell:
        return None
    try:
        return float(cell)
    except ValueError:
        raise refuse(f"{name} should be a number, got {cell!r}", path, line) from None


def instant(cell: str) -> float | None:
    """Return a time stamp as unix seconds; one without a zone is taken as UTC."""
    try:
        time = datetime.fromisoformat(cell)
    except ValueError:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def project(path: Path, name: str, found: list[Row]) -> Found:
    """Return the energy of a project: running totals once, one machine once, and invalid rows not at all."""
    last = totals(found)
    valid = [row for row in last if row.energy is not None]
    groups = together(valid)
    counted = [max(group, key=lambda row: row.energy or 0.0) for group in groups]
    invalid = len(last) - len(valid)
    notes: list[str] = []
    if any(len(group) > 1 for group in groups):
        notes.append(f"{name}: {len(valid)} rows, {len(groups)} apart in time; {LARGEST}")
    if invalid:
        notes.append(f"{name}: {invalid} of {len(last)} invalid: a negative or missing energy is no energy")
    if len(last) < len(found):
        notes.append(f"{name}: {len(found) - len(last)} rows are running totals of a later one")
    if any(row.end is None for row in found):
        notes.append(f"{name}: time stamps without a date: overlaps cannot be seen")
    points = [Point(row.line, row.end, sums([row])) for row in counted]
    total = sums(counted)
    facts: dict[str, Any] = {key: cell for key in FACTS if (cell := found[-1].cells.get(key))}
    return Found(
        kind="codecarbon",
        name=name,
        files=(path,),
        points=(*points, Point(None, counted[-1].end if counted else None, total)),
        started=min((row.begin for row in counted if row.begin is not None), default=None),
        seconds=total.get("duration"),
        facts={**facts, "rows": len(found), "rows_counted": len(counted), "rows_invalid": invalid},
        units=METRICS,
        beside=tuple(path.parent.glob("*.bak")),
        notes=tuple(notes),
    )


def totals(found: Sequence[Row]) -> list[Row]:
    """Return the last row of each tracker: what it flushed before are running totals."""
    last: dict[str, Row] = {}
    for row in found:
        before = last.get(row.run)
        if before is None or (row.values["duration"] or 0.0) >= (before.values["duration"] or 0.0):
            last[row.run] = row
    return list(last.values())


def together(found: Sequence[Row]) -> list[list[Row]]:
    """Return the rows in groups that overlap in time; one whose time is unknown stands alone."""
    timed = sorted((row for row in found if row.begin is not None), key=lambda row: row.begin or 0.0)
    groups: list[list[Row]] = []
    until = -math.inf
    for row in timed:
        if (row.begin or 0.0) < until:
            groups[-1].append(row)
        else:
            groups.append([row])
        until = max(until, row.end or 0.0)
    return groups + [[row] for row in found if row.begin is None]


def sums(counted: Sequence[Row]) -> dict[str, float]:
    """Return the metrics of rows that follow each other, added up; what no row has is left out."""
    return {
        name: sum(values)
        for name in METRICS
        if (values := [value for row in counted if (value := row.values.get(name)) is not None])
    }
