"""Brings the scores of single examples into the warehouse: a Parquet file beside the journal that names it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from xp.dsl.errors import Problem
from xp.engine.layout import Layout
from xp.engine.warehouse.events import Batch

ARTIFACT = "scores"
"""The name under which a rank tells of the file."""

KEYS = ("split", "example")
NUMBERS = ("rouge1", "rouge2", "rougeL", "rougeLsum", "gen_len")

CLEAR = "delete from example_score where attempt_key = ?"

INSERT = """
insert into example_score
select ?, split, row_number() over (partition by split order by place) - 1, * exclude (split, place)
from scores
"""


def write_scores(db: duckdb.DuckDBPyConnection, layout: Layout, batch: Batch, keys: Sequence[int]) -> Iterator[Problem]:
    """Store the scores that a batch tells of; yield a problem for each file that is not there as it was written."""
    attempts = list(batch.attempts)
    for (number, _, name), (path, _, sha256) in batch.rows.get("artifact", {}).items():
        if name != ARTIFACT:
            continue
        file = layout.attempt(*attempts[number]).root / path
        try:
            scores = read_scores(file, sha256)
        except (OSError, ValueError, LookupError) as error:
            yield Problem(f"no scores of single examples: {error}", str(file))
            continue
        db.register("scores", scores)
        db.execute(CLEAR, [keys[number]])
        db.execute(INSERT, [keys[number]])
        db.unregister("scores")


def read_scores(file: Path, sha256: str) -> Any:
    """Return the columns of a file and the place of each row in it; raises where it is not what was written."""
    import pyarrow as pa  # noqa: PLC0415 - most loads have no use for it
    from pyarrow import parquet  # noqa: PLC0415

    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError("the file is not what its attempt wrote")
    types = pa.schema([(name, pa.string()) for name in KEYS] + [(name, pa.float64()) for name in NUMBERS])
    table = parquet.read_table(io.BytesIO(content)).select(types.names).cast(types)
    if any(table[name].null_count for name in KEYS):
        raise ValueError("an example without a name or a split")
    return table.append_column("place", pa.array(range(len(table))))
