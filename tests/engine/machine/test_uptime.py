"""Seconds since an event are never negative, and do not follow a clock that is set."""

from __future__ import annotations

import time

import pytest

from xp.engine.machine import uptime
from xp.engine.machine.uptime import boot, seconds_since


def test_one_start_of_the_machine_has_one_name() -> None:
    assert boot() == boot()


@pytest.mark.parametrize("jump", [-1e5, 1e5], ids=["back", "forth"])
def test_the_clock_on_the_wall_does_not_matter_on_one_machine(jump: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uptime, "boot", lambda: "b")
    event = {"t": time.time() + jump, "m": time.monotonic() - 5.0, "boot": "b"}
    assert seconds_since(event, event) == pytest.approx(5.0, abs=1.0)


def test_of_another_machine_there_is_only_the_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uptime, "boot", lambda: "b")
    event = {"t": time.time() - 7.0, "m": 1e9, "boot": "other"}
    assert seconds_since(event, event) == pytest.approx(7.0, abs=1.0)


def test_an_event_of_tomorrow_was_just_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uptime, "boot", lambda: "")
    event = {"t": time.time() + 1e5, "m": 1.0, "boot": ""}
    assert seconds_since(event, event) == 0.0
