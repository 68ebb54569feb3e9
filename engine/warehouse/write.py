"""From rows to tables, inside the transaction of a load."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import duckdb

from xp.engine.warehouse.events import Batch
from xp.engine.warehouse.points import NO_STEP, Points
from xp.engine.warehouse.tail import Tail

FEW = 50_000
"""Up to this many points go through DuckDB's appender: importing numpy would take longer."""


class Target(NamedTuple):
    """Where rows of a batch go."""

    table: str
    columns: tuple[str, ...]
    key: int
    """How many of the columns identify a row."""

    of_attempt: bool = True
    """Whether the first column is the batch's number of an attempt."""

    action: str = "upsert"


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
    "fact": Target("fact", ("attempt_key", "section", "subject", "name", *VALUE, "unit"), 4),
    "artifact": Target("artifact", ("attempt_key", "rank", "name", "path", "bytes", "sha256"), 3),
    "failure": Target("failure", ("attempt_key", "rank", "line", "kind", "message", "step", "time"), 3),
}
"""In the order in which rows are written: a process starts before it ends."""

POINT = """
create or replace temp table point (
    attempt_key integer, name_id smallint, rank smallint, step bigint, value double, valid tinyint, time double
)
"""

INSERT_METRICS = f"""
insert into metric
select attempt_key, name_id, rank, nullif(step, {NO_STEP}), case when valid = 1 then value end, to_timestamp(time)
from point
"""

FIND_REWOUND = f"""
create or replace temp table rewound as
select attempt_key, name_id, rank
from point
left join latest using (attempt_key, name_id, rank)
group by all
having count(*) > count(distinct point.step)
    or min(point.step) <= max(case when latest.time is not null then coalesce(latest.top_step, {NO_STEP}) end)
"""

DELETE_REPLACED = """
delete from metric where rowid in (
    select rowid from (
        select metric.rowid, row_number() over (
            partition by attempt_key, name_id, rank, step order by metric.rowid desc
        ) as place
        from metric semi join rewound using (attempt_key, name_id, rank)
    )
    where place > 1
)
"""

UPSERT_LATEST = f"""
insert or replace into latest
with final as (
    select attempt_key, name_id, rank, max(rowid) as place, max(step) as top_step
    from point
    group by attempt_key, name_id, rank
)
select
    final.attempt_key,
    final.name_id,
    final.rank,
    nullif(point.step, {NO_STEP}),
    case when point.valid = 1 then point.value end,
    to_timestamp(point.time),
    nullif(greatest(final.top_step, latest.top_step), {NO_STEP})
from final
join point on point.rowid = final.place
left join latest on (latest.attempt_key, latest.name_id, latest.rank) = (final.attempt_key, final.name_id, final.rank)
"""


def write(db: duckdb.DuckDBPyConnection, tail: Tail) -> None:
    """Write everything that was read, and how far that was."""
    write_plans(db, tail.batch)
    keys = attempt_keys(db, tail.batch)
    for name, target in TARGETS.items():
        rows = [key + values for key, values in tail.batch.rows.get(name, {}).items()]
        if target.of_attempt:
            rows = [(keys[row[0]], *row[1:]) for row in rows]
        put(db, target, rows)
    if tail.batch.points:
        write_points(db, tail.batch.points, keys, name_ids(db, tail.batch))
    marks = [(path, mark.head, mark.bytes, mark.lines) for path, mark in tail.marks.items()]
    put(db, Target("journal", ("path", "head", "bytes", "lines"), 1), marks)
    bad = [(line.path, line.line, line.problem, line.text) for line in tail.bad]
    put(db, Target("bad_line", ("path", "line", "problem", "text"), 2), bad)


def put(db: duckdb.DuckDBPyConnection, target: Target, rows: Sequence[tuple[Any, ...]]) -> None:
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


