"""The same three questions to each tracker that can answer them; runs in whatever environment has the tracker.

python benchmarks/tracker_questions.py TRACKER fill|best|group|pivot FOLDER

Runs have ten methods, six finals and a history. MLflow and trackio take in too slowly for a thousand runs of three
thousand numbers: theirs are fewer, which is in their favour.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FINALS = ("rouge1", "rouge2", "loss_final", "runtime", "energy", "memory")
SIZES = {"xp": (1000, 3000), "trackio": (200, 300), "mlflow": (100, 300)}
"""Runs, and numbers of each one's history."""

ROUNDS = 5


def method(run: int) -> str:
    """Return the method of a run."""
    return f"m{run % 10}"


def finals(run: int) -> dict[str, float]:
    """Return what a run ended with."""
    rng = random.Random(run)  # noqa: S311 - numbers to store, not secrets
    return {name: rng.random() for name in FINALS}


def history(run: int, steps: int) -> list[float]:
    """Return the losses of a run."""
    rng = random.Random(-run)  # noqa: S311
    return [round(4 * 0.999**step + rng.random(), 4) for step in range(steps)]


def module(name: str) -> Any:
    """Return a module that is there in one environment only."""
    return importlib.import_module(name)


def fill_xp(folder: Path, runs: int, steps: int) -> None:
    """Write journals, and load them."""
    layout = module("xp.engine.layout").Layout(folder)
    journal, form = module("xp.engine.journal").Journal, module("xp.engine.journal").FORMAT
    for run in range(runs):
        attempt = layout.new_attempt(f"{run:012x}")
        with journal(attempt.engine_journal) as file:
            named = {"trial": f"{run:012x}", "method": method(run), "label": str(run), "variant": {}, "context": {}}
            started = {"attempt": 1, "experiment": "e", "settings": {}, "world_size": 1, "launch": "plain"}
            rest = {"seed": run, "model": "m", "dataset": "d", "contended": False}
            file.append("attempt", version=form, **named, **started, **rest)
            file.append("end", state="completed", reason="", seconds=1.0, evidence={})
        lines = [
            f'{{"t": {1.75e9 + step}, "event": "metrics", "step": {step}, "values": {{"loss": {value}}}}}\n'
            for step, value in enumerate(history(run, steps))
        ]
        attempt.journal(0).write_text("".join(lines))
        with journal(attempt.journal(0)) as file:
            file.append("metrics", step=None, values=finals(run))
    module("xp.engine.warehouse.load").load(layout)


def fill_trackio(folder: Path, runs: int, steps: int) -> None:
    """Log in bulk."""
    os.environ["TRACKIO_DIR"] = str(folder)
    storage = module("trackio.sqlite_storage").SQLiteStorage
    for run in range(runs):
        rows: list[dict[str, Any]] = [{"loss": value} for value in history(run, steps)]
        storage.bulk_log("bench", str(run), [*rows, {"method": method(run), **finals(run)}])


def fill_mlflow(folder: Path, runs: int, steps: int) -> None:
    """Log in batches."""
    entities = module("mlflow.entities")
    client = module("mlflow").MlflowClient(f"sqlite:///{folder}/mlflow.db")
    for run in range(runs):
        made = client.create_run("0", tags={"method": method(run)}).info.run_id
        points = [entities.Metric("loss", value, 0, step) for step, value in enumerate(history(run, steps))]
        points += [entities.Metric(name, value, 0, 0) for name, value in finals(run).items()]
        for first in range(0, len(points), 1000):
            client.log_batch(made, metrics=points[first : first + 1000])


LATEST = (
    "select attempt.method, metric_name.name, latest.value from latest join metric_name using (name_id) "
    "join attempt using (attempt_key)"
)
XP = {
    "best": f"{LATEST} where name = 'rouge1' and isfinite(value) order by value desc limit 1",
    "group": f"select method, avg(value), stddev(value) from ({LATEST}) where name = 'rouge1' group by method",  # noqa: S608
    "pivot": f"pivot ({LATEST}) on name in {FINALS} using avg(value) group by method",
}

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
    names = [f"metrics.{name}" for name in (FINALS if question == "pivot" else ("rouge1",))]
    how = "mean" if question == "pivot" else ["mean", "std"]
    return lambda: tracker.search_runs(["0"], max_results=5000).groupby("tags.method")[names].agg(how)


FILLS = {"xp": fill_xp, "trackio": fill_trackio, "mlflow": fill_mlflow}
ASKS = {"xp": ask_xp, "trackio": ask_trackio, "mlflow": ask_mlflow}


def main() -> None:
    """Do what the command line says."""
    tracker, action, place = sys.argv[1:]
    folder = Path(place)
    if action == "fill":
        runs, steps = SIZES[tracker]
        FILLS[tracker](folder, runs, steps)
        print(json.dumps({"runs": runs, "points": runs * steps}))
        return
    ask = ASKS[tracker](folder, action)
    times = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
    print(json.dumps({"warm": statistics.median(times[1:])}))


if __name__ == "__main__":
    main()
