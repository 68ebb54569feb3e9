"""What other programs take of the processor is what is taken, less what the ranks take."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from xp.engine.measure import others
from xp.engine.measure.others import Others


def watched(seconds: float, taken: float, ranks: float, cores: int = 2) -> float:
    """Return the share of others where the cores have worked for so many seconds, and ranks for some of them."""
    times, busy = iter((100.0, 100.0 + seconds)), iter((7.0, 7.0 + taken))
    one = Others(lambda: next(times), lambda: next(busy), lambda: 3.0, cores)
    one.start()
    one.stop()
    return one.share(ranks)


@pytest.mark.parametrize(
    ("seconds", "taken", "ranks", "share"),
    [
        (10.0, 20.0, 15.0, 0.25),  # 5 of 20 seconds
        (10.0, 12.0, 12.0, 0.0),
        (10.0, 11.9, 12.0, 0.0),  # clocks that tick at different times
        (10.0, 20.0, 0.0, 1.0),
        (0.0, 0.0, 0.0, 0.0),
    ],
)
def test_others_take_what_the_ranks_do_not(seconds: float, taken: float, ranks: float, share: float) -> None:
    assert watched(seconds, taken, ranks) == share


def test_another_program_is_seen_and_ones_own_work_is_not() -> None:
    spin = "import time\nwhile time.process_time() < 0.5: pass\n"
    before, mine = others.busy(), others.own_seconds()
    subprocess.run([sys.executable, "-S", "-c", spin], check=True)
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
    assert others.own_seconds() - mine >= 0.6, "0.2 s of this process, and what its child had of the processor"
    assert others.busy() - before >= 0.6


def test_time_that_cores_wait_is_nobodys_work() -> None:
    class Times:
        user, nice, system, idle, iowait, steal, guest = 4.0, 1.0, 2.0, 100.0, 50.0, 0.5, 3.0

    assert others.busy_parts(Times) == {"user": 4.0, "nice": 1.0, "system": 2.0, "steal": 0.5}


@pytest.mark.parametrize(
    ("affinity", "stat", "seconds"),
    [
        pytest.param([1, 2], "cpu0 1\ncpu1 2\ncpu2 4\n", 6.0, id="all-are-on"),
        pytest.param([2, 3], "cpu0 1\ncpu2 2\ncpu3 4\n", 6.0, id="one-is-switched-off"),
        pytest.param([8, 9, 10], "cpu0 1\ncpu1 2\ncpu2 4\n", 7.0, id="numbers-of-a-container"),
        pytest.param([8, 9], "cpu0 1\ncpu1 2\ncpu2 4\n", math.nan, id="numbers-of-nobody-knows-what"),
    ],
)
def test_cores_are_known_by_their_numbers_not_by_their_places(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, affinity: list[int], stat: str, seconds: float
) -> None:
    (tmp_path / "stat").write_text(f"cpu  7\n{stat}intr 5\n")
    monkeypatch.setattr(others, "STAT", tmp_path / "stat")
    monkeypatch.setattr(others, "cores", lambda: affinity)
    monkeypatch.setattr("psutil.cpu_times", lambda **_: [SimpleNamespace(user=time) for time in (1.0, 2.0, 4.0)])

    assert others.busy() == pytest.approx(seconds, nan_ok=True)


def test_a_share_of_an_unknown_time_is_unknown() -> None:
    assert math.isnan(watched(10.0, math.nan, 5.0))
