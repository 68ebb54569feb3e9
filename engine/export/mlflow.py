"""Attempts as the runs of MLflow: a folder in the layout of its file store."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from xp.dsl.quantity import plural

STATUS = {"running": 1, "completed": 3, "interrupted": 5}
"""MLflow's numbers for running, finished and killed; anything else has failed."""

FAILED = 4

FOREIGN = re.compile(r"[^\w\-. :/]")
"""What a name in MLflow cannot hold."""

HOW = "take them in: mlflow migrate-filestore --source DIR --target sqlite:///mlflow.db"
"""MLflow shows the folder as it is only with MLFLOW_ALLOW_FILE_STORE=true in its environment."""

RUNS = """
select distinct on (attempts.attempt_key)
    attempts.attempt_key, attempts.trial, attempts.attempt, standing.label, standing.method,
    coalesce(standing.model, ''), coalesce(standing.dataset, ''), standing.seed, attempts.state, attempts.reason,
    coalesce(attempts.started, to_timestamp(0)), attempts.ended
from standing
join attempts using (trial)
where standing.experiment = $experiment
order by attempts.attempt_key
"""

POINTS = """
select metric_name.name, metric.rank, metric.time, metric.value, coalesce(metric.step, 0)
from metric
join metric_name using (name_id)
where metric.attempt_key = $key and metric.value is not null
order by metric_name.name, metric.rank, metric.time, metric.step
"""


@dataclass(frozen=True)
class Run:
    """One attempt."""

    attempt_key: int
    trial: str
    attempt: int
    label: str
    method: str
    model: str
    dataset: str
    seed: int
    state: str
    reason: str | None
    started: datetime
    ended: datetime | None

    @property
    def id(self) -> str:
        """The same attempt has the same id in every export."""
        return hashlib.sha256(f"{self.trial}/{self.attempt}".encode()).hexdigest()[:32]


def write(db: duckdb.DuckDBPyConnection, experiments: Sequence[str], folder: Path) -> str:
    """Write all attempts of some experiments; return how many."""
    (folder / ".trash").mkdir(parents=True)
    count = 0
    for name in experiments:
        number = str(int(hashlib.sha256(name.encode()).hexdigest()[:14], 16))
        runs = [Run(*row) for row in db.execute(RUNS, {"experiment": name}).fetchall()]
        meta = {"artifact_location": "", "creation_time": 0, "experiment_id": number, "last_update_time": 0}
        write_text(folder / number / "meta.yaml", yaml({**meta, "lifecycle_stage": "active", "name": name}))
        for run in runs:
            write_run(db, number, run, folder / number / run.id)
        count += len(runs)
    return f"{plural(count, 'attempt')} as runs\n{HOW}"


def write_run(db: duckdb.DuckDBPyConnection, experiment: str, run: Run, folder: Path) -> None:
    """Write one attempt."""
    write_text(folder / "meta.yaml", yaml(about(experiment, run)))
    (folder / "artifacts").mkdir()
    (folder / "metrics").mkdir()
    tags = {"mlflow.runName": run.label, "mlflow.source.type": "LOCAL", "mlflow.user": "", "xp.trial": run.trial}
    tags |= {"xp.attempt": str(run.attempt), "xp.state": run.state, "xp.reason": run.reason or ""}
    axes = {"method": run.method, "model": run.model, "dataset": run.dataset, "seed": str(run.seed)}
    for name, value in tags.items():
        write_text(folder / "tags" / name, value)
    params, metrics = {**axes, **settings(db, run)}, series(db, run)
    for name, file in told_apart(params).items():
        write_text(folder / "params" / file, params[name])
    for name, file in told_apart(metrics).items():
        write_text(folder / "metrics" / file, "".join(metrics[name]))


def about(experiment: str, run: Run) -> Mapping[str, Any]:
    """Return what MLflow keeps of a run itself."""
    return {
        "artifact_uri": "",
        "end_time": milliseconds(run.ended) if run.ended else None,
        "entry_point_name": "",
        "experiment_id": experiment,
        "lifecycle_stage": "active",
        "run_id": run.id,
        "run_name": run.label,
        "run_uuid": run.id,
        "source_name": "",
        "source_type": 4,
        "source_version": "",
        "start_time": milliseconds(run.started),
        "status": STATUS.get(run.state, FAILED),
        "tags": [],
        "user_id": "",
    }


def settings(db: duckdb.DuckDBPyConnection, run: Run) -> dict[str, str]:
    """Return the settings of a trial."""
    select = "select name, coalesce(value, '') from setting where trial = $trial order by name"
    return {name: value for name, value in db.execute(select, {"trial": run.trial}).fetchall() if name != "seed"}


def series(db: duckdb.DuckDBPyConnection, run: Run) -> dict[str, list[str]]:
    """Return the metrics of an attempt with their lines; those of other ranks than the first are named after them."""
    found: dict[str, list[str]] = {}
    for name, rank, time, value, step in db.execute(POINTS, {"key": run.attempt_key}).fetchall():
        found.setdefault(f"{name}.rank{rank}" if rank else name, []).append(f"{time} {value!r} {step}\n")
    return found


def milliseconds(time: datetime) -> int:
    """Return an instant as MLflow writes it."""
    return int(time.timestamp() * 1000)


def safe(name: str) -> str:
    """Return a name that MLflow reads, and that leads to no other folder.

    >>> safe("loss (val)"), safe("../f1@5"), safe("eval/rouge1")
    ('loss _val_', '_/f1_5', 'eval/rouge1')
    """
    parts = ["_" if part in ("", ".", "..") else part for part in FOREIGN.sub("_", name).split("/")]
    return "/".join(parts)


def told_apart(names: Iterable[str]) -> dict[str, str]:
    """Return a file for each name: what MLflow would take for another's, or for a folder, ends with a hash.

    >>> told_apart(["f1_5", "f1@5", "train", "train/loss"])
    {'f1_5': 'f1_5', 'f1@5': 'f1_5-d78748', 'train': 'train-116f54', 'train/loss': 'train/loss'}
    """
    files = {name: safe(name) for name in names}
    taken = Counter(files.values())
    folders = {file[:place] for file in taken for place, sign in enumerate(file) if sign == "/"}
    return {
        name: file if file not in folders and (file == name or taken[file] == 1) else f"{file}-{digest(name)}"
        for name, file in files.items()
    }


def digest(name: str) -> str:
    """Return what tells a name from all that look like it."""
    return hashlib.sha256(name.encode()).hexdigest()[:6]


def yaml(values: Mapping[str, Any]) -> str:
    """Return a flat mapping as YAML, of which JSON is a part."""
    return "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items())


def write_text(file: Path, text: str) -> None:
    """Write one file of the store."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")
