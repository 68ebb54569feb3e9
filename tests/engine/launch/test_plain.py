"""Ranks that start from nothing end with the engine that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from xp.engine.launch.plain import PlainLauncher
from xp.engine.layout import Layout

ENGINE = """
import sys, time
from pathlib import Path
from xp.engine.launch.plain import PlainLauncher
from xp.engine.layout import AttemptLayout
group = PlainLauncher(cpu=True).start(AttemptLayout(Path(sys.argv[1])), 2, 1)
print(*(process.pid for process in group.processes), flush=True)
time.sleep(60)
"""


def test_a_killed_engine_leaves_no_rank_behind(tmp_path: Path) -> None:
    attempt = Layout(tmp_path).new_attempt("0" * 12)
    with subprocess.Popen([sys.executable, "-c", ENGINE, str(attempt.root)], stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        ranks = [psutil.Process(int(pid)) for pid in one.stdout.readline().split()]
        one.kill()
    _, alive = psutil.wait_procs(ranks, timeout=10)
    assert alive == []


def test_each_attempt_has_temporary_files_of_its_own(tmp_path: Path) -> None:
    attempt = Layout(tmp_path).new_attempt("0" * 12)
    group = PlainLauncher(cpu=True).start(attempt, 2, 1)
    try:
        folders = {psutil.Process(process.pid).environ()["TMPDIR"] for process in group.processes}
    finally:
        os.killpg(group.leader, signal.SIGKILL)
        for process in group.processes:
            process.wait()
    assert folders == {str(attempt.scratch)}
    assert attempt.scratch.is_dir()
    assert attempt.scratch.is_relative_to(attempt.work), "which is removed at its end"
