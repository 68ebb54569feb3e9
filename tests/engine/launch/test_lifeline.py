"""A process tied to its parent does not outlive it."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

CHILD = """
import os, time
from xp.engine.launch.lifeline import die_with
die_with(os.getppid())
print(os.getpid(), flush=True)
time.sleep(600)
"""
PARENT = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {CHILD!r}]); time.sleep(600)"
LATE = (
    "import os; from xp.engine.launch.lifeline import die_with; die_with(1 if os.getppid() != 1 else 2); print('alive')"
)

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ties lives together")


def test_a_killed_parent_takes_its_child_along() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    _, alive = psutil.wait_procs([child], timeout=5)
    assert alive == []


def test_a_child_whose_parent_is_gone_already_ends_itself() -> None:
    done = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "")
