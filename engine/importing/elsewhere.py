"""What of a file of codecarbon another file has as well: tasks, parts of a total, and totals that went on there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xp.engine.importing.row import Row


def is_task(row: Row) -> bool:
    """Tell whether a row is of a task, a part of what its tracker ran for."""
    return "task_name" in row.cells


@dataclass(frozen=True)
class Elsewhere:
    """Where else the trackers of some files are, by the ids of their runs."""

    tasks: Mapping[str, str] = field(default_factory=dict)
    """The file of the tasks of a tracker whose total is in another one, among those of other trackers."""

    latest: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    """How long a tracker ran at most, and the file that says so: it begins another one when its columns change."""

    def whole(self, found: Sequence[Row]) -> list[Row]:
        """Return the rows that are no part of another one."""
        return [row for row in found if not is_task(row) or row.cells.get("run_id") not in self.tasks]

    def went_on(self, row: Row) -> bool:
        """Tell whether a later total of a row's tracker is in another file."""
        return not is_task(row) and self.latest.get(row.run, (0.0, ""))[0] > (row.seconds or 0.0)

    def notes(self, found: Sequence[Row], last: Sequence[Row]) -> Iterator[str]:
        """Yield which files have parts, or later totals, of rows; *last* are the last ones of their trackers here."""
        for name in dict.fromkeys(self.tasks[row.run] for row in found if row.run in self.tasks):
            yield f"the tasks in {name} are parts of it, and are not counted again"
        for name in dict.fromkeys(self.latest[row.run][1] for row in last if self.went_on(row)):
            yield f"trackers of it went on in {name}, and their totals count there"


def elsewhere(files: Mapping[Path, Sequence[Row]]) -> Elsewhere:
    """Return where trackers are that several files have."""
    every = [(path, row) for path, found in files.items() for row in found if row.cells.get("run_id")]
    totals = [
        (row.run, row.seconds or 0.0, path.name) for path, row in every if not is_task(row) and row.energy is not None
    ]
    latest: dict[str, tuple[float, str]] = {}
    for run, seconds, name in totals:
        latest[run] = max(latest.get(run, (0.0, "")), (seconds, name), key=lambda one: one[0])
    tasks = {row.cells["run_id"]: path.name for path, row in every if is_task(row) and row.cells["run_id"] in latest}
    return Elsewhere(tasks, latest)
