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
select attempt_key, name_id, rank, nullif(step, $none), value, time
from point
"""

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
    point.value,
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
    """Hand millions of values to DuckDB by series, which take less then; tell whether the steps of each only grow."""
    import numpy as np  # noqa: PLC0415 - a short load does not pay for it
    import pyarrow as pa  # noqa: PLC0415

    from xp.engine.warehouse.arrow import column  # noqa: PLC0415

    attempt = np.array(keys, np.int32)[np.frombuffer(points.attempt, np.int32)]
    rank = np.frombuffer(points.rank, np.int16)
    count = np.frombuffer(points.count, np.int32)
    name = np.array(names, np.int16)[np.frombuffer(points.name, np.int32)]
    source = np.repeat(attempt.astype(np.int64) * 2**16 + rank, count)
    order = np.lexsort((name, source))
    line = np.repeat(np.arange(len(count)), count)[order]
    name, source, step = name[order], source[order], np.frombuffer(points.step, np.int64)[line]
    valid = np.ones(len(points), bool)
    valid[list(points.texts)] = False
    columns: dict[str, Any] = {
        "attempt_key": column(attempt[line]),
        "name_id": column(name),
        "rank": column(rank[line]),
        "step": column(step),
        "value": column(np.frombuffer(points.value, np.float64)[order], valid[order] if points.texts else None),
        "time": column(np.frombuffer(points.time, np.int64)[line]),
        "place": column(np.arange(len(points))),
    }
    db.register("point", pa.Table.from_arrays(list(columns.values()), names=list(columns)))
    same = (np.diff(source) == 0) & (np.diff(name) == 0)
    return not (same & (np.diff(step) <= 0)).any()


def stage_texts(db: duckdb.DuckDBPyConnection, points: Points, keys: Sequence[int], names: Sequence[int]) -> None:
    """Hand over what was recorded as a metric and is no number."""
    with db.appender("invalid_point") as appender:
        appender.append_rows((keys[attempt], names[name], *row) for attempt, name, *row in points.invalid())
