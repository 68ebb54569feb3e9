"""The step clock keeps the warm-up apart and evaluations out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from xp.engine.measure.clock import WARM_UP, StepClock


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = 0.0
        self.settled = 0

    def __call__(self) -> float:
        return self.time

    def settle(self) -> None:
        self.settled += 1
        self.time += 0.5


def clock(hands: Callable[[], float], world_size: int = 1) -> StepClock:
    return StepClock(world_size, now=hands)


def step(one: StepClock, hands: Hands, seconds: float, samples: int = 4) -> None:
    one.see(samples)
    hands.time += seconds
    one.step()


def test_speed_leaves_out_the_first_steps() -> None:
    hands = Hands()
    one = clock(hands)
    one.start()
    for seconds in (9.0, 8.0, 7.0, 1.0, 1.0, 2.0):
        step(one, hands, seconds)

    assert one.metrics() == {
        "warmup_seconds": 24.0,
        "train_steady_seconds": 4.0,
        "train_steady_step_seconds": 1.0,
        "train_steady_p95_step_seconds": 2.0,
        "train_steady_samples_per_second": 3.0,
        "train_steady_loading_share": 0.0,
    }
    assert one.facts()["timed_steps"] == 3


def test_the_time_of_the_slowest_steps_is_told_beside_the_median() -> None:
    hands = Hands()
    one = clock(hands)
    one.start()
    for seconds in [9.0] * WARM_UP + [1.0] * 18 + [3.0, 5.0]:
        step(one, hands, seconds)

    found = one.metrics()
    assert (found["train_steady_step_seconds"], found["train_steady_p95_step_seconds"]) == (1.0, 3.0)


def test_tokens_of_the_warm_up_are_no_part_of_the_speed() -> None:
    hands = Hands()
    one = clock(hands)
    one.start()
    for number in range(WARM_UP + 2):
        one.see(4, 1000 if number < WARM_UP else 30)
        hands.time += 2.0
        one.step()

    assert one.tokens == 60
    found = one.metrics([60, 20])
    assert found["train_steady_source_tokens_per_second"] == 15.0
    assert found["train_steady_target_tokens_per_second"] == 5.0


def test_the_share_of_loading_is_the_time_that_batches_took_behind_the_warm_up() -> None:
    hands = Hands()
    one = clock(hands)

    def slow() -> Iterator[int]:
        for number in range(2 * (WARM_UP + 2)):
            hands.time += 5.0 if number < 2 * WARM_UP else 0.25
            yield number

    source = slow()
    one.start()
    for place in range(WARM_UP + 2):
        batches = one.batches(source)
        assert [next(batches), next(batches)] == [2 * place, 2 * place + 1]
        step(one, hands, 1.5)

    assert list(one.batches(source)) == []
    assert one.metrics()["train_steady_loading_share"] == 0.25


def test_an_evaluation_between_two_steps_costs_no_speed() -> None:
    hands = Hands()
    one = clock(hands)
    one.start()
    for _ in range(WARM_UP + 1):
        step(one, hands, 1.0)
    hands.time += 100.0
    one.start()
    step(one, hands, 1.0)

    assert one.metrics()["train_steady_step_seconds"] == 1.0


def test_all_ranks_and_all_passes_of_a_step_count() -> None:
    hands = Hands()
    one = clock(hands, world_size=2)
    one.start()
    for _ in range(WARM_UP + 1):
        one.see(4)
        step(one, hands, 1.0, samples=4)

    assert one.metrics()["train_steady_samples_per_second"] == 16.0


def test_a_training_that_ends_in_the_warm_up_has_no_speed() -> None:
    hands = Hands()
    one = clock(hands)
    one.start()
    step(one, hands, 1.0)

    assert one.metrics() == {"warmup_seconds": 1.0}


def test_work_that_a_device_still_has_to_do_belongs_to_the_last_step() -> None:
    hands = Hands()
    one = StepClock(1, now=hands, settle=hands.settle)
    one.start()
    for _ in range(WARM_UP + 1):
        step(one, hands, 1.0)
    one.stop()

    assert hands.settled == 3
    assert one.metrics()["train_steady_step_seconds"] == pytest.approx(1.5)
