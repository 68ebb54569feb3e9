"""A room on another disk belongs to one attempt, and goes when that has ended, however it ended."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from xp.engine.machine import offload_folders

HOLD = """
import sys, time
from pathlib import Path
from xp.engine.machine.offload_folders import claim_folder
with claim_folder(Path(sys.argv[1]), sys.argv[2], "1"):
    Path(sys.argv[1], "states.swp").touch()
    print("there", flush=True)
    time.sleep(600)
"""
"""An attempt that stays in its room until it is killed."""


@pytest.fixture
def link(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work" / "offload"


@contextmanager
def holding(link: Path, place: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a process that is in a room of its own; it is killed at the end."""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(link), str(place)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"there\n"
        yield process
        process.kill()


def inside(place: Path) -> list[str]:
    return sorted(path.name.rpartition("-")[0] for path in place.iterdir())


def test_a_room_is_given_back(link: Path, tmp_path: Path) -> None:
    place = tmp_path / "disk"
    with offload_folders.claim_folder(link, str(place), "1-2"):
        (link / "states.swp").touch()
        assert inside(place) == ["xp-1-2"]
        assert (link.resolve() / "states.swp").exists()

    offload_folders.clear_folder(link)

    assert [*place.iterdir()] == []


def test_among_the_results_no_room_is_needed(link: Path) -> None:
    with offload_folders.claim_folder(link, None, "1-2"):
        assert [*link.parent.iterdir()] == []
    offload_folders.clear_folder(link)


def test_the_same_trial_of_two_results_folders_has_two_rooms(link: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with (
        offload_folders.claim_folder(link, str(tmp_path / "disk"), "1-1"),
        offload_folders.claim_folder(other, str(tmp_path / "disk"), "1-1"),
    ):
        assert link.resolve() != other.resolve()
        assert inside(tmp_path / "disk") == ["xp-1-1", "xp-1-1"]


def test_what_a_killed_attempt_left_is_cleared_by_the_next_and_nothing_else_is(link: Path, tmp_path: Path) -> None:
    place = tmp_path / "disk"
    with holding(tmp_path / "dead", place) as dead, holding(tmp_path / "alive", place):
        (place / "mine.txt").touch()
        (place / "xp-of-somebody-else").mkdir()
        dead.kill()
        dead.wait()

        with offload_folders.claim_folder(link, str(place), "2"):
            assert (tmp_path / "alive" / "states.swp").exists(), "its owner lives"
            assert not (tmp_path / "dead").exists()
            assert inside(place) == ["", "xp-1", "xp-2", "xp-of-somebody"]
