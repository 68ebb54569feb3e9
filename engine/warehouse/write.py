"""From rows to tables, inside the transaction of a load."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal, NamedTuple

import duckdb

from xp.dsl.errors import Problem
from xp.dsl.measures import MEASURES
from xp.engine.layout import Layout
from xp.engine.warehouse.events import Batch
from xp.engine.warehouse.merge import merge
from xp.engine.warehouse.scores import write_scores
from xp.engine.warehouse.tail import Tail

MEASURED = {measure.metric: measure.unit for measure in MEASURES if measure.metric}
"""Metrics whose unit is known beforehand."""


MOST_NAMES = 2**15 - 1
"""Names of metrics that a warehouse can tell apart: their numbers are kept with every value, in two bytes."""


class Target(NamedTuple):
    """Where rows of a batch go."""

    table: str
    columns: tuple[str, ...]
    key: int
    """How many of the columns identify a row."""

    of_attempt: bool = True
    """Whether the first column is the batch's number of an attempt."""

    action: Literal["insert", "upsert", "update"] = "upsert"


VALUE = ("value", "number")

START = (
    "experiment",
    "method",
    "label",
    "variant",
    "context",
    "seed",
    "model",
    "dataset",
    "world_size",
    "launch",
    "contended",
    "boot",
    "resumed_attempt",
    "resumed_step",
    "imported",
    "started",
)

TARGETS = {
    "attempt_start": Target("attempt", ("attempt_key", *START), 1, action="update"),
    "attempt_end": Target(
        "attempt", ("attempt_key", "ended", "state", "reason", "seconds", "evidence"), 1, action="update"
    ),
    "rank_start": Target("rank", ("attempt_key", "rank", "world_size", "pid", "started"), 2),
    "rank_end": Target("rank", ("attempt_key", "rank", "done"), 2, action="update"),
    "setting": Target("setting", ("trial", "name", *VALUE), 2, of_attempt=False),
    "effective_setting": Target("effective_setting", ("attempt_key", "rank", "name", *VALUE), 3),
    "fact": Target("fact", ("attempt_key", "section", "subject", "name", "position", *VALUE, "unit"), 4),
    "artifact": Target("artifact", ("attempt_key", "rank", "name", "path", "bytes", "sha256"), 3),
    "member": Target(
        "member",
        (
            "attempt_key",
            "generation",
            "member",
            "training",
            "action",
            "donor",
            "donor_training",
            "checkpoint",
            "from_step",
            "to_step",
            "score",
            "state",
        ),
        3,
    ),
    "member_setting": Target(
        "member_setting",
        ("attempt_key", "generation", "member", "name", "position", *VALUE, "operation"),
        4,
    ),
    "sample": Target("sample", ("attempt_key", "name", "time", "value", "unit"), 3, action="insert"),
    "failure": Target("failure", ("attempt_key", "rank", "line", "kind", "message", "step", "time"), 3),
}
"""In the order in which rows are written: a process starts before it ends."""


def write(db: duckdb.DuckDBPyConnection, layout: Layout, tail: Tail) -> None:
    """Write everything that was read, and how far that was."""
    write_plans(db, tail.batch)
    keys = attempt_keys(db, tail.batch)
    for name, target in TARGETS.items():
        rows = [key + values for key, values in tail.batch.rows.get(name, {}).items()]
        if target.of_attempt:
            rows = [(keys[row[0]], *row[1:]) for row in rows]
        insert_rows(db, target, rows)
    tail.problems += write_scores(db, layout, tail.batch, keys)
    if tail.batch.points:
        merge(db, tail.batch.points, keys, name_ids(db, tail))
    marks = [(path, mark.head, mark.bytes, mark.lines) for path, mark in tail.marks.items()]
    insert_rows(db, Target("journal", ("path", "head", "bytes", "lines"), 1), marks)
    bad = [(line.path, line.line, line.problem, line.text) for line in tail.bad]
    insert_rows(db, Target("bad_line", ("path", "line", "problem", "text"), 2), bad)


def insert_rows(db: duckdb.DuckDBPyConnection, target: Target, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows whose keys differ."""
    if not rows:
        return
    key = list(target.columns[: target.key]) if target.action == "update" else None
    with db.appender(target.table, columns=list(target.columns), action=target.action, key=key) as appender:
        appender.append_rows(rows)


def write_plans(db: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """Replace what was known of the planned experiments."""
    for name, plan in batch.plans.items():
        for table, rows in plan.tables.items():
            db.execute(f"delete from {table} where experiment = ?", [name])  # noqa: S608 - a name of our own
            if rows:
                with db.appender(table) as appender:
                    appender.append_rows(rows)
    for (name, claim_hash), declared in batch.declared.items():
        db.execute("insert or ignore into declaration values (?, ?, ?)", [name, claim_hash, declared])


def attempt_keys(db: duckdb.DuckDBPyConnection, batch: Batch) -> list[int]:
    """Return the keys of the batch's attempts, giving new ones to those that have none."""
    trials = [trial for trial, _ in batch.attempts]
    rows = db.execute("select trial, attempt, attempt_key from attempt where list_contains(?, trial)", [trials])
    known = {(trial, number): key for trial, number, key in rows.fetchall()}
    free = following(db, "attempt", "attempt_key")
    new = [attempt for attempt in batch.attempts if attempt not in known]
    known |= {attempt: free + place for place, attempt in enumerate(new)}
    insert_rows(
        db,
        Target("attempt", ("attempt_key", "trial", "attempt"), 1, action="insert"),
        [(known[attempt], *attempt) for attempt in new],
    )
    return [known[attempt] for attempt in batch.attempts]


def name_ids(db: duckdb.DuckDBPyConnection, tail: Tail) -> list[int]:
    """Return the ids of the batch's metrics; values in another unit than before are made invalid.

    Values of names for which there is no id any more are left out.
    """
    rows = db.execute("select name, name_id, unit from metric_name").fetchall()
    known = {name: (number, unit) for name, number, unit in rows}
    free = following(db, "metric_name", "name_id")
    changed: dict[str, tuple[int, str | None]] = {}
    beyond: dict[int, str] = {}
    for (name, unit), local in tail.batch.names.items():
        if name not in known and free > MOST_NAMES:
            beyond[local] = name
            continue
        number, before = known.get(name, (free, MEASURED.get(name)))
        if unit and before and unit != before:
            tail.batch.points.refuse(local, unit)
            tail.problems.append(Problem(f"values of {name} in {unit}, not {before}: kept as text"))
        if name not in known or not before:
            known[name] = changed[name] = (number, before or unit)
            free = max(free, number + 1)
    news = [(name, number, unit) for name, (number, unit) in changed.items()]
    insert_rows(db, Target("metric_name", ("name", "name_id", "unit"), 1), news)
    if beyond:
        tail.batch.points.leave_out(beyond)
        tail.problems.append(too_many(set(beyond.values())))
    return [0 if local in beyond else known[name][0] for (name, _), local in tail.batch.names.items()]


def too_many(names: Collection[str]) -> Problem:
    """Return what is wrong with metrics that find no room."""
    message = (
        f"values of {len(names):,} metrics left out, such as {min(names)!r}: there is room for {MOST_NAMES:,} names"
    )
    return Problem(message, hint="give what changes all the time as the step of a metric, and not in its name")


def following(db: duckdb.DuckDBPyConnection, table: str, key: str) -> int:
    """Return the first number that no key of a table has reached."""
    ((number,),) = db.execute(f"select coalesce(max({key}), 0) + 1 from {table}").fetchall()  # noqa: S608 - our own names
    return int(number)
