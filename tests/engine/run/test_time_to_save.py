"""A rank that saves is given time as long as it shows life, and not for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from xp.engine.launch.pulse import Pulse
from xp.engine.run.time_to_save import MOST_SECONDS, SILENT_SECONDS, TimeToSave

START = 1000.0


@pytest.fixture
def pulses(tmp_path: Path) -> list[Path]:
    return [tmp_path / "pulse-0", tmp_path / "pulse-1"]


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """The folder of a checkpoint that is being written."""
    folder = tmp_path / "checkpoints" / "part-3"
    folder.mkdir(parents=True)
    return folder


def test_a_rank_without_a_sign_of_life_has_two_minutes(pulses: list[Path], part: Path) -> None:
    left = TimeToSave(pulses, part.parent, START)
    assert not left.is_over(START + 120)
    assert left.is_over(START + 121)


def test_a_pulse_that_goes_on_beating_is_given_more_time(pulses: list[Path], part: Path) -> None:
    left = TimeToSave(pulses, part.parent, START)
    pulse = Pulse(pulses[1])
    for seconds in (100, 200, 300):
        pulse.beat("train", 3)
        assert not left.is_over(START + seconds)
    assert not left.is_over(START + 300 + SILENT_SECONDS)
    assert left.is_over(START + 301 + SILENT_SECONDS)


def test_a_checkpoint_that_grows_is_given_more_time(pulses: list[Path], part: Path) -> None:
    left = TimeToSave(pulses, part.parent, START)
    for gigabytes, seconds in enumerate((100, 200, 300), 1):
        (part / "weights").write_bytes(bytes(gigabytes))
        assert not left.is_over(START + seconds)
    assert left.is_over(START + 421)


def test_no_sign_of_life_goes_beyond_the_bound(pulses: list[Path], part: Path) -> None:
    left = TimeToSave(pulses, part.parent, START)
    pulse = Pulse(pulses[0])
    for minute in range(1, 61):
        pulse.beat("train", 3)
        assert not left.is_over(START + 60 * minute)
    pulse.beat("train", 3)
    assert left.is_over(START + MOST_SECONDS + 1)
