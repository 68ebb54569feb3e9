"""Killed at random moments, twenty times, a run ends as an undisturbed one: nothing lost, nothing twice, no orphan."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.test_end_to_end import SPEC, sql, xp

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

KILLS = 20

LONGER = (
    SPEC.replace("max_steps = 6", "max_steps = 80")
    .replace("seed = [1, 2]", "seed = [1]")
    .replace("[matrix]", '[limits]\ncheckpoint_every = "0.2s"\n[matrix]')
)

LASTING = """
select trial, name, rank, step, value
from metrics
join attempts using (trial, attempt)
join standing using (trial, attempt_key)
where name in ('loss', 'eval_loss', 'eval_rouge1', 'predict_rouge1', 'predict_loss', 'learning_rate', 'grad_norm')
order by all
"""


def lasting(folder: Path) -> list[dict[str, Any]]:
    """Return every number of the attempts that speak for their trials, those of time, memory and energy left out."""
    return sql(folder, LASTING)


def victims(engine: psutil.Process) -> dict[str, psutil.Process]:
    """Return what can be killed: the engine, the parent that forks ranks, one of its ranks."""
    found = {"engine": engine}
    with suppress(psutil.NoSuchProcess):
        for child in engine.children():
            if "xp.engine.launch.preload" in child.cmdline():
                found["parent"] = child
                found |= {f"rank{place}": rank for place, rank in enumerate(child.children())}
    return found


def disturb(folder: Path, dice: random.Random) -> str | None:
    """Run, kill somebody at a random moment, and return whom; None where the run was over before."""
    command = [sys.executable, "-m", "xp.engine.cli.main", "run", "mini.toml"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        engine = psutil.Process(run.pid)
        wait_for_ranks(run, engine)
        time.sleep(dice.uniform(0.0, 2.0))
        if run.poll() is not None:
            return None
        found = victims(engine)
        family = engine.children(recursive=True)
        whom = dice.choice(sorted(found))
        with suppress(psutil.NoSuchProcess):
            found[whom].kill()
        if whom != "engine":
            time.sleep(dice.uniform(0.0, 0.5))
            with suppress(ProcessLookupError):
                os.kill(run.pid, signal.SIGKILL)
        run.wait()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == [], f"orphans after the {whom} was killed"
    return whom


def wait_for_ranks(run: subprocess.Popen[bytes], engine: psutil.Process) -> None:
    """Wait until an attempt has begun, or the run is over."""
    deadline = time.monotonic() + 60
    while run.poll() is None and len(victims(engine)) <= 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_twenty_kills_change_no_number(tmp_path: Path) -> None:
    calm, wild = tmp_path / "calm", tmp_path / "wild"
    for folder in (calm, wild):
        folder.mkdir()
        (folder / "mini.toml").write_text(LONGER)
    xp("run", "mini.toml", folder=calm)
    dice = random.Random(5)  # noqa: S311 - a game, not a secret

    killed: list[str] = []
    for _ in range(3 * KILLS):
        whom = disturb(wild, dice)
        killed += [whom] if whom else []
        if len(killed) == KILLS:
            break
        if whom is None:  # all is complete: begin anew, beside what there is
            (wild / "mini.toml").write_text(LONGER.replace("seed = [1]", f"seed = [{len(killed) + 2}, 1]"))
    (wild / "mini.toml").write_text(LONGER)
    xp("run", "mini.toml", folder=wild)

    assert len(killed) == KILLS
    assert {"engine", "parent"} < set(killed)
    assert lasting(wild) == lasting(calm)
    points = "select count(*) as n from metrics group by trial, attempt, name, rank, step having count(*) > 1"
    assert sql(wild, points) == []
