"""Which trials still need an attempt, in which order, and how often."""

from __future__ import annotations

import fcntl
import hashlib
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from xp.dsl.declared import declared
from xp.dsl.experiment import Experiment
from xp.dsl.plan import Plan
from xp.dsl.trial import Trial
from xp.engine import attempt as attempts
from xp.engine.failures import Outcome
from xp.engine.journal import FORMAT, Journal, events
from xp.engine.launch.group import Launcher
from xp.engine.layout import AttemptLayout, Layout

BUSY_SECONDS = 0.5

GOOD = ("completed", "cached")
"""States of a trial that is complete."""


class Display(Protocol):
    """Somebody who wants to see the run go on."""

    def planned(self, total: int, cached: int) -> None:
        """Say what is about to happen."""

    def started(self, trial: Trial) -> None:
        """Say that an attempt begins."""

    def event(self, event: Mapping[str, Any]) -> None:
        """Show a progress or metrics event of the attempt that runs."""

    def ended(self, trial: Trial, outcome: Outcome, seconds: float) -> None:
        """Say how an attempt ended."""

    def note(self, text: str) -> None:
        """Say something else."""


@dataclass(frozen=True)
class Tally:
    """What a run has done."""

    cached: int = 0
    completed: int = 0
    failed: int = 0
    interrupted: bool = False
    failed_fast: bool = False
    """Whether a failure kept other trials from being started."""


