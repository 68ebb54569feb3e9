"""Which way ranks come to life, and what happens where it is barred."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from xp.dsl.errors import Problem
from xp.engine.launch import choose
from xp.engine.launch.choose import ChosenLauncher
from xp.engine.launch.preloaded import PreloadError, PreloadLauncher


class Unfit(PreloadLauncher):
    """A preloaded parent that cannot fork."""

    killed = False

    def __init__(self, log: Path, variables: Mapping[str, str], *, cpu: bool) -> None:
        self.log = log

    def wait_ready(self) -> float:
        raise PreloadError(Problem("CUDA was initialised while importing"))

    def close(self) -> None:
        """Nothing was started."""


def test_nothing_is_started_before_it_is_needed(tmp_path: Path) -> None:
    ChosenLauncher("auto", tmp_path / "log", print, cpu=True).close()
    assert list(tmp_path.iterdir()) == []


def test_plain_is_plain(tmp_path: Path) -> None:
    assert ChosenLauncher("plain", tmp_path / "log", print, cpu=True).name == "plain"


def test_a_parent_that_cannot_fork_is_replaced_and_said_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "PreloadLauncher", Unfit)
    notes: list[str] = []
    launcher = ChosenLauncher("auto", tmp_path / "log", notes.append, cpu=True)
    assert launcher.name == "plain"
    assert notes[-1].endswith("CUDA was initialised while importing")


def test_whoever_insists_on_the_preloaded_parent_gets_the_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose, "PreloadLauncher", Unfit)
    with pytest.raises(PreloadError, match="CUDA"):
        ChosenLauncher("preload", tmp_path / "log", print, cpu=True).ready()


class Killed(PreloadLauncher):
    """A preloaded parent whose first try is killed while it imports."""

    tries = 0

    def __init__(self, log: Path, variables: Mapping[str, str], *, cpu: bool) -> None:
        Killed.tries += 1

    @property
    def killed(self) -> bool:
        return Killed.tries == 1

    def wait_ready(self) -> float:
        if self.killed:
            raise PreloadError(Problem("the preloaded parent ended with code -9"))
        return 0.0

    def close(self) -> None:
        """Nothing was started."""


def test_a_parent_that_is_killed_while_it_imports_is_no_reason_to_start_every_rank_from_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose, "PreloadLauncher", Killed)
    notes: list[str] = []
    assert isinstance(ChosenLauncher("auto", tmp_path / "log", notes.append, cpu=True).ready(), Killed)
    assert "the preloaded parent was killed while it imported: starting another" in notes
