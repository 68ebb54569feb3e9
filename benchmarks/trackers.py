"""One way to log into each tracker, and one to read it back; runs in whatever environment has the tracker.

python benchmarks/trackers.py TRACKER pace|count FOLDER
python benchmarks/trackers.py TRACKER log FOLDER CALLS SECONDS NUMBERS
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Log = Callable[[int, dict[str, float]], object]
"""Logs the metrics of a step, in one call where the tracker has such a one."""

RATE = 1000
"""Numbers a second, where a process is killed while it logs."""


def module(name: str) -> Any:
    """Return a module that is there in one environment only."""
    return importlib.import_module(name)


@contextmanager
def xp(folder: Path) -> Iterator[Log]:
    """Log into the journal of an attempt."""
    journal = module("xp.engine.journal").Journal(
        folder / "trials" / f"{os.getpid():012x}/attempt-1/journal/rank0.jsonl"
    )
    with journal:
        yield lambda step, values: journal.metrics(values, step)


@contextmanager
def mlflow(folder: Path) -> Iterator[Log]:
    """Log into MLflow's default store, a SQLite file."""
    tracker = module("mlflow")
    tracker.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    with tracker.start_run():
        yield lambda step, values: tracker.log_metrics(values, step=step)


@contextmanager
def trackio(folder: Path) -> Iterator[Log]:
    """Log into trackio's default store, a SQLite file."""
    os.environ["TRACKIO_DIR"] = str(folder)
    tracker = module("trackio")
    tracker.init(project="bench", name=f"run{os.getpid()}")
    yield lambda step, values: tracker.log(values, step=step)
    tracker.finish()


@contextmanager
def wandb(folder: Path) -> Iterator[Log]:
    """Log into W&B, offline."""
    tracker = module("wandb")
    run = tracker.init(project="bench", mode="offline", dir=str(folder), settings=tracker.Settings(silent=True))
    yield lambda step, values: run.log(values, step=step)
    run.finish()


@contextmanager
def aim(folder: Path) -> Iterator[Log]:
    """Log into Aim's RocksDB."""
    run = module("aim").Run(repo=str(folder), system_tracking_interval=None, log_system_params=False)
    yield lambda step, values: run.track(values, step=step)
    run.close()


@contextmanager
def sacred(folder: Path) -> Iterator[Log]:
    """Log into Sacred's folder of files, from within the function that it runs."""
    experiment = module("sacred").Experiment("bench", save_git_info=False)
    experiment.observers.append(module("sacred.observers").FileStorageObserver(folder / "runs"))
    work: list[Callable[[Log], object]] = []

    @experiment.main
    def body(_run: Any) -> None:
        work[0](lambda step, values: [_run.log_scalar(name, value, step) for name, value in values.items()])

    def within(inner: Callable[[Log], object]) -> None:
        work.append(inner)
        experiment.run()

    sacred.run = within  # type: ignore[attr-defined]
    yield lambda _step, _values: None


def logged(tracker: str, folder: Path, work: Callable[[Log], object]) -> None:
    """Let *work* log into a tracker."""
    with TRACKERS[tracker](folder) as log:
        if tracker == "sacred":
            sacred.run(work)  # type: ignore[attr-defined]
        else:
            work(log)


TRACKERS = {"xp": xp, "sacred": sacred, "trackio": trackio, "aim": aim, "wandb": wandb, "mlflow": mlflow}


def values(step: int, numbers: int) -> dict[str, float]:
    """Return so many metrics of a step; the first is the loss."""
    return {"loss" if place == 0 else f"metric{place}": (place + 1.0) / (step + 1) for place in range(numbers)}


def flat_out(calls: int, most: float, numbers: int) -> Callable[[Log], object]:
    """Return what calls so often, or for so many seconds, with so many numbers, and prints how many there were."""
    told = [values(step, numbers) for step in range(calls)]

    def work(log: Log) -> None:
        began, before = time.perf_counter(), time.process_time()
        for step, metrics in enumerate(told):
            log(step, metrics)
            if time.perf_counter() - began > most:
                break
        print(json.dumps({"points": (step + 1) * numbers, "began": began, "processor": before}), flush=True)

    return work


def paced(log: Log) -> None:
    """Log a thousand numbers a second for ever, telling after each that it was taken."""
    began = time.perf_counter()
    for step in range(10**9):
        log(step, values(step, 1))
        os.write(1, f"{step + 1}\n".encode())
        time.sleep(max(0.0, (step + 1) / RATE - (time.perf_counter() - began)))


def count(tracker: str, folder: Path) -> int:
    """Return how many numbers a process that comes later finds."""
    return {"xp": count_xp, "mlflow": count_mlflow, "trackio": count_trackio, "sacred": count_sacred}[tracker](folder)


def count_xp(folder: Path) -> int:
    """Ask the warehouse."""
    found = module("xp.engine.warehouse").open(folder).sql("select count(*) as n from metrics").rows()
    return int(found[0]["n"])


def count_mlflow(folder: Path) -> int:
    """Ask MLflow's client."""
    client = module("mlflow").MlflowClient(f"sqlite:///{folder}/mlflow.db")
    runs = [run.info.run_id for run in client.search_runs(["0"])]
    return sum(len(client.get_metric_history(run, "loss")) for run in runs)


def count_trackio(folder: Path) -> int:
    """Read its SQLite files."""
    sqlite = module("sqlite3")
    return sum(
        sqlite.connect(file).execute("select count(*) from metrics").fetchone()[0] for file in folder.rglob("bench*.db")
    )


def count_sacred(folder: Path) -> int:
    """Read its JSON files."""
    return sum(
        len(told["values"])
        for file in folder.rglob("metrics.json")
        for told in json.loads(file.read_text() or "{}").values()
    )


def main() -> None:
    """Do what the command line says."""
    tracker, action, place, *more = sys.argv[1:]
    folder = Path(place)
    folder.mkdir(parents=True, exist_ok=True)
    if action == "count":
        print(count(tracker, folder))
    elif action == "pace":
        logged(tracker, folder, paced)
    else:
        calls, seconds, numbers = more
        logged(tracker, folder, flat_out(int(calls), float(seconds), int(numbers)))
        print(json.dumps({"ended": time.perf_counter(), "processor": time.process_time()}), flush=True)


if __name__ == "__main__":
    main()
