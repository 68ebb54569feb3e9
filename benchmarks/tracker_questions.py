"""The same four questions to each tracker that can answer them; runs in whatever environment has the tracker.

python benchmarks/tracker_questions.py TRACKER fill FOLDER
python benchmarks/tracker_questions.py TRACKER best|group|pivot|curve FOLDER [AGAIN]

A thousand runs of ten methods, each with twenty finals and three histories of a thousand steps: three million numbers.
trackio takes them in bulk. MLflow would take some ten minutes for as many, so its runs are made by its client, and
their numbers are put straight into its tables.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

RUNS, STEPS = 1000, 1000
FINALS = ("rouge1", "rouge2", "runtime", "energy", *(f"final{place}" for place in range(16)))
HISTORIES = ("loss", "grad_norm", "learning_rate")
LONGEST = 20.0
"""Seconds after which a question is not asked again."""


def method(run: int) -> str:
    """Return the method of a run."""
    return f"m{run % 10}"


def finals(run: int) -> dict[str, float]:
    """Return what a run ended with."""
    rng = random.Random(run)  # noqa: S311 - numbers to store, not secrets
    return {name: rng.random() for name in FINALS}


def history(run: int) -> list[dict[str, float]]:
    """Return what a run said at each step."""
    rng = random.Random(-run)  # noqa: S311
    return [{name: round(4 * 0.999**step + rng.random(), 4) for name in HISTORIES} for step in range(STEPS)]


def module(name: str) -> Any:
    """Return a module that is there in one environment only."""
    return importlib.import_module(name)


def fill_xp(folder: Path) -> None:
    """Write journals, and load them."""
    layout = module("xp.engine.layout").Layout(folder)
    journal, form = module("xp.engine.journal").Journal, module("xp.engine.journal").FORMAT
    for run in range(RUNS):
        attempt = layout.new_attempt(f"{run:012x}")
        with journal(attempt.engine_journal) as file:
            named = {"trial": f"{run:012x}", "method": method(run), "label": str(run), "variant": {}, "context": {}}
            started = {"attempt": 1, "experiment": "e", "settings": {}, "world_size": 1, "launch": "plain"}
            rest = {"seed": run, "model": "m", "dataset": "d", "contended": False}
            file.append("attempt", version=form, **named, **started, **rest)
            file.append("end", state="completed", reason="", seconds=1.0, evidence={})
        with journal(attempt.journal(0)) as file:
            for step, values in enumerate(history(run)):
                file.append("metrics", step=step, values=values)
            file.append("metrics", step=None, values=finals(run))
    module("xp.engine.warehouse.load").load(layout)


def fill_trackio(folder: Path) -> None:
    """Log in bulk."""
    os.environ["TRACKIO_DIR"] = str(folder)
    storage = module("trackio.sqlite_storage").SQLiteStorage
    for run in range(RUNS):
        storage.bulk_log("bench", str(run), [*history(run), {"method": method(run), **finals(run)}])


def fill_mlflow(folder: Path) -> None:
    """Make the runs, and put their numbers into the tables that a log call writes."""
    client = module("mlflow").MlflowClient(f"sqlite:///{folder}/mlflow.db")
    made = [client.create_run("0", tags={"method": method(run)}).info.run_id for run in range(RUNS)]
    last = [(name, value, 0, 0, 0, key) for run, key in enumerate(made) for name, value in finals(run).items()]
    with closing(sqlite3.connect(folder / "mlflow.db")) as db, db:
        for run, key in enumerate(made):
            rows = [
                (name, value, step, key, step, 0)
                for step, values in enumerate(history(run))
                for name, value in values.items()
            ]
            last += [(name, value, step, step, 0, key) for name, value, step, *_ in rows[-len(HISTORIES) :]]
            db.executemany(
                "insert into metrics (key, value, timestamp, run_uuid, step, is_nan) values (?, ?, ?, ?, ?, ?)", rows
            )
        db.executemany(
            "insert into metrics (key, value, timestamp, step, is_nan, run_uuid) values (?, ?, ?, ?, ?, ?)",
            [row for row in last if row[0] in FINALS],
        )
        db.executemany(
            "insert into latest_metrics (key, value, timestamp, step, is_nan, run_uuid) values (?, ?, ?, ?, ?, ?)", last
        )


LATEST = (
    "select attempt.method, metric_name.name, latest.value from latest join metric_name using (name_id) "
    "join attempt using (attempt_key)"
)
XP = {
    "best": f"{LATEST} where name = 'rouge1' and isfinite(value) order by value desc limit 1",
    "group": f"select method, avg(value), stddev(value) from ({LATEST}) where name = 'rouge1' group by method",  # noqa: S608
    "pivot": f"pivot ({LATEST}) on name in {FINALS} using avg(value) group by method",
    "curve": (
        "select method, step, avg(value), stddev(value) from metric join metric_name using (name_id) "
        "join attempt using (attempt_key) where name = 'loss' group by method, step"
    ),
}

LOSS = "json_extract(metrics.metrics, '$.loss')"
FINAL = "json_extract(metrics, '$.{0}')"
TRACKIO = {
    "best": f"select run_name, {FINAL.format('rouge1')} as v from metrics where v is not null order by v desc limit 1",  # noqa: S608
    "group": (
        f"select json_extract(metrics, '$.method') as m, avg({FINAL.format('rouge1')}), "  # noqa: S608
        f"avg({FINAL.format('rouge1')} * {FINAL.format('rouge1')}) from metrics where m is not null group by m"
    ),
    "pivot": (
        "select json_extract(metrics, '$.method') as m, "  # noqa: S608
        + ", ".join(f"avg({FINAL.format(name)})" for name in FINALS)
        + " from metrics where m is not null group by m"
    ),
    "curve": (
        "with named as (select run_name, json_extract(metrics, '$.method') as m from metrics where m is not null) "  # noqa: S608
        f"select m, step, avg({LOSS}), avg({LOSS} * {LOSS}) from metrics join named using (run_name) "
        f"where {LOSS} is not null group by m, step"
    ),
}


def ask_xp(folder: Path, question: str) -> Callable[[], object]:
    """Return what asks in the sandbox of `xp query`, nothing loaded."""
    layout = module("xp.engine.layout").Layout(folder)
    query, ask = module("xp.queries.catalog").inline(XP[question]), module("xp.engine.warehouse.ask")
    held = ask.session(layout)
    answer = held.__enter__()
    return lambda: (held, answer(query, {}))


def ask_trackio(folder: Path, question: str) -> Callable[[], object]:
    """Return what asks in trackio's SQL."""
    os.environ["TRACKIO_DIR"] = str(folder)
    storage = module("trackio.sqlite_storage").SQLiteStorage
    return lambda: storage.query_project("bench", TRACKIO[question])


