"""What takes too long is noticed, question after question, by one thread."""

from __future__ import annotations

import threading
from queue import Empty, Queue

import pytest

from xp.engine.warehouse.watchdog import Watchdog

LONG = 30.0
"""Seconds that no act takes to come."""


def test_acts_come_one_after_the_other_while_the_block_goes_on() -> None:
    done: Queue[str] = Queue()
    watchdog = Watchdog([(0.0, lambda: done.put("interrupt")), (0.01, lambda: done.put("end"))])

    with watchdog.watching():
        assert [done.get(timeout=LONG), done.get(timeout=LONG)] == ["interrupt", "end"]
    watchdog.close()


def test_nothing_is_done_to_a_block_that_has_ended() -> None:
    done: Queue[int] = Queue()
    watchdog = Watchdog([(0.2, lambda: done.put(1))])

    for _ in range(3):
        with watchdog.watching():
            pass

    with pytest.raises(Empty):
        done.get(timeout=0.5)
    watchdog.close()


def test_one_thread_looks_after_every_block() -> None:
    threads: Queue[int] = Queue()
    watchdog = Watchdog([(0.05, lambda: threads.put(threading.get_ident()))])
    found = set()
    for _ in range(3):
        with watchdog.watching():
            pass  # in time: the next one is due later than the thread thinks
        with watchdog.watching():
            found.add(threads.get(timeout=LONG))
    watchdog.close()

    assert len(found) == 1
    assert threads.empty()


def test_the_thread_ends_with_the_watchdog() -> None:
    watchdog = Watchdog([(LONG, lambda: None)])
    before = {*threading.enumerate()}
    with watchdog.watching():
        (thread,) = {*threading.enumerate()} - before

    watchdog.close()
    thread.join(LONG)

    assert not thread.is_alive()
