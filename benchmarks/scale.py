"""How the warehouse bears many numbers: loading, beside DuckDB reading the same journals; bytes a number; questions.

python -m benchmarks.scale [--points 100000000] [--journal 10000000]
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from xp.engine.journal import FORMAT, Journal
from xp.engine.layout import Layout
from xp.engine.warehouse import store
from xp.engine.warehouse.ask import session
from xp.engine.warehouse.load import load
from xp.queries import catalog

ROUNDS = 3
TRIALS = 1000
METHODS = ("baseline", *(f"m{number}" for number in range(1, 10)))
NAMES = 10
FINALS = (
    *("train_peak_memory", "train_steady_samples_per_second", "train_runtime", "train_device_seconds"),
    *("predict_rouge1", "eval_loss", "energy_consumed", "emissions"),
)

READ = """
create table point as
select filename, unnest(map_keys(said)) as name, step, unnest(map_values(said)) as value, t
from (
    select filename, t, step, "values" as said
    from read_ndjson(
        '{}',
        columns = {{t: 'DOUBLE', event: 'VARCHAR', step: 'BIGINT', "values": 'MAP(VARCHAR, DOUBLE)'}},
        filename = true
    )
    where event = 'metrics'
)
"""

CURVES = """
insert into metric
select attempt_key, name_id, 0, step, 4 * pow(0.999, step) + random(), 1750000000000 + step * 500
from attempt, metric_name, range({steps}) as steps(step)
where name like 'curve%' and attempt_key between {first} and {first} + 99
order by attempt_key, name_id, step
"""

LATEST = """
insert into latest
select attempt_key, name_id, rank, max(step), arg_max(value, step), max(time), max(step)
from metric
where step is not null
group by all
"""

QUESTIONS = {
    "last value of each trial and metric": (
        "select attempt_key, name, value from latest join metric_name using (name_id)"
    ),
    "pivot: a row per method, a column per metric": (
        "pivot (select method, name, value from latest join metric_name using (name_id) "
        "join attempt using (attempt_key) where isfinite(value)) on name using avg(value) group by method"
    ),
    "effects of every method on every measure": (
        "select method, measure, ratio, ratio_spread from method_effects order by all"
    ),
    "best trial": "select label, rouge1 from trials where isfinite(rouge1) order by rouge1 desc limit 1",
    "one curve of one trial": (
        "select step, value from metrics where trial = '000000000000' and name = 'curve0' order by step"
    ),
    "mean and spread of one curve over all trials": (
        "select step, avg(value), stddev(value) from metric join metric_name using (name_id) where name = 'curve0' "
        "group by step order by step"
    ),
    "highest of all numbers, one by one": "select max(value) from metric where isfinite(value)",
}


def seconds(work: Callable[..., object], *told: object) -> float:
    """Return how long something takes."""
    began = time.perf_counter()
    work(*told)
    return time.perf_counter() - began


def write_journals(layout: Layout, points: int, per_line: int) -> None:
    """Write rounded values of ten metrics for twenty trials, so many to a line."""
    rng = random.Random(0)  # noqa: S311 - numbers to store, not secrets
    steps = points // 20 // NAMES
    for trial in range(20):
        path = layout.new_attempt(f"{trial:012x}").journal(0)
        path.parent.mkdir(parents=True, exist_ok=True)
        t = 1.75e9
        with path.open("w") as file:
            for step in range(steps):
                t += 0.5 + 0.01 * rng.random()
                said = [f'"m{name}": {4 * 0.999**step + rng.gauss(0, 0.05):.4f}' for name in range(NAMES)]
                for first in range(0, NAMES, per_line):
                    values = ", ".join(said[first : first + per_line])
                    file.write(f'{{"t": {t:.6f}, "event": "metrics", "step": {step}, "values": {{{values}}}}}\n')


def read_by_duckdb(layout: Layout, path: Path) -> None:
    """Let DuckDB read the same journals into a table of one row per number."""
    with duckdb.connect(str(path)) as db:
        db.execute(READ.format(layout.root / "trials" / "*" / "attempt-1" / "journal" / "*.jsonl"))


def loading(points: int) -> None:
    """Print how fast journals are loaded, and what a number takes."""
    print("| metrics a line | loaded, numbers/s | read by DuckDB, numbers/s | ratio | bytes a number |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for per_line in (NAMES, 1):
        with tempfile.TemporaryDirectory() as folder:
            layout = Layout(Path(folder) / "results")
            write_journals(layout, points, per_line)
            places = [Path(folder) / f"{place}.duckdb" for place in range(ROUNDS)]
            theirs = statistics.median(seconds(read_by_duckdb, layout, place) for place in places)
            ours = statistics.median(seconds(anew, layout) for _ in places)
            size = layout.warehouse.stat().st_size / points
            print(
                f"| {per_line} | {points / ours:,.0f} | {points / theirs:,.0f} | {theirs / ours:.2f} | {size:.1f} |",
                flush=True,
            )


def anew(layout: Layout) -> None:
    """Load everything from the beginning."""
    layout.warehouse.unlink(missing_ok=True)
    load(layout)


def fill(layout: Layout, points: int) -> None:
    """Make a warehouse of a thousand trials with so many numbers."""
    rng = random.Random(0)  # noqa: S311
    trials = [
        {
            "trial": f"{place:012x}",
            "method": (method := METHODS[place % len(METHODS)]),
            "variant": {"method": method},
            "context": {},
            "seed": place // len(METHODS),
            "label": f"{method}, seed {place // len(METHODS)}",
            "order": place,
            "baseline": "baseline",
        }
        for place in range(TRIALS)
    ]
    plan = {
        "description": "",
        "file": "",
        "sha256": "",
        "text": "",
        "baseline": "baseline",
        "claims": [],
        "excluded": [],
    }
    methods = [{"name": name, "description": ""} for name in METHODS]
    with Journal(layout.experiment_journal("scale")) as journal:
        journal.append("plan", version=FORMAT, name="scale", methods=methods, trials=trials, **plan)
    for trial in trials:
        attempt = layout.new_attempt(str(trial["trial"]))
        with Journal(attempt.engine_journal) as journal:
            said = {key: trial[key] for key in ("trial", "method", "label", "variant", "context", "seed")}
            started = {"attempt": 1, "experiment": "scale", "settings": {}, "world_size": 1, "launch": "plain"}
            named = {"model": "m", "dataset": "d", "contended": False}
            journal.append("attempt", version=FORMAT, **said, **started, **named)
            journal.append("end", state="completed", reason="", seconds=1.0, evidence={})
        with Journal(attempt.journal(0)) as journal:
            values = {name: 0.5 + rng.random() for name in FINALS} | {f"curve{name}": 1.0 for name in range(NAMES)}
            journal.append("metrics", step=None, values=values)
            journal.append("done")
    load(layout)
    with store.open_file(layout.warehouse, read_only=False) as db:
        db.execute(
            "delete from latest using metric_name where latest.name_id = metric_name.name_id and name like 'curve%'"
        )
        for first in range(1, TRIALS + 1, 100):
            db.execute(CURVES.format(steps=points // TRIALS // NAMES, first=first))
        db.execute(LATEST)


def asking(points: int) -> None:
    """Print how long questions take."""
    with tempfile.TemporaryDirectory() as folder:
        layout = Layout(Path(folder) / "results")
        took = seconds(fill, layout, points)
        size = layout.warehouse.stat().st_size
        print(f"\n{points:,} numbers of {TRIALS:,} trials, {size / 1e9:.2f} GB, {size / points:.1f} bytes a number ")
        print(f"(random values), filled in {took:.0f} s; nothing new to load: {seconds(load, layout):.2f} s\n")
        print("| question | first, s | again, s |\n| :--- | ---: | ---: |")
        for name, sql in QUESTIONS.items():
            with session(layout) as ask:
                question = catalog.inline(sql)
                first, *again = (seconds(ask, question, {}) for _ in range(ROUNDS + 1))
            print(f"| {name} | {first:.3f} | {statistics.median(again):.3f} |", flush=True)


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=10_000_000, help="numbers in the warehouse that is asked")
    parser.add_argument("--journal", type=int, default=10_000_000, help="numbers in the journals that are loaded")
    chosen = parser.parse_args()
    loading(chosen.journal)
    asking(chosen.points)


if __name__ == "__main__":
    main()
