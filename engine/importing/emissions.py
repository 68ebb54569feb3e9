"""codecarbon: ``emissions.csv`` of any version, read by the names of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from xp.engine.importing.elsewhere import Earlier, Elsewhere, amounts_by_run, elsewhere, is_task
from xp.engine.importing.found import Found, Point, Span, refuse
from xp.engine.importing.overlap import largest_apart
from xp.engine.importing.row import AMOUNTS, KIND, METRICS, NEEDED, NUMBERS, Row, parse_row
from xp.engine.importing.table import read_lines

FACTS = (
    "country",
    "country_iso_code",
    "country_name",
    "region",
    "longitude",
    "latitude",
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
    "ram_total_size",
    "tracking_mode",
    "pue",
    "wue",
)
"""Columns that say where and on what it was measured."""

NAMES = ("timestamp", "project_name", "run_id", "experiment_id", "task_name")
"""Columns that tell the rows apart, and are not recorded."""

STAMP = re.compile(r"\d{4}-\d\d-\d\dT")
"""How a row begins: behind the end of another one, where the file had no line end there."""

SEEN = {"cpu_energy": ("cpu_model", "the processor"), "gpu_energy": ("gpu_model", "what the GPUs used")}
"""Parts that use energy whenever the machine runs, each with the column that says that it is there."""

MACHINE = ("cpu_model", "os")
"""Columns that differ only where machines do."""

NAMED = 3
"""Lines that are named."""

LARGEST = "trackers that ran at the same time measured one machine: the largest that do not overlap count"


def is_emissions(line: str) -> bool:
    """Tell whether the first line of a file is codecarbon's, whatever separates its names."""
    return {"emissions", "energy_consumed"} <= {name.strip('" ') for name in re.split("[,;|\t]", line.strip())}


def read_emissions(*paths: Path, earlier: Earlier = MappingProxyType({})) -> list[Found]:
    """Return one run for each project of each file; tasks of a tracker whose total is there are no runs.

    Of *earlier* imports nothing counts again.
    """
    files = {path: without_falls([*read_rows(path)]) for path in paths}
    if empty := [path for path, found in files.items() if not found]:
        raise refuse("only a header, and no rows", empty[0])
    others = elsewhere(files, earlier)
    return [
        run_of_project(path, name, found, others)
        for path, every in files.items()
        for name, found in projects(others.whole(every)).items()
    ]