@dataclass
class Run:
    """One `xp run`: everything it needs, handed in."""

    layout: Layout
    launcher: Launcher
    environment: Mapping[str, Any]
    display: Display
    stop: threading.Event
    after_trial: Callable[[], object]
    """Called when an attempt has ended: the warehouse is brought up to date."""

    force: bool = False
    """Whether completed trials are run again."""

    fail_fast: bool = False
    """Whether the first trial that does not complete is the last one."""

    seconds: float | None = None
    """How long it may take; then it is stopped as if by hand."""

    def all(self, trials: Sequence[Trial], retries: int) -> Tally:
        """Bring every trial to an end in the time that there is, those that somebody else works on last."""
        queue = deque(trials)
        with self.timed():
            states = self.work_off(queue, retries)
        completed, cached, interrupted = (states.pop(state, 0) for state in ("completed", "cached", "interrupted"))
        stopped = self.stop.is_set() and bool(queue or interrupted)
        return Tally(cached, completed, states.total(), stopped, failed_fast=bool(queue) and not stopped)

    def work_off(self, queue: deque[Trial], retries: int) -> Counter[str]:
        """Take trials from the queue until it is empty or the run ends before; return how often they ended how."""
        states: Counter[str] = Counter()
        waited = 0
        while queue and not self.stop.is_set():
            trial = queue.popleft()
            state = self.one(trial, retries)
            if state != "busy":
                states[state] += 1
                waited = 0
                if self.fail_fast and state not in GOOD:
                    break
                continue
            queue.append(trial)
            waited += 1
            if waited == len(queue):
                self.display.note(f"waiting for {len(queue)} trials that another xp is running")
            if waited >= len(queue):
                self.stop.wait(BUSY_SECONDS)
        return states

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Stop the run when its time is up."""
        if self.seconds is None:
            yield
            return
        timer = threading.Timer(min(self.seconds, threading.TIMEOUT_MAX), self.time_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    def time_up(self) -> None:
        """Say that the time is up, and end the running trial."""
        self.display.note("the time of the run is up ([limits] timeout): ending the running trial")
        self.stop.set()

    def one(self, trial: Trial, retries: int) -> str:
        """Bring one trial to an end and return its state; ``cached`` and ``busy`` mean that nothing was done."""
        with locked(self.layout, trial.id) as mine:
            if not mine:
                return "busy"
            mend(self.layout, trial.id)
            if is_completed(self.layout, trial.id) and not self.force:
                return "cached"
            return self.attempt(trial, retries).state

    def attempt(self, trial: Trial, retries: int) -> Outcome:
        """Attempt a trial until it completes or a retry can mend nothing."""
        for left in range(retries, -1, -1):
            attempt = self.layout.new_attempt(trial.id)
            attempts.announce(trial, attempt, self.launcher, self.environment)
            self.display.started(trial)
            began = time.monotonic()
            outcome = attempts.work(trial, attempt, self.launcher, self.stop, self.display.event)
            self.after_trial()
            self.display.ended(trial, outcome, time.monotonic() - began)
            if outcome.state == "completed" or not (outcome.retry and left) or self.stop.is_set():
                break
        return outcome


@contextmanager
def locked(layout: Layout, trial_id: str) -> Iterator[bool]:
    """Hold the trial while somebody works on it; yield False when somebody else does."""
    path = layout.trial_lock(trial_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def mend(layout: Layout, trial_id: str) -> None:
    """End the attempts of a trial that nobody works on any more: their engine was killed."""
    for attempt in layout.attempts(trial_id):
        if state(attempt) is None:
            outcome = Outcome(
                "interrupted", "the engine ended before the attempt did", {"until": "its last sign of life"}
            )
            attempts.close(attempt, outcome, signs_of_life(attempt))


def signs_of_life(attempt: AttemptLayout) -> float:
    """Return the seconds from the first to the last event of an attempt, by the clock on the wall."""
    times = [event["t"] for journal in attempt.journals() for event in events(journal)]
    return max(times) - min(times) if times else 0.0


def state(attempt: AttemptLayout) -> str | None:
    """Return how an attempt ended, None when its journal does not say."""
    return next((event["state"] for event in events(attempt.engine_journal) if event["event"] == "end"), None)


def is_completed(layout: Layout, trial_id: str) -> bool:
    """Tell whether the trial has an attempt that completed."""
    return any(state(attempt) == "completed" for attempt in layout.attempts(trial_id))


def in_blocks(trials: Sequence[Trial]) -> list[Trial]:
    """Return the trials seed by seed, shuffled inside each, so that a machine's drift favours no method.

    The order is the same each time: it is drawn from the experiment's name and the seed.
    """
    blocks: dict[int, list[Trial]] = {}
    for trial in trials:
        blocks.setdefault(trial.seed, []).append(trial)
    for seed, block in blocks.items():
        key = hashlib.sha256(f"{block[0].experiment} {seed}".encode()).digest()
        random.Random(key).shuffle(block)  # noqa: S311 - an order, not a secret
    return [trial for block in blocks.values() for trial in block]


def journal_plan(layout: Layout, experiment: Experiment, plan: Plan, order: Sequence[Trial]) -> None:
    """Append the plan to the experiment's journal: the last one says which trials belong to it."""
    place = {trial.id: number for number, trial in enumerate(order)}
    goal = experiment.objective
    with Journal(layout.experiment_journal(experiment.experiment.name)) as journal:
        journal.append(
            "plan",
            version=FORMAT,
            name=experiment.experiment.name,
            description=experiment.experiment.description,
            file=experiment.file.name,
            sha256=hashlib.sha256(experiment.text.encode()).hexdigest(),
            text=experiment.text,
            baseline=experiment.baseline,
            methods=[
                {"name": name, "description": experiment.method(name).description} for name in experiment.method_names
            ],
            confidence=experiment.claims.confidence,
            correction=experiment.claims.correction,
            claims=list(declared(experiment)),
            trials=[
                {
                    "trial": trial.id,
                    "method": trial.method,
                    "baseline": trial.baseline,
                    "variant": trial.variant,
                    "context": trial.context,
                    "seed": trial.seed,
                    "label": trial.label,
                    "order": place[trial.id],
                }
                for trial in plan.trials
            ],
            excluded=[{"variant": dict(excluded.variant), "rule": excluded.rule} for excluded in plan.excluded],
            prices=[{"tariff": name, **price.model_dump()} for name, price in experiment.prices.items()],
            objective=None if goal is None else {"metric": goal.metric, "goal": goal.direction},
        )
