"""What the learning rates of a log tell: steps that fp16 skipped, and nothing where the schedule is no line."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xp.engine.importing import trainer
from xp.engine.importing.schedule import steps_taken

LINYDUB = Path(__file__).parent / "data" / "linydub"
STEPS = 100
WARM_UP = 15


def state(rate: Callable[[int], float], every: int = 10, **more: Any) -> dict[str, Any]:
    log = [{"step": step, "learning_rate": rate(step)} for step in range(every, STEPS + 1, every)]
    return {"max_steps": STEPS, "log_history": log, **more}


def linear(step: int) -> float:
    return 5e-5 * min(step / WARM_UP, (STEPS - step) / (STEPS - WARM_UP))


def cosine(step: int) -> float:
    return 5e-5 * (1 + math.cos(math.pi * step / STEPS)) / 2


@pytest.mark.parametrize(("folder", "steps", "skipped"), [("metrics", 343, 5), ("bart-large-samsum", 341, 7)])
def test_a_real_run_in_fp16_tells_how_many_steps_it_skipped(folder: str, steps: int, skipped: int) -> None:
    path = LINYDUB / folder / "trainer_state.json"
    found = trainer.read_run({path: json.loads(path.read_text())}, "run")

    # at step 116 the schedule had taken 111 steps, or 109; the last rate is not zero, and that is no fault
    told = {name: found.facts[name] for name in ("scheduler_steps", "skipped_steps", "skipped_by_step")}
    assert told == {"scheduler_steps": steps, "skipped_steps": skipped, "skipped_by_step": 116}
    assert (found.state, found.reason, found.notes) == ("completed", "", ())


@pytest.mark.parametrize("every", [1, 5, 10, 14, 30])
def test_a_line_behind_its_warm_up_was_followed_to_the_end(every: int) -> None:
    # the peak lies on a logged step, or between two of which either may be the higher one
    last = STEPS // every * every
    assert steps_taken(state(linear, every)) == {"scheduler_steps": last, "skipped_steps": 0}


def test_a_trainer_that_logs_the_rate_of_the_step_itself_skipped_none() -> None:
    told = state(lambda step: linear(step - 1), best_global_step=None)
    assert steps_taken(told) == {"scheduler_steps": 100, "skipped_steps": 0}
    assert steps_taken(state(linear, best_global_step=None)) == {"scheduler_steps": 100, "skipped_steps": 0}


@pytest.mark.parametrize(
    "told",
    [
        state(cosine),
        state(cosine, every=25),
        state(lambda _: 5e-5),
        state(linear, every=100),
        state(linear, every=50),
        state(lambda step: linear(step - (step > 50))),
        state(lambda step: linear(step) + 1e-6),
        {"max_steps": STEPS, "log_history": []},
        state(linear) | {"max_steps": None},
    ],
    ids=["cosine", "cosine-of-four", "constant", "one", "two", "skipped-between", "not-to-zero", "none", "no-end"],
)
def test_what_is_no_line_to_zero_tells_nothing(told: dict[str, Any]) -> None:
    assert steps_taken(told) == {}
