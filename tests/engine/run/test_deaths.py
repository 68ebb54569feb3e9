"""What is known of a process that dies without a word."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xp.engine.journal import Journal
from xp.engine.layout import Layout
from xp.engine.run.deaths import Kills, Peaks, kernel_kills, kill_counters


def test_the_nearest_counter_is_asked(tmp_path: Path) -> None:
    own = tmp_path / "job"
    own.mkdir()
    (own / "memory.events").write_text("low 0\noom 3\noom_kill 2\noom_group_kill 0\n")
    (tmp_path / "memory.events").write_text("oom_kill 9\n")
    assert kernel_kills(kill_counters("0::/job\n", tmp_path)) == 2


def test_the_older_hierarchy_is_known(tmp_path: Path) -> None:
    folder = tmp_path / "memory" / "job"
    folder.mkdir(parents=True)
    (folder / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 5\n")
    assert kernel_kills(kill_counters("5:cpu:/x\n4:memory:/job\n0::/\n", tmp_path)) == 5


def test_where_nothing_is_counted_nothing_was_killed(tmp_path: Path) -> None:
    assert kernel_kills([tmp_path / "missing"]) == 0


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the kernel counts, and nobody has been told of yet."""
    monkeypatch.setattr(Kills, "_told", 0)
    return [3]


def test_a_kill_by_the_kernel_explains_one_death_only(counted: list[int]) -> None:
    one, other = Kills(lambda: counted[0]), Kills(lambda: counted[0])
    for kills in (one, other):
        kills.look(0.0)
    counted[0] += 1
    assert one.take() == 1
    assert other.take() == 0, "it was killed by somebody else"
    counted[0] += 1
    assert other.take() == 1


def test_a_kill_of_long_ago_explains_no_death(counted: list[int]) -> None:
    kills = Kills(lambda: counted[0])
    kills.look(0.0)
    counted[0] += 1  # of another program
    for now in range(1, 20):
        kills.look(float(now))
    assert kills.take() == 0


def test_the_peak_of_a_rank_outlives_it(empty: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = empty.new_attempt("0" * 12)
    peaks = Peaks(attempt)
    peaks.look(2)
    assert peaks.bytes == {}
    with Journal(attempt.journal(1)) as journal:
        journal.append("rank", rank=1, world_size=2, pid=os.getpid())
    peaks.look(2)
    assert peaks.bytes[1] > 10_000_000
    before = dict(peaks.bytes)
    monkeypatch.setattr("xp.engine.run.deaths.read_kernel_file", lambda _: "")  # it has died
    peaks.look(2)
    assert peaks.bytes == before
