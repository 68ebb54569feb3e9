"""Every table and view as Parquet: one folder each, divided by experiment as Hive does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from xp.dsl.quantity import plural
from xp.engine.warehouse import definitions

MEMBERS = "select distinct experiment_trial.experiment, {key} from experiment_trial join attempt using (trial)"


def write(db: duckdb.DuckDBPyConnection, experiments: Sequence[str], folder: Path) -> str:
    """Write all tables and views; return how many."""
    folder.mkdir()
    db.execute("set variable wanted = $names", {"names": list(experiments)})
    tables = definitions.schema(db)
    for name, columns in tables.items():
        select = by_experiment(name, list(columns))
        if select is None:
            copy(db, f'from "{name}"', folder / f"{name}.parquet")
        else:
            copy(db, select, folder / name, "partition_by (experiment)")
    return f"{len(tables)} tables and views of {plural(len(experiments), 'experiment')}"


def by_experiment(name: str, columns: Sequence[str]) -> str | None:
    """Return the rows of a table by experiment; None where a table is about all of them.

    Trials and attempts are shared: what belongs to one is written for each experiment that plans it.
    """
    planned = "experiment" in columns and ("attempt_key" not in columns or "position" in columns)
    wanted = "where experiment in getvariable('wanted')"
    if planned:
        return f'from "{name}" {wanted}'
    key = next((key for key in ("attempt_key", "trial") if key in columns), None)
    if key is None:
        return None
    members = MEMBERS.format(key=f"attempt.{key}")
    rest = "* exclude (experiment)" if "experiment" in columns else "*"
    own = f'(from "{name}" select {rest}) as own join ({members}) as member using ({key})'
    return f"from {own} select member.experiment, own.* {wanted}"


def copy(db: duckdb.DuckDBPyConnection, select: str, target: Path, *options: str) -> None:
    """Write the rows of a SELECT."""
    path = str(target).replace("'", "''")
    db.execute(f"copy ({select}) to '{path}' ({', '.join(['format parquet', *options])})")
