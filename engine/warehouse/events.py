"""From events to rows: what each line of a journal adds to which table. Pure."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xp.engine.warehouse.plans import Plan, plan
from xp.engine.warehouse.points import NO_STEP, Points
from xp.engine.warehouse.values import (
    canonical,
    instant,
    mapping,
    moment,
    text,
    text_and_meaning,
    text_and_number,
    whole_number,
)

if TYPE_CHECKING:
    from xp.engine.warehouse.bulk import Columns

STATES = ("completed", "failed", "oom", "diverged", "timeout", "interrupted")


@dataclass(slots=True)
class Source:
    """Where a line stands: which attempt and rank it speaks for."""

    attempt: int
    """Number of the attempt in the batch."""

    trial: str
    rank: int
    line: int = 0


class Batch:
    """Rows that are ready for the warehouse; keys of attempts and names are numbers of this batch until then."""

    def __init__(self) -> None:
        self.attempts: dict[tuple[str, int], int] = {}
        self.names: dict[tuple[str, str | None], int] = {}
        self.points = Points()
        self.rows: dict[str, dict[tuple[Any, ...], tuple[Any, ...]]] = {}
        """Table to primary key to the other columns: a later row of the same key replaces an earlier one."""

        self.plans: dict[str, Plan] = {}
        self.declared: dict[tuple[str, str], Any] = {}
        """Experiment and hash of a claim to the time of the first plan that has it."""

        self._series: dict[tuple[Any, ...], array[int]] = {}

    def attempt(self, trial: str, number: int) -> int:
        """Return the batch's number of an attempt."""
        return self.attempts.setdefault((trial, number), len(self.attempts))

    def name_numbers(self, values: dict[str, Any], units: dict[str, Any]) -> array[int]:
        """Return the batch's numbers of the metrics of a line; most lines have the names of one before."""
        key = (*values, None, *units.items())
        numbers = self._series.get(key)
        if numbers is None:
            pairs = [(name, units.get(name) or None) for name in values]
            numbers = array("i", [self.names.setdefault(pair, len(self.names)) for pair in pairs])
            self._series[key] = numbers
        return numbers

    def put(self, table: str, key: tuple[Any, ...], *values: Any) -> None:
        """Add a row, or replace the one of the same key."""
        self.rows.setdefault(table, {})[key] = values

    def add(self, source: Source, event: dict[str, Any]) -> None:
        """Add what an event of an attempt says; raises where it is not what that event should be."""
        kind = event["event"]
        if kind in HANDLERS:
            HANDLERS[kind](self, source, event)
        elif kind not in NOT_LOADED:
            raise ValueError(f"unknown event {kind!r}")

    def add_columns(self, source: Source, lines: Columns) -> None:
        """Add what many lines of metrics say."""
        numbers = [self.names.setdefault(pair, len(self.names)) for pair in lines.names]
        self.points.extend((source.attempt, source.rank), lines, numbers)

    def add_plan(self, event: dict[str, Any]) -> None:
        """Add what an experiment's journal says; raises where that is not a plan."""
        if event["event"] != "plan":
            raise ValueError(f"unknown event {event['event']!r}")
        name, found = plan(event)
        self.plans[name] = found
        for *_, claim_hash in found.tables["claim"]:
            self.declared.setdefault((name, claim_hash), moment(event))


def metrics(batch: Batch, source: Source, event: dict[str, Any]) -> None:
    """Add one point for each value."""
    time, step = instant(event), event.get("step")
    step = NO_STEP if step is None else whole_number(step)
    values, units = mapping(event["values"]), mapping(event.get("units") or {})
    names = batch.name_numbers(values, units)
    batch.points.add((source.attempt, source.rank), step, time, names, list(values.values()))


def start(batch: Batch, source: Source, event: dict[str, Any]) -> None:
    """Add what the engine says of an attempt when it starts it, and the trial's settings."""
    if event["trial"] != source.trial:
        raise ValueError(f"this is about trial {event['trial']}, the folder is that of {source.trial}")
    resumed, imported, boot = event.get("resumed"), event.get("imported"), event.get("boot")
    row = (
        *(text(event[name]) for name in ("experiment", "method", "label")),
        *(canonical(mapping(event[name])) for name in ("variant", "context")),
        whole_number(event["seed"]),
        *(text(event[name]) for name in ("model", "dataset")),
        whole_number(event["world_size"]),
        text(event["launch"]),
        bool(event["contended"]),
        text(boot) if boot else None,
        *(None if resumed is None else whole_number(resumed[key]) for key in ("attempt", "step")),
        None if imported is None else text(imported["kind"]),
        moment(event),
    )
    settings = mapping(event["settings"])
    batch.put("attempt_start", (source.attempt,), *row)
    read = text_and_number if imported is None else text_and_meaning
    for name, value in settings.items():
        batch.put("setting", (source.trial, name), *read(value))


