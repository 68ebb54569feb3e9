"""Ranks that start from nothing end with the engine that started them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil

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
