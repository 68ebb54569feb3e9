"""How long reports take to render from a warehouse of a thousand trials, pictures apart; and which questions take it.

python -m benchmarks.render [--trials 1000] [--questions]
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from itertools import product
from pathlib import Path
from typing import Any

from xp.engine.journal import FORMAT, Journal
from xp.engine.layout import Layout
from xp.engine.reports.rendering import Request, make
from xp.engine.warehouse.ask import session
from xp.engine.warehouse.load import load
from xp.queries import catalog
from xp.templates.render import names

ROUNDS = 3
METHODS = ("baseline", *(f"method-{number}" for number in range(1, 10)))
BATCHES = (4, 8, 16, 32, 64, 96, 128, 192, 256, 512)
STEPS = 20
START = 1.75e9
FINALS = {
    "train_peak_memory": 4e9,
    "train_steady_samples_per_second": 80.0,
    "train_runtime": 300.0,
    "train_device_seconds": 600.0,
    "parameter_memory": 5e8,
    "optimizer_state_memory": 1e9,
    "predict_rouge1": 45.0,
    "predict_rouge2": 22.0,
    "predict_rougeL": 35.0,
    "predict_rougeLsum": 40.0,
    "eval_loss": 1.8,
    "energy_consumed": 0.02,
    "emissions": 0.008,
}
UNITS = {"train_peak_memory": "B", "train_runtime": "s", "energy_consumed": "kWh", "emissions": "kg"}
ENVIRONMENT = {f"library-{number}": f"{number}.1.0" for number in range(30)} | {"platform": "Linux", "gpu_count": 1}
MODEL = {"family": "bart", "parameters": 139_000_000, "trainable_parameters": 139_000_000, "hidden_size": 768}
DATASET = {"train": 14732, "validation": 818, "test": 819, "source_words": 94.0, "target_words": 20.0}
ENERGY = {"quality": "counter", "intensity_source": "mean of the world", "intensity": 475}


def main() -> None:
    """Print the seconds of every report, or of every question."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--questions", action="store_true", help="Print the seconds of each saved query.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        layout = Layout(Path(folder) / "results")
        fill(layout, asked.trials)
        questions(layout) if asked.questions else reports(layout)


def reports(layout: Layout) -> None:
    """Print how long each report takes, where its numbers come from included."""
    print("| report | seconds | of the processors | kB | kB of provenance |")
    print("| :--- | ---: | ---: | ---: | ---: |")
    for name in names():
        request = Request(name, (), layout.root)
        made, before = make(request), time.process_time()
        taken = statistics.median(seconds(make, request) for _ in range(ROUNDS))
        busy = (time.process_time() - before) / ROUNDS
        sizes = " | ".join(f"{len(text) / 1000:.0f}" for text in (made.text, made.provenance))
        print(f"| `{name}` | {taken:.2f} | {busy:.2f} | {sizes} |", flush=True)


def questions(layout: Layout) -> None:
    """Print how long each saved query takes, the slowest first."""
    taken = {}
    with session(layout) as put:
        for name in catalog.names():
            query = catalog.find(name)
            if all(param.default != catalog.REQUIRED for param in query.params):
                taken[name] = seconds(put, query, query.values({}))
    for name, value in sorted(taken.items(), key=lambda pair: -pair[1]):
        print(f"| `{name}` | {value:.3f} |")


def seconds(work: Any, *told: Any) -> float:
    """Return how long *work* takes."""
    begin = time.perf_counter()
    work(*told)
    return time.perf_counter() - begin


def fill(layout: Layout, count: int) -> None:
    """Journal an experiment of so many trials, every measure of it, and load it."""
    variants = list(product(range(1, 1 + count // (len(METHODS) * len(BATCHES))), BATCHES, METHODS))
    trials = [trial(place, *variant) for place, variant in enumerate(variants)]
    effects = [(method, measure) for method in METHODS[1:] for measure in ("memory", "speed")]
    claims = [
        {"method": method, "measure": measure, "expectation": "reduces", "situational": False, "baseline": "baseline"}
        for method, measure in effects
    ]
    with Journal(layout.experiment_journal("many")) as journal:
        about = {"description": "", "file": "many.toml", "sha256": "0" * 64, "text": "", "baseline": "baseline"}
        methods = [{"name": name, "description": f"the method {name}"} for name in METHODS]
        many = {"methods": methods, "trials": trials, "claims": claims, "excluded": []}
        journal.append("plan", t=START, version=FORMAT, name="many", **about, **many)
    rng = random.Random(0)  # noqa: S311
    for each in trials:
        attempt(layout, each, rng)
    load(layout)


def trial(place: int, seed: int, batch: int, method: str) -> dict[str, Any]:
    """Return one trial as a plan has it."""
    context = {"model": "bart-base", "dataset": "samsum", "batch_size": batch}
    return {
        "trial": f"{place:012x}",
        "method": method,
        "variant": {**context, "method": method},
        "context": context,
        "seed": seed,
        "label": f"{method} · batch_size={batch} · seed {seed}",
        "order": place,
        "baseline": "baseline",
    }


def attempt(layout: Layout, planned: dict[str, Any], rng: random.Random) -> None:
    """Journal a completed attempt at a trial."""
    folder = layout.new_attempt(planned["trial"])
    settings = {"batch_size": planned["variant"]["batch_size"]} | {f"setting_{number}": number for number in range(30)}
    said = {key: planned[key] for key in ("trial", "method", "label", "variant", "context", "seed")}
    how = {"attempt": 1, "experiment": "many", "settings": settings, "world_size": 1, "launch": "plain"}
    named = {"model": "bart-base", "dataset": "samsum", "contended": False}
    with Journal(folder.engine_journal) as journal:
        journal.append("attempt", version=FORMAT, **said, **how, **named)
        journal.append("facts", section="environment", subject="", values=ENVIRONMENT, units={})
        journal.append("end", state="completed", reason="", seconds=300.0, evidence={})
    with Journal(folder.journal(0)) as journal:
        journal.append("rank", rank=0, world_size=1, pid=1)
        journal.append("facts", section="model", subject="bart-base", values=MODEL, units={})
        journal.append("facts", section="dataset", subject="samsum", values=DATASET, units={})
        journal.append("facts", section="measurement", subject="energy", values=ENERGY, units={"intensity": "g/kWh"})
        journal.append("effective", values=settings)
        for step in range(1, STEPS + 1):
            journal.append("metrics", step=step, values={"loss": 4 / step + rng.random() / 10}, units={"loss": "nats"})
        values = {name: value * rng.uniform(0.9, 1.1) for name, value in FINALS.items()}
        journal.append("metrics", step=None, values=values, units=UNITS)
        journal.append("done")


if __name__ == "__main__":
    main()
