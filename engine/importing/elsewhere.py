"""What of a file of codecarbon another file has as well: tasks, parts of a total, and totals of the same trackers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from xp.engine.importing.found import Totals
from xp.engine.importing.row import Row

Tracker = tuple[str, str]
"""The project of a tracker, and the id of its run."""


class Total(NamedTuple):
    """The last total of a tracker that a file has."""

    file: str
    path: Path | None
    """None where it was imported before."""

    amounts: Mapping[str, float]

    @property
    def seconds(self) -> float:
        """Return how long the tracker had run."""
        return self.amounts.get("duration", 0.0)


Earlier = Mapping[Tracker, Total]
"""The totals of trackers that were imported before."""


def is_task(row: Row) -> bool:
    """Tell whether a row is of a task, a part of what its tracker ran for."""
    return "task_name" in row.cells


def tracker_of(row: Row) -> Tracker | None:
    """Return the tracker of a row, None where it is not known."""
    run = row.cells.get("run_id", "")
    return (row.project, run) if run else None


@dataclass(frozen=True)
class Elsewhere:
    """Where else the trackers of some files are."""

    tasks: Mapping[str, str] = field(default_factory=dict)
    """The file of the tasks of a tracker whose total is in another one, among those of other trackers."""

    latest: Mapping[Tracker, Total] = field(default_factory=dict)
    """The latest total of each; of equal ones the first, as copies and files with other columns have the same again."""

    earlier: Earlier = field(default_factory=dict)

    def whole(self, found: Sequence[Row]) -> list[Row]:
        """Return the rows that are no part of another one."""
        return [row for row in found if not is_task(row) or row.cells.get("run_id") not in self.tasks]

    def place(self, row: Row, path: Path) -> Total | None:
        """Return where a row of a file counts instead: in an equal or a later total of its tracker."""
        tracker = tracker_of(row)
        total = (self.earlier if is_task(row) else self.latest).get(tracker) if tracker else None
        return total if total and total.path != path else None

    def rest(self, row: Row) -> Row:
        """Return a total without what of it was imported before."""
        tracker = tracker_of(row)
        known = self.earlier.get(tracker) if tracker else None
        return row.beyond(known.amounts) if known else row

    def notes(self, found: Sequence[Row], last: Sequence[Row], path: Path) -> Iterator[str]:
        """Yield which files have parts, or totals, of rows; *last* are the last ones of their trackers here."""
        for name in dict.fromkeys(self.tasks[row.run] for row in found if row.run in self.tasks):
            yield f"the tasks in {name} are parts of it, and are not counted again"
        places = {row.line: self.place(row, path) for row in last}
        for name in dict.fromkeys(total.file for total in places.values() if total):
            yield f"trackers of it have an equal or a later total in {name}, and count there"
        here = [tracker for row in last if not places[row.line] and (tracker := tracker_of(row)) in self.earlier]
        for name in dict.fromkeys(self.earlier[tracker].file for tracker in here if tracker):
            yield f"trackers of it went on after {name} was imported: what that has is not counted again"


def elsewhere(files: Mapping[Path, Sequence[Row]], earlier: Earlier) -> Elsewhere:
    """Return where trackers are that several files have, or files that were imported before."""
    every = [(path, row) for path, found in files.items() for row in found if row.cells.get("run_id")]
    latest = dict(earlier)
    for path, row in every:
        tracker = tracker_of(row)
        if tracker is None or row.energy is None or is_task(row):
            continue
        total = Total(path.name, path, row.amounts)
        if tracker not in latest or total.seconds > latest[tracker].seconds:
            latest[tracker] = total
    totals = {run for (_, run), total in latest.items() if total.path}
    tasks = {row.cells["run_id"]: path.name for path, row in every if is_task(row) and row.cells["run_id"] in totals}
    return Elsewhere(tasks, latest, earlier)


def amounts_by_run(last: Sequence[Row]) -> Totals:
    """Return the totals of the trackers that are known, by the ids of their runs."""
    return {tracker[1]: row.amounts for row in last if (tracker := tracker_of(row)) and not is_task(row)}
