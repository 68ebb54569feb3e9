"""What a rank finds that was forked from the preloaded parent."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from xp.engine.layout import Layout

PARENT = """
import os, sys, tempfile, types
from xp.engine.launch import preload

tempfile.gettempdir()  # as libraries do while they are imported
worker = types.ModuleType("xp.engine.worker")
worker.run = lambda *_: print(tempfile.gettempdir(), os.environ["TMPDIR"]) or 0
sys.modules[worker.__name__] = worker
request = {"attempt": sys.argv[1], "world_size": 2, "threads": 1, "parent": os.getpid()}
preload.start(request, 1, close=())
os.wait(), os.wait()
"""


def test_each_attempt_has_temporary_files_of_its_own(tmp_path: Path) -> None:
    attempt = Layout(tmp_path).new_attempt("0" * 12)
    subprocess.run([sys.executable, "-c", PARENT, str(attempt.root)], stdout=subprocess.DEVNULL, check=True)
    assert [attempt.log(rank).read_text().split() for rank in (0, 1)] == [[str(attempt.scratch)] * 2] * 2
