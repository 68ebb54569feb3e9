"""From events to rows: what each line of a journal adds to which table. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from xp.engine.warehouse.points import NO_STEP, Points

STATES = ("completed", "failed", "oom", "diverged", "timeout", "interrupted")

LAST_SECOND = 32503680000
"""The year 3000: a later time is none."""


@dataclass(frozen=True)
class Source:
    """Where a line stands: which attempt and rank it speaks for."""

    attempt: int
    """Number of the attempt in the batch."""

    trial: str
    rank: int
    line: int


class Batch:
    """Rows that are ready for the warehouse; keys of attempts and names are numbers of this batch until then."""

    def __init__(self) -> None:
        self.attempts: dict[tuple[str, int], int] = {}
        self.names: dict[tuple[str, str | None], int] = {}
        self.points = Points()
        self.rows: dict[str, dict[tuple[Any, ...], tuple[Any, ...]]] = {}
        """Table to primary key to the other columns: a later row of the same key replaces an earlier one."""

        self.plans: dict[str, Plan] = {}

    def attempt(self, trial: str, number: int) -> int:
        """Return the batch's number of an attempt."""
        return self.attempts.setdefault((trial, number), len(self.attempts))

    def name(self, name: str, unit: str | None) -> int:
        """Return the batch's number of a metric."""
        return self.names.setdefault((name, unit), len(self.names))

    def put(self, table: str, key: tuple[Any, ...], *values: Any) -> None:
        """Add a row, or replace the one of the same key."""
        self.rows.setdefault(table, {})[key] = values

    def add(self, source: Source, event: Mapping[str, Any]) -> None:
        """Add what an event of an attempt says; raises where it is not what that event should be."""
        kind = event["event"]
        if kind == "metrics":
            metrics(self, source, event)
        elif kind in HANDLERS:
            HANDLERS[kind](self, source, event)
        elif kind not in NOT_LOADED:
            raise ValueError(f"unknown event {kind!r}")


@dataclass(frozen=True)
class Plan:
    """What an experiment's last plan says: rows of the tables that it replaces."""

    time: float
    tables: Mapping[str, list[tuple[Any, ...]]]


def metrics(batch: Batch, source: Source, event: Mapping[str, Any]) -> None:
    """Add one point for each value."""
    time, step = instant(event), step_of(event)
    units, values = mapping(event.get("units") or {}), mapping(event["values"])
    names = [batch.name(name, units.get(name) or None) for name in values]
    for name, value in zip(names, values.values(), strict=True):
        batch.points.add(source.attempt, name, source.rank, step, value, time)


def start(batch: Batch, source: Source, event: Mapping[str, Any]) -> None:
    """Add what the engine says of an attempt when it starts it, and the trial's settings."""
    if event["trial"] != source.trial:
        raise ValueError(f"this is about trial {event['trial']}, the folder is that of {source.trial}")
    row = (
        *(text(event[name]) for name in ("experiment", "method", "label")),
        *(canonical(mapping(event[name])) for name in ("variant", "context")),
        whole(event["seed"]),
        *(text(event[name]) for name in ("model", "dataset")),
        whole(event["world_size"]),
        text(event["launch"]),
        bool(event["contended"]),
        moment(event),
    )
    settings = mapping(event["settings"])
    batch.put("attempt_start", (source.attempt,), *row)
    for name, value in settings.items():
        batch.put("setting", (source.trial, name), *text_and_number(value))


def end(batch: Batch, source: Source, event: Mapping[str, Any]) -> None:
    """Add how an attempt ended."""
    if event["state"] not in STATES:
        raise ValueError(f"unknown state {event['state']!r}")
    seconds = None if event["seconds"] is None else float(event["seconds"])
    evidence = canonical(mapping(event.get("evidence") or {}))
    batch.put("attempt_end", (source.attempt,), moment(event), event["state"], text(event["reason"]), seconds, evidence)


def rank(batch: Batch, source: Source, event: Mapping[str, Any]) -> None:
    """Add a process of an attempt."""
    values = (whole(event["world_size"]), whole(event["pid"]), moment(event))
    batch.put("rank_start", (source.attempt, source.rank), *values)


def done(batch: Batch, source: Source, event: Mapping[str, Any]) -> None:
    """Add that a rank wrote its last line."""
    batch.put("rank_end", (source.attempt, source.rank), moment(event))


def facts(batch: Batch, source: Source, event: Mapping[str, Any]) -> None:
    """Add one row for each statement."""
    section, subject = text(event["section"]), text(event["subject"])
    units = mapping(event.get("units") or {})
    for place, (name, value) in enumerate(mapping(event["values"]).items()):
        key = (source.attempt, section, subject, name)
        batch.put("fact", key, place, *text_and_number(value), units.get(name))


