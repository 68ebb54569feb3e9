"""What a rank finds that was forked from the preloaded parent."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from xp.engine.launch import preload
from xp.engine.launch.preloaded import PreloadedGroup, PreloadLauncher
from xp.engine.layout import Layout

PARENT = """
import os, sys, tempfile, types
from xp.engine.launch import preload

tempfile.gettempdir()  # as libraries do while they are imported
worker = types.ModuleType("xp.engine.worker")
worker.run_rank = lambda *_: print(tempfile.gettempdir(), os.environ["TMPDIR"]) or 0
sys.modules[worker.__name__] = worker
request = {"attempt": sys.argv[1], "world_size": 2, "threads": 1, "parent": os.getpid()}
preload.fork_ranks(request, 1, close=())
os.wait(), os.wait()
"""


def test_each_attempt_has_temporary_files_of_its_own(tmp_path: Path) -> None:
    attempt = Layout(tmp_path).new_attempt("0" * 12)
    subprocess.run([sys.executable, "-c", PARENT, str(attempt.root)], stdout=subprocess.DEVNULL, check=True)
    assert [attempt.log(rank).read_text().split() for rank in (0, 1)] == [[str(attempt.scratch)] * 2] * 2


class ExitError(BaseException):
    """Stands for the end of a process."""


class Full(io.StringIO):
    """A file on a disk that is full."""

    def flush(self) -> None:
        raise OSError("No space left on device")


def test_a_child_that_cannot_print_its_last_words_ends_and_never_goes_on_as_its_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(code: int) -> None:
        raise ExitError(code)

    def refuse(_: int) -> None:
        raise RuntimeError("before its output is its own")

    monkeypatch.setattr(preload, "die_with", refuse)
    monkeypatch.setattr(os, "_exit", end)
    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(ExitError, match="1"):
        preload.become_rank(Layout(tmp_path).new_attempt("0" * 12), 0, {"parent": 1}, close=())


class Answered(PreloadLauncher):
    """The side of the engine alone: what the parent would answer is there already."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.parent: Any = SimpleNamespace(poll=lambda: None)
        self.answers = io.BytesIO(b"".join(json.dumps(answer).encode() + b"\n" for answer in answers))
        self._buffer = b""
        self._started, self._ended = [], {}


def test_a_rank_whose_process_has_the_number_of_an_earlier_one_has_not_ended() -> None:
    launcher = Answered({"pids": [7, 8]}, {"pid": 7, "code": 0}, {"pid": 8, "code": -6}, {"pids": [8, 9]})
    assert PreloadedGroup(launcher, [8, 9]).codes() == [None, None]


def test_a_rank_that_has_ended_before_anybody_asked_has_ended() -> None:
    launcher = Answered({"pids": [7, 8]}, {"pid": 8, "code": -6})
    assert PreloadedGroup(launcher, [7, 8]).codes() == [None, -6]
