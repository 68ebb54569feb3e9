"""Lanes share the work of a run: what they take, what they wait for, and when they end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from xp.dsl.trial import Trial
from xp.engine.run.harvest import Harvest
from xp.engine.run.queueing import Batch, Bring, Queue, Training
from xp.engine.run.stopping import StoppedError

PATIENCE = 30.0
"""Seconds behind which a test gives up."""


def named(name: str, *, searches: bool = False) -> Trial:
    return Trial.model_construct(id=name, search=object() if searches else None)


def state(trial: Trial, _: bool) -> str:
    return trial.id


def came_to(trial: Trial, bring: Bring) -> Harvest:
    """Train: what a training comes to is its own name."""
    return Harvest(bring(trial, False), {}, {})


def batch(*names: str, train: Callable[[Trial, Bring], Harvest] = came_to) -> Batch:
    return Batch.of(map(named, names), train)


def taken(queue: Queue) -> str | None:
    """Return the name of what a lane takes next, with a star where it is a training."""
    task = queue.take()
    if isinstance(task, Training):
        queue.work(task, state)
        return f"*{task.trial.id}"
    return None if task is None else task.id


def test_trials_come_in_their_order_and_those_put_back_come_last() -> None:
    queue = Queue([named("a"), named("b")])
    first = queue.take()
    assert isinstance(first, Trial)
    queue.put_back(first)
    assert (len(queue), [taken(queue) for _ in range(3)]) == (2, ["b", "a", None])


def test_what_a_search_hands_out_comes_before_the_trials_and_is_done_once() -> None:
    search = named("search", searches=True)
    queue = Queue([search, named("trial")])
    assert queue.take() is search
    asked = threading.Event()

    def slow(trial: Trial, bring: Bring) -> Harvest:
        """Have the first one wait until another lane has done all others."""
        if trial.id == "a":
            asked.set()
            assert done.wait(PATIENCE)
        return came_to(trial, bring)

    done = threading.Event()
    handed = batch("a", "b", "b", "c", train=slow)
    with ThreadPoolExecutor(1) as lane, queue.at(search):
        conducting = lane.submit(queue.share, handed, state)
        assert asked.wait(PATIENCE)
        assert [taken(queue) for _ in range(3)] == ["*b", "*c", "trial"]
        done.set()
        conducting.result(PATIENCE)
    assert {name: one.state for name, one in handed.found.items()} == {"a": "a", "b": "b", "c": "c"}


def test_the_lane_of_a_search_works_off_what_nobody_else_takes() -> None:
    handed = batch("a", "b")
    Queue().share(handed, state)
    assert [*handed.found] == ["a", "b"]


def test_an_idle_lane_stays_as_long_as_a_search_goes_on(waiting: Callable[[], None]) -> None:
    search = named("search", searches=True)
    queue = Queue([search])
    with ThreadPoolExecutor(1) as lane:
        with queue.at(search):
            assert queue.take() is search
            first = lane.submit(taken, queue)
            waiting()
            together = threading.Barrier(2, timeout=PATIENCE)

            def meet(trial: Trial, bring: Bring) -> Harvest:
                together.wait()
                return came_to(trial, bring)

            queue.share(batch("a", "b", train=meet), state)
            assert first.result(PATIENCE) in ("*a", "*b")
            last = lane.submit(taken, queue)
            waiting()
        assert last.result(PATIENCE) is None


def test_a_lane_does_not_wait_for_trials_that_hand_out_nothing() -> None:
    queue = Queue([named("a")])
    task = queue.take()
    assert isinstance(task, Trial)
    with queue.at(task):
        assert queue.take() is None


def test_a_closed_queue_has_no_trials_and_brings_the_search_that_has_begun_to_its_end() -> None:
    search = named("search", searches=True)
    queue = Queue([search, named("other")])
    with queue.at(search):
        assert queue.take() is search
        queue.close()
        handed = batch("a")
        queue.share(handed, state)
        assert [*handed.found] == ["a"]
    assert (queue.take(), len(queue)) == (None, 1)


def test_a_run_that_is_stopped_has_nothing_to_take() -> None:
    stop = threading.Event()
    queue = Queue([named("a"), named("b")], stop.is_set)
    assert taken(queue) == "a"
    stop.set()
    assert (taken(queue), len(queue)) == (None, 1)


def test_an_idle_lane_ends_with_the_search_when_the_run_is_stopped(waiting: Callable[[], None]) -> None:
    stop = threading.Event()
    search = named("search", searches=True)
    queue = Queue([search, named("never")], stop.is_set)
    assert queue.take() is search
    queue.close()
    with ThreadPoolExecutor(1) as lane:
        with queue.at(search):
            idle = lane.submit(queue.take)
            waiting()
            stop.set()
        assert idle.result(PATIENCE) is None


def test_what_breaks_in_another_lane_is_raised_where_the_search_is_conducted(waiting: Callable[[], None]) -> None:
    search = named("search", searches=True)
    queue = Queue([search])
    assert queue.take() is search
    broken = threading.Event()

    def train(*_: object) -> Harvest:
        """Break in the lane that helps, and have the search's own one notice that it is stopped."""
        if threading.current_thread() is not threading.main_thread():
            broken.set()
            raise OSError("no space")
        assert broken.wait(PATIENCE)
        raise StoppedError

    handed = batch("a", "b", "c", train=train)
    with ThreadPoolExecutor(1) as lane, queue.at(search):
        helping = lane.submit(taken, queue)
        waiting()
        with pytest.raises(OSError, match="no space"):
            queue.share(handed, state)
        assert helping.result(PATIENCE) in ("*a", "*b"), "nothing is raised there"
    assert handed.found == {}, "nothing further is begun where one broke"
    assert queue.take() is None


def test_a_search_that_was_stopped_hears_of_it() -> None:
    def train(trial: Trial, bring: Bring) -> Harvest:
        if trial.id == "b":
            raise StoppedError
        return came_to(trial, bring)

    handed = batch("a", "b", "c", train=train)
    with pytest.raises(StoppedError):
        Queue().share(handed, state)
    assert [*handed.found] == ["a"]


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return a function that returns when a lane waits for work."""
    wait = threading.Condition.wait
    waits = threading.Semaphore(0)

    def watched(self: threading.Condition, timeout: float | None = None) -> Any:
        if threading.current_thread() is not threading.main_thread() and timeout is None:
            waits.release()
        return wait(self, timeout)

    def until() -> None:
        assert waits.acquire(timeout=PATIENCE)

    monkeypatch.setattr(threading.Condition, "wait", watched)
    return until
