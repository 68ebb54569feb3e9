"""Who stands still is seen, and who only takes long is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from xp.engine.launch.pulse import GAP, PATIENCE, Pulse, StallDetector

RUN = (None, None)


@pytest.fixture
def pulses(tmp_path: Path) -> list[Path]:
    return [tmp_path / "pulse-0", tmp_path / "pulse-1"]


def watched(vigil: StallDetector, seconds: int, begin: int = 0) -> int | None:
    """Return the second at which the vigil sees that somebody stands still, looking at each one."""
    return next((now for now in range(begin, begin + seconds) if vigil.look(now, RUN)), None)


def test_a_rank_without_a_word_is_given_several_times_the_limit_to_begin(pulses: list[Path]) -> None:
    assert watched(StallDetector(pulses, 10), 100) == 10 * PATIENCE + 1


def test_a_rank_that_has_ended_a_step_is_given_the_limit(pulses: list[Path]) -> None:
    beating = [Pulse(path) for path in pulses]
    vigil = StallDetector(pulses, 10)
    for pulse in beating:
        pulse.beat("train", 1)
    vigil.look(0, RUN)
    assert watched(vigil, 100, begin=1) == 11


def test_the_first_step_of_a_training_that_has_not_ended_is_none(pulses: list[Path]) -> None:
    for path in pulses:
        Pulse(path).beat("train", 0)
    assert watched(StallDetector(pulses, 10), 100) == 10 * PATIENCE + 1


def test_a_rank_that_beats_now_and_then_takes_as_long_as_it_likes(pulses: list[Path]) -> None:
    beating = [Pulse(path) for path in pulses]
    vigil = StallDetector(pulses, 10)
    for now in range(1000):
        if now % 9 == 0:
            for pulse in beating:
                pulse.beat("evaluate", now)
        assert not vigil.look(now, RUN)


def test_one_of_two_is_enough(pulses: list[Path]) -> None:
    first, second = (Pulse(path) for path in pulses)
    second.beat("train", 3)
    vigil = StallDetector(pulses, 10)
    seen = []
    for now in range(20):
        first.beat("train", now)
        seen.append(vigil.look(now, RUN))
    assert seen.index(True) == 11
    assert (vigil.stands[1].phase, vigil.stands[1].step, vigil.stands[1].silent) == ("train", 3, 19.0)


def test_a_rank_that_has_ended_does_not_stand_still(pulses: list[Path]) -> None:
    vigil = StallDetector(pulses[:1], 1)
    assert not any(vigil.look(now, [0]) for now in range(100))


def test_an_engine_that_was_halted_itself_has_seen_nobody_stand_still(pulses: list[Path]) -> None:
    for path in pulses:
        Pulse(path).beat("train", 5)
    vigil = StallDetector(pulses, 10)
    vigil.look(0, RUN)
    assert not vigil.look(1e6, RUN)
    assert vigil.stands[0].silent == GAP


def test_without_a_limit_nobody_looks(pulses: list[Path]) -> None:
    assert watched(StallDetector(pulses, None), 10_000) is None


def test_a_shorter_pulse_leaves_nothing_of_a_longer_one(pulses: list[Path]) -> None:
    pulse = Pulse(pulses[0])
    pulse.beat("prepare", 123456789)
    pulse.beat("train", 1)
    assert pulses[0].read_text().split() == ["2", "train", "1"]
