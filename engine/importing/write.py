"""Imported runs as journals: the warehouse reads them as it reads everything else."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from xp.engine.importing.agreement import disagreements
from xp.engine.importing.elsewhere import Total, Tracker
from xp.engine.importing.found import Found
from xp.engine.journal import FORMAT, Journal, events
from xp.engine.layout import AttemptLayout, Layout
from xp.engine.run.harvest import end_of

UNKNOWN = "unknown"

SEED = 0
"""No file says which seed it ran with; runs of one method are told apart by their place."""


@dataclass(frozen=True)
class Placed:
    """A run and its place in the experiment of imported runs."""

    found: Found
    experiment: str
    method: str
    model: str
    dataset: str
    seed: int

    @property
    def trial(self) -> str:
        """Return the id of the trial: a hash of what was imported, and of where it was put."""
        place = "\0".join((self.method, self.model, self.dataset, str(self.seed)))
        return hashlib.sha256(f"import\0{self.found.sha256}\0{place}".encode()).hexdigest()[:12]

    @property
    def context(self) -> dict[str, str]:
        """Return what has to be equal for two runs to be compared."""
        return {"model": self.model, "dataset": self.dataset}

    @property
    def label(self) -> str:
        """Return the name for people."""
        return f"{self.method} · {self.found.name} · seed {self.seed}"


def write_runs(layout: Layout, placed: Sequence[Placed]) -> list[Placed]:
    """Write the plan, then the journals of the runs that are not there yet, and return what was not there.

    The plan comes first: what an import that was killed did not get to is known by it, and is written by the next one.
    """
    known = {trial for name in {run.experiment for run in placed} for trial in planned_trials(layout, name)}
    unplanned = [run for run in placed if run.trial not in known]
    unwritten = [run for run in placed if not is_written(layout, run.trial)]
    if unplanned:
        write_plan(layout, unplanned)
    for run in unwritten:
        for half in layout.attempts(run.trial):
            shutil.rmtree(half.root)
        write_attempt(layout.new_attempt(run.trial), run)
    new = {run.trial for run in (*unplanned, *unwritten)}
    return [run for run in placed if run.trial in new]


def planned_trials(layout: Layout, experiment: str) -> set[str]:
    """Return the ids of the trials in the last plan of an experiment."""
    plan = last_plan(layout, experiment)
    return {trial["trial"] for trial in plan["trials"]} if plan else set()


def imported_totals(layout: Layout, experiment: str) -> dict[Tracker, Total]:
    """Return the latest totals of the trackers of codecarbon that an experiment has as a whole."""
    latest: dict[Tracker, Total] = {}
    for trial in planned_trials(layout, experiment):
        for attempt in layout.attempts(trial):
            if end_of(attempt) is None:
                continue
            begun = next(event for event in events(attempt.engine_journal) if event["event"] == "attempt")
            known = begun["imported"]
            for run, amounts in known.get("trackers", {}).items():
                total, tracker = Total(known["file"], None, amounts), (known["name"], run)
                if tracker not in latest or total.seconds > latest[tracker].seconds:
                    latest[tracker] = total
    return latest


def is_written(layout: Layout, trial: str) -> bool:
    """Tell whether a run was imported as a whole: the last thing that is written of it is how it ended."""
    return any(end_of(attempt) is not None for attempt in layout.attempts(trial))


def write_attempt(attempt: AttemptLayout, run: Placed) -> None:
    """Write what one run was and measured; times are those of the file where it has them."""
    found, now = run.found, time.time()
    began = now if found.started is None else found.started
    with Journal(attempt.journal(0)) as journal:
        for point in found.points:
            units = {name: unit for name, unit in found.units.items() if name in point.values}
            moment = began if point.time is None else point.time
            journal.append("metrics", t=moment, step=point.step, values=point.values, units=units)
        journal.append("facts", section="measurement", subject="import", values=import_facts(found))
        if found.energy:
            journal.append("facts", section="measurement", subject="energy", values=found.energy)
    with Journal(attempt.engine_journal) as journal:
        journal.append("attempt", t=began, **attempt_event(run, attempt))
        ended = now if found.seconds is None else began + found.seconds
        journal.append(
            "end", t=ended, state=found.state, reason=found.reason, seconds=found.seconds, evidence=found.evidence
        )


def import_facts(found: Found) -> dict[str, Any]:
    """Return what is known of an import besides its numbers."""
    said = {"note": "; ".join(found.notes), "disagreements": "; ".join(disagreements(found))}
    known = {"kind": found.kind, "file": found.files[0].name, "sha256": found.sha256, **found.facts}
    return known | {name: text for name, text in said.items() if text}


def attempt_event(run: Placed, attempt: AttemptLayout) -> dict[str, Any]:
    """Return the first event of the attempt."""
    return {
        "version": FORMAT,
        "trial": run.trial,
        "attempt": attempt.number,
        "experiment": run.experiment,
        "method": run.method,
        "label": run.label,
        "variant": {"method": run.method, **run.context},
        "context": run.context,
        "seed": run.seed,
        "settings": run.found.settings,
        "model": run.model,
        "dataset": run.dataset,
        "world_size": 1,
        "launch": "import",
        "contended": run.found.contended,
        "imported": {
            "kind": run.found.kind,
            "file": run.found.files[0].name,
            "name": run.found.name,
            "trackers": run.found.trackers,
        },
    }


def write_plan(layout: Layout, new: Sequence[Placed]) -> None:
    """Append a plan that has the runs of the last one and the new ones."""
    name = new[0].experiment
    before = last_plan(layout, name)
    trials = [*(before["trials"] if before else []), *(planned(run) for run in new)]
    for place, trial in enumerate(trials):
        trial["order"] = place
    methods = list(dict.fromkeys(trial["method"] for trial in trials))
    baseline = before["baseline"] if before else methods[0]
    for trial in trials:
        trial["baseline"] = baseline
    with Journal(layout.experiment_journal(name)) as journal:
        journal.append(
            "plan",
            version=FORMAT,
            name=name,
            description="Results of other programs",
            file=new[0].found.files[0].name,
            sha256=hashlib.sha256("".join(trial["trial"] for trial in trials).encode()).hexdigest(),
            text="",
            baseline=baseline,
            methods=[{"name": method, "description": "imported"} for method in methods],
            claims=[],
            trials=trials,
            excluded=[],
        )


def planned(run: Placed) -> dict[str, Any]:
    """Return a run as the trial of a plan."""
    return {
        "trial": run.trial,
        "method": run.method,
        "variant": {"method": run.method, **run.context},
        "context": run.context,
        "seed": run.seed,
        "label": run.label,
    }


def last_plan(layout: Layout, name: str) -> dict[str, Any] | None:
    """Return the last plan of an experiment, None where there is none."""
    plans: Iterable[dict[str, Any]] = events(layout.experiment_journal(name))
    return next((event for event in reversed(list(plans)) if event["event"] == "plan"), None)