def effective(batch: Batch, source: Source, event: Mapping[str, Any]) -> None:
    """Add the settings that were read back."""
    for name, value in mapping(event["values"]).items():
        batch.put("effective_setting", (source.attempt, source.rank, name), *text_and_number(value))


def artifact(batch: Batch, source: Source, event: Mapping[str, Any]) -> None:
    """Add a file."""
    values = (text(event["path"]), whole(event["bytes"]), text(event["sha256"]))
    batch.put("artifact", (source.attempt, source.rank, text(event["name"])), *values)


def failure(batch: Batch, source: Source, event: Mapping[str, Any]) -> None:
    """Add what a rank said went wrong."""
    step = None if event.get("step") is None else whole(event["step"])
    values = (text(event["kind"]), text(event["message"]), step, moment(event))
    batch.put("failure", (source.attempt, source.rank, source.line), *values)


HANDLERS = {
    "attempt": start,
    "end": end,
    "rank": rank,
    "done": done,
    "facts": facts,
    "effective": effective,
    "artifact": artifact,
    "failure": failure,
}

NOT_LOADED = {"progress"}
"""Events for the live display."""


def plan(event: Mapping[str, Any]) -> tuple[str, Plan]:
    """Return the name of an experiment and what its plan says."""
    name = text(event["name"])
    header = [text(event[key]) for key in ("description", "file", "sha256", "text", "baseline")]
    tables: dict[str, list[tuple[Any, ...]]] = {
        "experiment": [(name, *header, moment(event))],
        "method": [
            (name, text(item["name"]), place, text(item["description"])) for place, item in enumerate(event["methods"])
        ],
        "claim": [
            (
                name,
                *(text(item[key]) for key in ("method", "measure", "expectation")),
                bool(item["situational"]),
                text(item["baseline"]),
            )
            for item in event["claims"]
        ],
        "experiment_trial": [(name, place, *planned_trial(item)) for place, item in enumerate(event["trials"])],
        "excluded": [
            (name, place, canonical(mapping(item["variant"])), text(item["rule"]))
            for place, item in enumerate(event["excluded"])
        ],
    }
    return name, Plan(instant(event), tables)


def planned_trial(item: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return a trial of a plan as a row, without the experiment and its place."""
    variant = mapping(item["variant"])
    axes = {axis: value for axis, value in variant.items() if axis not in ("method", "model", "dataset")}
    return (
        text(item["trial"]),
        whole(item["order"]),
        *(text(item[key]) for key in ("method", "baseline", "label")),
        *(text_and_number(variant.get(key))[0] for key in ("model", "dataset")),
        ", ".join(f"{axis}={text_and_number(value)[0]}" for axis, value in axes.items()),
        canonical(variant),
        canonical(mapping(item["context"])),
        whole(item["seed"]),
    )


def instant(event: Mapping[str, Any]) -> float:
    """Return when an event was written, in seconds since 1970."""
    time = event["t"]
    if isinstance(time, bool) or not isinstance(time, int | float) or not 0 <= time < LAST_SECOND:
        raise ValueError(f"no time: {time!r}")
    return float(time)


def moment(event: Mapping[str, Any]) -> datetime:
    """Return when an event was written, as an instant."""
    return datetime.fromtimestamp(instant(event), UTC)


def step_of(event: Mapping[str, Any]) -> int:
    """Return the step of an event of metrics."""
    step = event.get("step")
    return NO_STEP if step is None else whole(step)


def whole(value: Any) -> int:
    """Return *value*, which must be a whole number of 64 bits."""
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) < value < 2**63:
        raise TypeError(f"no whole number: {value!r}")
    return value


def text(value: Any) -> str:
    """Return *value*, which must be text."""
    if not isinstance(value, str):
        raise TypeError(f"no text: {value!r}")
    return value


def mapping(value: Any) -> Mapping[str, Any]:
    """Return *value*, which must be a table."""
    if not isinstance(value, Mapping):
        raise TypeError(f"no table: {value!r}")
    return value


def canonical(value: Any) -> str:
    """Return JSON that is equal for equal values, whatever the order of keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def text_and_number(value: Any) -> tuple[str | None, float | None]:
    """Return a value as the text people know, and as a number where it is one.

    >>> text_and_number("3.10"), text_and_number(5e-05), text_and_number(False), text_and_number(None)
    (('3.10', None), ('5e-05', 5e-05), ('false', None), (None, None))
    """
    if value is None:
        return None, None
    if isinstance(value, str):
        return value, None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return canonical(value), None
    try:
        return repr(value), float(value)
    except OverflowError:
        return repr(value), None
