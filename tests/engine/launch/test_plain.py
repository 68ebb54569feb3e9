"""Ranks that start from nothing end with the engine that started them."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

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


def test_a_file_with_the_name_of_a_library_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tokenize.py").write_text("raise RuntimeError('of the user')\n")
    monkeypatch.chdir(tmp_path)
    attempt = Layout(tmp_path / "results").new_attempt("0" * 12)

    (rank,) = PlainLauncher(cpu=True).start(attempt, 1, 1).processes

    assert rank.wait(60) != 0, "the attempt has no trial"
    assert "trial.json" in attempt.log(0).read_text()
    assert "of the user" not in attempt.log(0).read_text()


def test_where_a_rank_cannot_be_started_the_others_are_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def one_only(*_: object, **how: Any) -> subprocess.Popen[bytes]:
        if started:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        started.append(start([sys.executable, "-c", "import time; time.sleep(600)"], **how))
        return started[0]

    monkeypatch.setattr("xp.engine.launch.plain.subprocess.Popen", one_only)
    with pytest.raises(OSError, match="Resource temporarily unavailable"):
        PlainLauncher(cpu=True).start(Layout(tmp_path).new_attempt("0" * 12), 2, 1)
    assert [process.returncode for process in started] == [-signal.SIGKILL]


def environment(pid: int) -> dict[str, str]:
    """Return the variables of a process; for a moment after its start the kernel shows none."""
    while not (found := psutil.Process(pid).environ()):
        pass
    return found


def test_each_attempt_has_temporary_files_of_its_own(tmp_path: Path) -> None:
    attempt = Layout(tmp_path).new_attempt("0" * 12)
    group = PlainLauncher(cpu=True).start(attempt, 2, 1)
    try:
        folders = {environment(process.pid)["TMPDIR"] for process in group.processes}
    finally:
        os.killpg(group.leader, signal.SIGKILL)
        for process in group.processes:
            process.wait()
    assert folders == {str(attempt.scratch)}
    assert attempt.scratch.is_dir()
    assert attempt.scratch.is_relative_to(attempt.work), "which is removed at its end"