def attempt_keys(db: duckdb.DuckDBPyConnection, batch: Batch) -> list[int]:
    """Return the keys of the batch's attempts, giving new ones to those that have none."""
    trials = [trial for trial, _ in batch.attempts]
    rows = db.execute("select trial, attempt, attempt_key from attempt where list_contains(?, trial)", [trials])
    known = {(trial, number): key for trial, number, key in rows.fetchall()}
    free = following(db, "attempt", "attempt_key")
    new = [attempt for attempt in batch.attempts if attempt not in known]
    known |= {attempt: free + place for place, attempt in enumerate(new)}
    put(
        db,
        Target("attempt", ("attempt_key", "trial", "attempt"), 1, action="insert"),
        [(known[attempt], *attempt) for attempt in new],
    )
    return [known[attempt] for attempt in batch.attempts]


def name_ids(db: duckdb.DuckDBPyConnection, batch: Batch) -> list[int]:
    """Return the ids of the batch's metrics; values in another unit than before are made invalid."""
    known = {name: (number, unit) for number, name, unit in db.execute("from metric_name").fetchall()}
    free = following(db, "metric_name", "name_id")
    changed: dict[str, tuple[int, str | None]] = {}
    for (name, unit), local in batch.names.items():
        number, before = known.get(name, (free + len(changed), None))
        if unit and before and unit != before:
            batch.points.refuse(local, unit)
        elif name not in known or (unit and not before):
            known[name] = changed[name] = (number, unit)
    rows = [(number, name, unit) for name, (number, unit) in changed.items()]
    put(db, Target("metric_name", ("name_id", "name", "unit"), 1), rows)
    return [known[name][0] for name, _ in batch.names]


def following(db: duckdb.DuckDBPyConnection, table: str, key: str) -> int:
    """Return the first number that no key of a table has reached."""
    row = db.execute(f"select coalesce(max({key}), 0) + 1 from {table}").fetchone()  # noqa: S608 - names of our own
    return int(row[0]) if row else 1


def write_points(db: duckdb.DuckDBPyConnection, points: Points, keys: list[int], names: list[int]) -> None:
    """Write the values, drop those that a later one of the same step replaces, and note the last ones."""
    db.execute(POINT)
    if len(points) <= FEW:
        with db.appender("point") as appender:
            appender.append_rows((keys[row[0]], names[row[1]], *row[2:]) for row in points.rows())
    else:
        stage_many(db, points, keys, names)
    db.execute(FIND_REWOUND)
    db.execute(INSERT_METRICS)
    if db.execute("select 1 from rewound limit 1").fetchone():
        db.execute(DELETE_REPLACED)
    db.execute(UPSERT_LATEST)
    db.execute("drop table point; drop table rewound")
    invalid = [
        (
            keys[points.attempt[row]],
            names[points.name[row]],
            points.rank[row],
            None if points.step[row] == NO_STEP else points.step[row],
            text,
            datetime.fromtimestamp(points.time[row], UTC),
        )
        for row, text in points.texts.items()
    ]
    columns = ("attempt_key", "name_id", "rank", "step", "text", "time")
    put(db, Target("invalid_metric", columns, 6, action="insert"), invalid)


def stage_many(db: duckdb.DuckDBPyConnection, points: Points, keys: list[int], names: list[int]) -> None:
    """Hand millions of values to DuckDB as the arrays that they are."""
    import numpy as np  # noqa: PLC0415 - a short load does not pay for it

    columns = {
        "attempt_key": np.array(keys, np.int32)[np.frombuffer(points.attempt, np.int32)],
        "name_id": np.array(names, np.int16)[np.frombuffer(points.name, np.int32)],
        "rank": np.frombuffer(points.rank, np.int16),
        "step": np.frombuffer(points.step, np.int64),
        "value": np.frombuffer(points.value, np.float64),
        "valid": np.frombuffer(points.valid, np.int8),
        "time": np.frombuffer(points.time, np.float64),
    }
    # DuckDB takes a NaN of numpy for a missing value
    db.execute(
        "insert into point select attempt_key, name_id, rank, step, coalesce(value, 'NaN'), valid, time from columns"
    )
    del columns
