"""The process that watches the machine lives as long as the attempt and not a moment longer."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from xp.engine.journal import events
from xp.engine.launch.sampling import sampling_machine
from xp.engine.layout import AttemptLayout, Layout

ENGINE = """
import sys, time
from pathlib import Path
from xp.engine.launch.sampling import sampling_machine
from xp.engine.layout import AttemptLayout
with sampling_machine(AttemptLayout(Path(sys.argv[1])), 0.2):
    print("runs", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def attempt(tmp_path: Path) -> AttemptLayout:
    return Layout(tmp_path).new_attempt("0" * 12)


def written(attempt: AttemptLayout, wanted: int) -> int:
    """Wait until there are so many samples; return how many there are."""
    deadline = time.monotonic() + 30
    while (found := len([*events(attempt.machine_journal)])) < wanted and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def test_it_writes_while_the_attempt_runs_and_is_gone_afterwards(attempt: AttemptLayout) -> None:
    with sampling_machine(attempt, 0.05):
        assert written(attempt, 2) >= 2
        (watcher,) = children()
    assert not watcher.is_running()
    assert attempt.machine_log.read_text() == ""


def test_a_file_with_the_name_of_a_library_is_none(
    attempt: AttemptLayout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise RuntimeError('of the user')\n")
    monkeypatch.chdir(tmp_path)

    with sampling_machine(attempt, 0.05):
        assert written(attempt, 1) >= 1
    assert attempt.machine_log.read_text() == ""


def test_zero_is_never(attempt: AttemptLayout) -> None:
    before = children()
    with sampling_machine(attempt, 0):
        assert children() == before
    assert not attempt.machine_journal.exists()


def test_a_killed_engine_leaves_no_watcher_behind(attempt: AttemptLayout) -> None:
    with subprocess.Popen([sys.executable, "-c", ENGINE, str(attempt.root)], stdout=subprocess.PIPE) as engine:
        assert engine.stdout is not None
        engine.stdout.readline()
        assert written(attempt, 1) >= 1
        watchers = psutil.Process(engine.pid).children()
        assert len(watchers) == 1
        engine.kill()
    _, alive = psutil.wait_procs(watchers, timeout=10)
    assert alive == []


def children() -> list[psutil.Process]:
    """Return the watchers that this process has started."""
    return [one for one in psutil.Process().children() if is_watcher(one)]


def is_watcher(process: psutil.Process) -> bool:
    """Tell whether a process is a watcher that has not ended."""
    try:
        return "xp.engine.launch.watcher" in process.cmdline()
    except psutil.NoSuchProcess:
        return False
