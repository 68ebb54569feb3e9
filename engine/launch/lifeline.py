"""Ties the life of a process to that of its parent, so that a killed engine leaves no rank behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h

PARENT = "XP_PARENT"
"""The variable of the environment that names the engine's process."""


def die_with_engine() -> None:
    """Have the kernel kill this process when the engine ends that has started it."""
    die_with(int(os.environ[PARENT]))


def die_with(parent: int) -> None:
    """Have the kernel kill this process when *parent* ends; where it cannot (not Linux), do nothing."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the call
        os.kill(os.getpid(), signal.SIGKILL)


def end_by_closing(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait until a process is gone that ends when its standard input does; one that takes longer is killed."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
