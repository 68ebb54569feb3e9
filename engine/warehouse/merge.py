"""Brings metric values into the warehouse: of several for one step the last one stays, and the last of all is noted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from xp.engine.warehouse.points import NO_STEP, Points

FEW = 50_000
"""Up to this many values go through DuckDB's appender: importing numpy would take longer."""

STAGE = """
create or replace temp table point (
    attempt_key integer,
    name_id smallint,
    rank smallint,
    step bigint,
    value double,
    valid tinyint,
    time bigint,
    place bigint
)
"""

STAGE_TEXTS = """
create or replace temp table invalid_point (
    attempt_key integer, name_id smallint, rank smallint, step bigint, text text, time bigint
)
"""

INSERT = """
insert into metric
select attempt_key, name_id, rank, nullif(step, $none), case when valid = 1 then coalesce(value, 'NaN') end, time
from point
"""
"""DuckDB takes a NaN of numpy for a missing value."""

INSERT_TEXTS = """
insert into invalid_metric
select attempt_key, name_id, rank, nullif(step, $none), text, time
from invalid_point
"""

REWOUND = """
create or replace temp table rewound as
select attempt_key, name_id, rank
from point
left join latest using (attempt_key, name_id, rank)
group by all
having count(*) > count(distinct point.step)
    or min(point.step) <= max(case when latest.time is not null then coalesce(latest.top_step, $none) end)
"""
"""The series that go back to a step they have had: only there can a value replace another."""

BEHIND = """
create or replace temp table rewound as
select attempt_key, name_id, rank
from point
join latest using (attempt_key, name_id, rank)
group by all
having min(point.step) <= max(coalesce(latest.top_step, $none))
"""
"""The same, where the series themselves only go on: nothing has to be counted then."""

DELETE = """
delete from metric where rowid in (
    select rowid
    from (
        select
            metric.rowid,
            row_number() over (partition by attempt_key, name_id, rank, step order by metric.rowid desc) as place
        from metric
        semi join rewound using (attempt_key, name_id, rank)
    )
    where place > 1
)
"""

LATEST = """
insert or replace into latest
with final as (
    select attempt_key, name_id, rank, max(place) as place, max(step) as top_step
    from point
    group by attempt_key, name_id, rank
)
select
    final.attempt_key,
    final.name_id,
    final.rank,
    nullif(point.step, $none),
    case when point.valid = 1 then coalesce(point.value, 'NaN') end,
    point.time,
    nullif(greatest(final.top_step, latest.top_step), $none)
from final
join point using (place)
left join latest on (latest.attempt_key, latest.name_id, latest.rank) = (final.attempt_key, final.name_id, final.rank)
"""


def merge(db: duckdb.DuckDBPyConnection, points: Points, keys: Sequence[int], names: Sequence[int]) -> None:
    """Store values; *keys* and *names* translate the batch's numbers of attempts and metrics."""
    steady = (stage if len(points) <= FEW else stage_many)(db, points, keys, names)
    none = {"none": NO_STEP}
    db.execute(BEHIND if steady else REWOUND, none)
    db.execute(INSERT, none)
    if db.execute("select 1 from rewound limit 1").fetchall():
        db.execute(DELETE)
    db.execute(LATEST, none)
    db.execute("drop table rewound")
    unstage(db)
    if points.texts:
        db.execute(STAGE_TEXTS)
        stage_texts(db, points, keys, names)
        db.execute(INSERT_TEXTS, none)
        db.execute("drop table invalid_point")


def stage(db: duckdb.DuckDBPyConnection, points: Points, keys: Sequence[int], names: Sequence[int]) -> bool:
    """Hand values to DuckDB row by row; False, because whether their steps only grow is for DuckDB to find out."""
    db.execute(STAGE)
    rows = enumerate(points.rows())
    with db.appender("point") as appender:
        appender.append_rows((keys[attempt], names[name], *row, place) for place, (attempt, name, *row) in rows)
    return False


def unstage(db: duckdb.DuckDBPyConnection) -> None:
    """Forget the values that were handed over, as a table or as arrays."""
    db.unregister("point")
    db.execute("drop table if exists point")


def stage_many(db: duckdb.DuckDBPyConnection, points: Points, keys: Sequence[int], names: Sequence[int]) -> bool:
    """Hand millions of values to DuckDB as arrays; tell whether the steps of each series only grow."""
    import numpy as np  # noqa: PLC0415 - a short load does not pay for it

    count = np.frombuffer(points.count, np.int32)
    valid = np.ones(len(points), np.int8)
    valid[list(points.texts)] = 0
    columns: dict[str, Any] = {
        "attempt_key": np.repeat(np.array(keys, np.int32)[np.frombuffer(points.attempt, np.int32)], count),
        "name_id": np.array(names, np.int16)[np.frombuffer(points.name, np.int32)],
        "rank": np.repeat(np.frombuffer(points.rank, np.int16), count),
        "step": np.repeat(np.frombuffer(points.step, np.int64), count),
        "value": np.frombuffer(points.value, np.float64),
        "valid": valid,
        "time": np.repeat(np.frombuffer(points.time, np.int64), count),
        "place": np.arange(len(points)),
    }
    db.register("point", columns)
    series = columns["attempt_key"].astype(np.int64) << 32 | columns["rank"].astype(np.int64) << 16 | columns["name_id"]
    order = np.argsort(series, kind="stable")
    return not ((np.diff(series[order]) == 0) & (np.diff(columns["step"][order]) <= 0)).any()


def stage_texts(db: duckdb.DuckDBPyConnection, points: Points, keys: Sequence[int], names: Sequence[int]) -> None:
    """Hand over what was recorded as a metric and is no number."""
    with db.appender("invalid_point") as appender:
        appender.append_rows((keys[attempt], names[name], *row) for attempt, name, *row in points.invalid())
