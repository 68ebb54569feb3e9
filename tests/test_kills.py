"""Killed at random moments, twenty times, a run ends as an undisturbed one: nothing lost, nothing twice, no orphan."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import psutil
import pytest

from tests.test_end_to_end import SPEC, sql, xp
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FOLDERS = 2
"""Results folders that are worked on at once: a killed engine's next one imports for seconds, on one core."""

KILLS = ("engine",) * 2 + ("parent",) * 2 + ("rank",) * 6
"""Who is killed in each of them, in an order and at moments that are drawn."""

LONGER = (
    SPEC.replace("max_steps = 6", "max_steps = 80")
    .replace("seed = [1, 2]", "seed = [1]")
    .replace("[matrix]", '[limits]\ncheckpoint_every = "0.2s"\nmax_retries = 3\n[matrix]')
)

LASTING = """
select trial, name, rank, step, value
from metrics
join attempts using (trial, attempt)
join standing using (trial, attempt_key)
where name in ('loss', 'eval_loss', 'eval_rouge1', 'predict_rouge1', 'predict_loss', 'learning_rate', 'grad_norm')
order by all
"""


HELD = "select state, rouge1, rouge2, loss, runtime, energy from trials"
COMPLETED = "select count(*) from attempts where state = 'completed'"


def completed(folder: Path) -> int:
    """Open the warehouse after a kill: a trial has all its numbers or none; return how many attempts are complete."""
    layout = Layout(folder / "results")
    if not layout.root.exists():
        return 0
    load(layout)
    with duckdb.connect(str(layout.warehouse), read_only=True) as db:
        for state, *numbers in db.execute(HELD).fetchall():
            assert [number is not None for number in numbers] == [state == "completed"] * len(numbers), state
        ((count,),) = db.execute(COMPLETED).fetchall()
    return int(count)


def lasting(folder: Path) -> list[dict[str, Any]]:
    """Return every number of the attempts that speak for their trials, those of time, memory and energy left out."""
    return sql(folder, LASTING)


def victims(engine: psutil.Process) -> dict[str, list[psutil.Process]]:
    """Return what can be killed: the engine, the parent that forks ranks, the ranks, whatever they were started by."""
    found: dict[str, list[psutil.Process]] = {"engine": [engine], "parent": [], "rank": []}
    with suppress(psutil.NoSuchProcess):
        for child in engine.children():
            if "xp.engine.launch.preload" in (words := child.cmdline()):
                found["parent"].append(child)
                found["rank"] += child.children()
            elif "xp.engine.launch.alone" in words:
                found["rank"].append(child)
    return found


def disturb(folder: Path, dice: random.Random, due: list[str]) -> None:
    """Run, and kill at random moments who is due, until the run is over or was killed itself."""
    command = [sys.executable, "-m", "xp.engine.cli.main", "run", "mini.toml"]
    family: set[psutil.Process] = set()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        engine = psutil.Process(run.pid)
        while due and attempt_begins(run, engine):
            time.sleep(dice.uniform(0.0, 2.0))
            if run.poll() is not None:
                break
            family.update(engine.children(recursive=True))
            if there := victims(engine)[due[-1]]:
                with suppress(psutil.NoSuchProcess):
                    dice.choice(there).kill()
                    if due.pop() == "engine":
                        break
        run.wait()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == [], "orphans"


def attempt_begins(run: subprocess.Popen[bytes], engine: psutil.Process) -> bool:
    """Wait until an attempt has begun, and tell whether one has: the run may be over."""
    deadline = time.monotonic() + 90
    while run.poll() is None:
        if victims(engine)["rank"]:
            return True
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return False


def disturbed(folder: Path, seed: int) -> None:
    """Run in spite of all kills, and go on to the end."""
    dice = random.Random(seed)  # noqa: S311 - a game, not a secret
    due = [*KILLS]
    dice.shuffle(due)
    before = 0
    while due:  # should all be complete by then, there are further trials beside the others
        more = f"seed = [1, {len(due) + 1}]" if (folder / "results").exists() else "seed = [1]"
        (folder / "mini.toml").write_text(LONGER.replace("seed = [1]", more))
        disturb(folder, dice, due)
        now = completed(folder)
        assert now >= before
        before = now
    (folder / "mini.toml").write_text(LONGER)
    xp("run", "mini.toml", folder=folder)


def test_twenty_kills_change_no_number(tmp_path: Path) -> None:
    calm, *wild = (tmp_path / name for name in ("calm", *(f"wild{place}" for place in range(FOLDERS))))
    for folder in (calm, *wild):
        folder.mkdir()
    (calm / "mini.toml").write_text(LONGER)
    with ThreadPoolExecutor(FOLDERS) as pool:
        killing = [pool.submit(disturbed, folder, place) for place, folder in enumerate(wild)]
        xp("run", "mini.toml", folder=calm)
        for one in killing:
            one.result()

    points = "select count(*) as n from metrics group by trial, attempt, name, rank, step having count(*) > 1"
    wanted = lasting(calm)
    trials = {row["trial"] for row in wanted}
    for folder in wild:
        assert [row for row in lasting(folder) if row["trial"] in trials] == wanted
        assert sql(folder, points) == []