def end(batch: Batch, source: Source, event: dict[str, Any]) -> None:
    """Add how an attempt ended."""
    if event["state"] not in STATES:
        raise ValueError(f"unknown state {event['state']!r}")
    seconds = None if event["seconds"] is None else float(event["seconds"])
    evidence = canonical(mapping(event.get("evidence") or {}))
    batch.put("attempt_end", (source.attempt,), moment(event), event["state"], text(event["reason"]), seconds, evidence)


def rank(batch: Batch, source: Source, event: dict[str, Any]) -> None:
    """Add a process of an attempt."""
    values = (whole_number(event["world_size"]), whole_number(event["pid"]), moment(event))
    batch.put("rank_start", (source.attempt, source.rank), *values)


def done(batch: Batch, source: Source, event: dict[str, Any]) -> None:
    """Add that a rank wrote its last line."""
    batch.put("rank_end", (source.attempt, source.rank), moment(event))


def facts(batch: Batch, source: Source, event: dict[str, Any]) -> None:
    """Add one row for each statement."""
    section, subject = text(event["section"]), text(event["subject"])
    units = mapping(event.get("units") or {})
    for place, (name, value) in enumerate(mapping(event["values"]).items()):
        key = (source.attempt, section, subject, name)
        batch.put("fact", key, place, *text_and_number(value), units.get(name))


def effective(batch: Batch, source: Source, event: dict[str, Any]) -> None:
    """Add the settings that were read back."""
    for name, value in mapping(event["values"]).items():
        batch.put("effective_setting", (source.attempt, source.rank, name), *text_and_number(value))


def artifact(batch: Batch, source: Source, event: dict[str, Any]) -> None:
    """Add a file."""
    values = (text(event["path"]), whole_number(event["bytes"]), text(event["sha256"]))
    batch.put("artifact", (source.attempt, source.rank, text(event["name"])), *values)


def sample(batch: Batch, source: Source, event: dict[str, Any]) -> None:
    """Add how busy the machine was at a moment; what could not be told then is left out."""
    time, units = moment(event), mapping(event.get("units") or {})
    for name, value in mapping(event["values"]).items():
        if value is not None:
            batch.put("sample", (source.attempt, name, time), float(value), units.get(name))


def member(batch: Batch, source: Source, event: dict[str, Any]) -> None:
    """Add what a member of a search did in a generation, and the settings it did it with."""
    key = (source.attempt, whole_number(event["generation"]), whole_number(event["member"]))
    donor, ends, score = event["donor"], event["to_step"], event["score"]
    row = (
        text(event["trial"]),
        text(event["action"]),
        None if donor is None else whole_number(donor),
        None if donor is None else text(event["donor_trial"]),
        None if event.get("checkpoint") is None else text(event["checkpoint"]),
        whole_number(event["from_step"]),
        None if ends is None else whole_number(ends),
        None if score is None else float(score),
        None if event["state"] is None else text(event["state"]),
    )
    batch.put("member", key, *row)
    operations = mapping(event["operations"])
    for place, (name, value) in enumerate(mapping(event["values"]).items()):
        batch.put("member_setting", (*key, name), place, *text_and_number(value), operations.get(name))


def failure(batch: Batch, source: Source, event: dict[str, Any]) -> None:
    """Add what a rank said went wrong."""
    step = None if event.get("step") is None else whole_number(event["step"])
    values = (text(event["kind"]), text(event["message"]), step, moment(event))
    batch.put("failure", (source.attempt, source.rank, source.line), *values)


HANDLERS = {
    "metrics": metrics,
    "attempt": start,
    "end": end,
    "rank": rank,
    "done": done,
    "facts": facts,
    "effective": effective,
    "artifact": artifact,
    "failure": failure,
    "member": member,
    "sample": sample,
}

NOT_LOADED = {"progress"}
"""Events for the live display."""