def projects(found: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the rows of each project."""
    named: dict[str, list[Row]] = {}
    for one in found:
        named.setdefault(one.project, []).append(one)
    return named


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of the file, or say which one is odd."""
    (first, header), *table = read_lines(path)
    columns = [name.strip() for name in header]
    for line, cells in table:
        if len(cells) != len(columns):
            raise refuse(f"{len(cells)} fields, {len(columns)} expected", path, line, "a line that was cut or glued?")
    if missing := [name for name in NEEDED if name not in columns]:
        raise refuse(f"not a file of codecarbon: no column {', '.join(missing)}", path, first)
    if twice := sorted({name for name in columns if name and columns.count(name) > 1}):
        raise refuse(f"column {', '.join(twice)} is there twice", path, first)
    for line, cells in table:
        named = {name: cell.strip() for name, cell in zip(columns, cells, strict=True) if name}
        # the first one without a name is the index of a table
        spilled = any(cell.strip() for name, cell in zip(columns[1:], cells[1:], strict=True) if not name)
        yield parse_row(path, line, without_glued_row(path, line, named, spilled=spilled), spilled=spilled)


def without_glued_row(path: Path, line: int, cells: Mapping[str, str], *, spilled: bool) -> Mapping[str, str]:
    """Return the cells without a second row that is glued to the last of them and spills over the named columns."""
    name, last = list(cells.items())[-1]
    stamp = STAMP.search(last)
    if stamp and spilled:
        return {**cells, name: last[: stamp.start()]}
    if stamp and name in FACTS:
        raise refuse(f"{name} holds a time stamp, got {last!r}", path, line, "two lines glued into one?")
    return cells


def run_of_project(path: Path, name: str, found: list[Row], others: Elsewhere) -> Found:
    """Return the energy of a project: running totals once, one machine once, and invalid rows not at all."""
    last = totals(found)
    placed = {one.line: others.place(one, path) for one in last}
    here = [others.rest(one) for one in last if placed[one.line] is None]
    counted = counted_rows(here)
    total = sums(found, counted)
    seconds = total["duration"]
    doubts = tuple(doubts_of_total(found, here, counted))
    return Found(
        kind=KIND,
        name=name,
        files=(path,),
        points=(
            *(Point(row.line, row.end, row.values) for row in found),
            Point(None, counted[-1].end if counted else None, total),
        ),
        started=min((row.begin for row in counted or found if row.begin is not None), default=None),
        seconds=seconds if isinstance(seconds, float) else None,
        facts={
            **machine_facts(found),
            "rows": len(found),
            "rows_counted": len(counted),
            "rows_invalid": invalid(found, "energy_consumed"),
        },
        units={metric: unit for metric, unit in METRICS.items() if unit},
        beside=tuple(sorted(path.parent.glob("*.bak"))),
        spans=tuple(row.span for row in counted if row.span),
        energy={"note" if counted else "invalid_energy_consumed": "; ".join(doubts)} if doubts else {},
        trackers=amounts_by_run([one for one in last if placed[one.line] is None]),
        counted_in=() if here else tuple(dict.fromkeys(total.file for total in placed.values() if total)),
        notes=(*doubts, *notes(found, last), *others.notes(found, last, path)),
    )


def without_falls(found: Sequence[Row]) -> list[Row]:
    """Return the rows, with an energy below an earlier one of its tracker as none: a running total cannot fall."""
    most: dict[str, float] = {}
    fallen = set()
    known = [one for one in found if one.energy is not None and one.seconds is not None]
    for one in sorted(known, key=lambda one: one.seconds or 0.0):
        most[one.run] = max(most.get(one.run, 0.0), one.energy or 0.0)
        if most[one.run] != one.energy:
            fallen.add(one.line)
    return [one.fallen() if one.line in fallen else one for one in found]


def totals(found: Sequence[Row]) -> list[Row]:
    """Return the last row of each tracker that has an energy: what it flushed before are running totals."""
    last: dict[str, Row] = {}
    for one in found:
        before = last.get(one.run)
        if one.energy is not None and (before is None or (one.seconds or 0.0) >= (before.seconds or 0.0)):
            last[one.run] = one
    return list(last.values())


def counted_rows(last: Sequence[Row]) -> list[Row]:
    """Return the rows that count; one whose time is unknown does, and a task follows the other ones of its tracker."""
    machines: dict[tuple[str, ...], list[tuple[Row, Span]]] = {}
    for one in last:
        if one.span and not is_task(one):
            machines.setdefault(tuple(one.cells.get(name, "") for name in MACHINE), []).append((one, one.span))
    beside: set[int] = set()
    for timed in machines.values():
        kept = largest_apart([span for _, span in timed], [one.energy or 0.0 for one, _ in timed])
        beside |= {one.line for one, _ in timed} - {timed[place][0].line for place in kept}
    return [one for one in last if one.line not in beside]


def sums(found: Sequence[Row], counted: Sequence[Row]) -> dict[str, float | str]:
    """Return the amounts of rows that follow each other, added up; what no row of the file has is left out."""
    total: dict[str, float | str] = {}
    for name in AMOUNTS:
        if any(name in row.values for row in found):
            values = [value for row in counted if (value := row.number(name)) is not None]
            total[name] = sum(values) if values else "in no row that counts"
    return total


def machine_facts(found: Sequence[Row]) -> dict[str, float | str]:
    """Return what the rows say of the machine; what differs between them is listed."""
    told: dict[str, float | str] = {}
    for name in FACTS:
        said = list(dict.fromkeys(cell for row in found if (cell := row.cells.get(name))))
        if len(said) == 1 and name in NUMBERS:
            told[name] = float(said[0])
        elif said:
            told[name] = ", ".join(said)
    return told


def invalid(found: Sequence[Row], name: str) -> int:
    """Return how many rows have something that cannot be true in a column."""
    return sum(isinstance(row.values.get(name), str) for row in found)


def doubts_of_total(found: Sequence[Row], last: Sequence[Row], counted: Sequence[Row]) -> Iterator[str]:
    """Yield what is odd about the total."""
    if len(counted) < len(last):
        yield f"{len(last)} rows, {len(counted)} apart in time; {LARGEST}"
    if bad := [row for row in found if row.energy is None]:
        more = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
        yield f"{len(bad)} of {len(found)} invalid: line {bad[0].line}, {bad[0].values['energy_consumed']}{more}"
    for part, (sign, what) in SEEN.items():
        if silent := sum(row.number(part) == 0 and bool(row.cells.get(sign)) for row in counted):
            yield f"{part} is 0 in {silent} of {len(counted)} rows that count: {what} was not measured"
    believed = [row for row in found if row.energy is not None]
    for name in METRICS:
        if count := invalid(believed, name):
            yield f"{name} is invalid in {count} of {len(found)} rows"


def notes(found: Sequence[Row], last: Sequence[Row]) -> Iterator[str]:
    """Yield how the file was read, where that is not plain."""
    if earlier := sum(row.energy is not None for row in found) - len(last):
        yield f"rows that are running totals of a later one: {earlier}"
    if undated := [row for row in found if row.end is None]:
        yield f"time stamps without a date in {lines_of(undated)}: overlaps cannot be seen"
    if any(row.end is not None and not row.zoned for row in found):
        yield "time stamps without a zone are taken as UTC"
    if spilled := [row for row in found if row.spilled]:
        yield f"columns without a name are left out; a second row may be glued to {lines_of(spilled)}"
    if unread := [name for name in found[0].cells if name not in (*METRICS, *FACTS, *NAMES)]:
        yield f"columns that are not read: {', '.join(unread)}"


def lines_of(found: Sequence[Row]) -> str:
    """Return the lines of some rows, the first ones by their numbers."""
    first, more = ", ".join(str(row.line) for row in found[:NAMED]), len(found) - NAMED
    return f"line {first}{f' and {more} more' if more > 0 else ''}"