def ask_mlflow(folder: Path, question: str) -> Callable[[], object]:
    """Return what asks MLflow's search, and pandas for the rest."""
    tracker = module("mlflow")
    tracker.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    if question == "best":
        return lambda: tracker.search_runs(["0"], order_by=["metrics.rouge1 DESC"], max_results=1)
    if question == "curve":
        return mlflow_curve
    names = [f"metrics.{name}" for name in (FINALS if question == "pivot" else ("rouge1",))]
    how = "mean" if question == "pivot" else ["mean", "std"]
    return lambda: tracker.search_runs(["0"], max_results=5000).groupby("tags.method")[names].agg(how)


def mlflow_curve() -> object:
    """Fetch the history of every run, as its client allows, and let pandas do the rest."""
    tracker = module("mlflow")
    client = tracker.MlflowClient()
    found = tracker.search_runs(["0"], max_results=5000)
    rows = [
        (name, point.step, point.value)
        for key, name in zip(found["run_id"], found["tags.method"], strict=True)
        for point in client.get_metric_history(key, "loss")
    ]
    table = module("pandas").DataFrame(rows, columns=["method", "step", "loss"])
    return table.groupby(["method", "step"])["loss"].agg(["mean", "std"])


FILLS = {"xp": fill_xp, "trackio": fill_trackio, "mlflow": fill_mlflow}
ASKS = {"xp": ask_xp, "trackio": ask_trackio, "mlflow": ask_mlflow}


def main() -> None:
    """Do what the command line says."""
    tracker, action, place, *more = sys.argv[1:]
    folder = Path(place)
    if action == "fill":
        FILLS[tracker](folder)
        return
    ask = ASKS[tracker](folder, action)
    times: list[float] = []
    while len(times) <= (int(more[0]) if more else 0) and sum(times) < LONGEST:
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
    print(json.dumps({"warm": statistics.median(times[1:] or times)}))


if __name__ == "__main__":
    main()
