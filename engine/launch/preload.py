"""The preloaded parent: imports the training libraries once, then forks the ranks of every attempt.

It reads one JSON request a line from standard input and writes one JSON answer a line to standard output.
It never computes with tensors: a child forked behind a parallel region of OpenMP hangs in its own first one,
and one forked behind the first use of CUDA cannot use it.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import selectors
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from xp.engine.launch.lifeline import die_with, die_with_engine
from xp.engine.launch.variables import attempt_environment, rank_environment
from xp.engine.layout import AttemptLayout

CHUNK = 65536


def main() -> None:
    """Serve until standard input ends or the engine does."""
    die_with_engine()
    requests, answers = private_streams()
    began = time.monotonic()
    importlib.import_module("xp.engine.train.preload")
    importlib.import_module("xp.engine.worker")
    gc.collect()
    gc.freeze()  # keeps the collector from touching, and so from copying, the pages that children share
    send_answer(answers, ready=True, seconds=time.monotonic() - began, unfit=why_not_to_fork())
    serve(requests, answers)


def private_streams() -> tuple[int, int]:
    """Return descriptors for the protocol, and point what libraries print at standard error."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def why_not_to_fork() -> str:
    """Return why children of this process could not train, or nothing."""
    torch = sys.modules["torch"]
    return "CUDA was initialised while importing" if torch.cuda.is_initialized() else ""


def serve(requests: int, answers: int) -> None:
    """Fork what is asked for and tell what ended, until the requests end."""
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    buffer = b""
    with selectors.DefaultSelector() as selector:
        selector.register(requests, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if woken in ready:
                os.read(woken, CHUNK)
                report_ended(answers)
            if requests in ready:
                if not (data := os.read(requests, CHUNK)):
                    return
                *lines, buffer = (buffer + data).split(b"\n")
                for line in lines:
                    fork_ranks(json.loads(line), answers, close=(requests, answers, woken, waker))


def fork_ranks(request: Mapping[str, Any], answers: int, close: tuple[int, ...]) -> None:
    """Fork the ranks of one attempt into a process group of their own."""
    attempt, world_size = AttemptLayout(Path(request["attempt"])), int(request["world_size"])
    pids: list[int] = []
    for rank in range(world_size):
        leader = pids[0] if pids else 0
        if (pid := os.fork()) == 0:
            os.setpgid(0, leader)
            become_rank(attempt, rank, request, close)
        # by parent and child, whoever comes first; the child may have ended by now
        with suppress(ProcessLookupError, PermissionError):
            os.setpgid(pid, leader or pid)
        pids.append(pid)
    send_answer(answers, attempt=request["attempt"], pids=pids)


def become_rank(attempt: AttemptLayout, rank: int, request: Mapping[str, Any], close: tuple[int, ...]) -> None:
    """Turn a forked child into a rank and never return."""
    code = 1
    try:
        die_with(int(request["parent"]))
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        log = os.open(attempt.log(rank), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(log, 1)
        os.dup2(log, 2)
        for descriptor in (*close, log):
            os.close(descriptor)
        world_size = int(request["world_size"])
        os.environ.update(attempt_environment(attempt) | rank_environment(rank, world_size, int(request["threads"])))
        tempfile.tempdir = None  # whoever asked for it in the parent has fixed it
        worker = importlib.import_module("xp.engine.worker")
        code = worker.run_rank(attempt.root, rank, world_size)
    except BaseException:  # noqa: BLE001 - the traceback goes to the rank's log and the code to the engine
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:  # also where the disk is full: a child must never go on as the parent that it was forked from
            os._exit(code)  # an interpreter that tears down beside gloo's threads sometimes aborts


def report_ended(answers: int) -> None:
    """Tell of every child that has ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        send_answer(answers, pid=pid, code=os.waitstatus_to_exitcode(status))


def send_answer(answers: int, **fields: Any) -> None:
    """Write one answer."""
    os.write(answers, json.dumps(fields).encode() + b"\n")


if __name__ == "__main__":
    main()
