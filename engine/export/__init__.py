"""What the warehouse holds, as files for other programs, and as tables of other databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb

from xp.dsl.errors import Problem, QueryError, did_you_mean
from xp.engine.answers import fresh
from xp.engine.export import mlflow, parquet
from xp.engine.forms.files import replacing
from xp.engine.warehouse import store

FORMS: Mapping[str, Callable[[duckdb.DuckDBPyConnection, Sequence[str], Path], str]] = {
    "parquet": parquet.write,
    "mlflow": mlflow.write,
}

FILES = (".csv", ".json", ".jsonl", ".parquet", ".arrow", ".md", ".html", ".xlsx", ".duckdb", ".db", ".zip")
"""Ends of names that are those of files."""


def write(folder: Path, results: Path, form: str, experiments: Sequence[str]) -> str:
    """Write some experiments, by default all, to a new folder; return what was written, for people."""
    if folder.suffix.lower() in FILES:
        hint = f"name a folder, such as {folder.stem!r}; an answer as a file: xp query NAME -o {folder.name}"
        raise QueryError(Problem("this is the name of a file, and a folder is written", str(folder), hint))
    if folder.exists() and not folder.is_dir():
        raise QueryError(Problem("this is no folder", str(folder), "name a new one"))
    if folder.is_dir() and any(folder.iterdir()):
        raise QueryError(Problem("the folder is not empty", str(folder), "name a new one"))
    layout = fresh(results)
    with store.open_file(layout.warehouse, read_only=True) as db, replacing(folder) as part:
        told = FORMS[form](db, chosen_experiments(db, experiments), part)
        if folder.is_dir():
            folder.rmdir()
    return f"wrote {folder}: {told}\n"


def chosen_experiments(db: duckdb.DuckDBPyConnection, wanted: Sequence[str]) -> list[str]:
    """Return the names of the experiments that are meant."""
    known = [name for (name,) in db.execute("select experiment from experiment order by experiment").fetchall()]
    if unknown := [name for name in wanted if name not in known]:
        raise QueryError(
            *(Problem(f"there is no experiment {name!r}", hint=did_you_mean(name, known)) for name in unknown)
        )
    return [name for name in known if name in wanted or not wanted]
