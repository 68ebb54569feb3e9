"""Which trials still need an attempt, in which order, and how often."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from xp.dsl.errors import Problem, XpError
from xp.dsl.trial import Trial
from xp.engine.launch.group import Launcher
from xp.engine.layout import AttemptLayout, Layout
from xp.engine.machine.lanes import Lane
from xp.engine.run import attempt as attempts
from xp.engine.run.displays import Display, Within
from xp.engine.run.failures import Outcome
from xp.engine.run.locks import BUSY_SECONDS, locked
from xp.engine.run.mending import mend
from xp.engine.run.searching import Company, conduct
from xp.engine.run.standing import standing
from xp.engine.run.stopping import Stop
from xp.engine.search.draws import source
from xp.engine.train import checkpoints, resume

BACK_OFF_SECONDS = 1.0
"""Wait before the first retry; twice as long before each further one."""

GOOD = ("completed", "cached")
"""States of a trial that is complete."""


class RunError(XpError):
    """A run cannot go on."""


@dataclass(frozen=True)
class Tally:
    """What a run has done."""

    cached: int = 0
    completed: int = 0
    failed: int = 0
    interrupted: bool = False
    failed_fast: bool = False
    """Whether a failure kept other trials from being started."""

    left: int = 0
    """How many of the failed ones were not attempted: they stay as an earlier run left them."""


@dataclass
class Run:
    """One `xp run`: everything it needs, handed in."""

    layout: Layout
    launcher: Launcher
    environment: Mapping[str, Any]
    display: Display
    stop: Stop
    after_trial: Callable[[], object]
    """Called when an attempt has ended: the warehouse is brought up to date."""

    force: bool = False
    """Whether completed trials are run again."""

    retry: Collection[str] = ()
    """Which ends that are results are attempted again."""

    lacking: Mapping[str, str] = field(default_factory=dict)
    """What the trials lack that cannot run, by their ids: they fail for it."""

    fail_fast: bool = False
    """Whether the first trial that does not complete is the last one."""

    seconds: float | None = None
    """How long it may take; then it is stopped as if by hand."""

    lane: Lane | None = None
    """What its trials run on beside those of others; None: they have the machine to themselves."""

    enough: threading.Event = field(default_factory=threading.Event)
    """Set when no further trial is to be started."""

    def all(self, trials: Sequence[Trial], retries: int) -> Tally:
        """Bring every trial to an end in the time that there is, those that somebody else works on last."""
        return side_by_side([self], trials, retries)

    def tally(self, states: Counter[str], queue: Collection[Trial]) -> Tally:
        """Return what a run has come to: how often trials ended how, and which it left in the queue."""
        completed, cached, interrupted = (states.pop(state, 0) for state in ("completed", "cached", "interrupted"))
        stopped = bool(interrupted) or (bool(queue) and (self.stop.is_set() or cancelled(self.layout)))
        fast = bool(queue) and not stopped
        return Tally(cached, completed, states.total(), stopped, failed_fast=fast, left=states["left"])

    def work_off(self, queue: deque[Trial], retries: int) -> Counter[str]:
        """Take trials from the queue until it is empty or the run ends before; return how often they ended how."""
        states: Counter[str] = Counter()
        waited = 0
        while not (self.stop.is_set() or self.enough.is_set() or cancelled(self.layout)):
            if (trial := taken(queue)) is None:
                break
            state = self.one(trial, retries)
            if state != "busy":
                states[state] += 1
                waited = 0
                if self.fail_fast and state not in (*GOOD, "left"):
                    self.enough.set()
                continue
            queue.append(trial)
            waited += 1
            if waited == len(queue):
                self.display.note(f"waiting for {len(queue)} trials that another xp is running")
            if waited >= len(queue):
                self.stop.wait(BUSY_SECONDS)
        return states

    def in_lane(self, queue: deque[Trial], retries: int) -> Counter[str]:
        """Work in a thread of its own, on the lane's cores."""
        if self.lane is not None:
            self.lane.enter()
        try:
            return self.work_off(queue, retries)
        except BaseException:
            self.enough.set()
            raise
        finally:
            self.launcher.close()  # the kernel ends the preloaded parent together with the thread that started it

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
        self.stop.ask()

    def one(self, trial: Trial, retries: int) -> str:
        """Bring one trial to an end and return its state; after ``cached``, ``left`` and ``busy`` nothing was done."""
        with locked(self.layout, trial.id) as mine:
            if not mine:
                return "busy"
            mend(self.layout, trial.id)
            if not self.force:
                found = standing(self.layout, trial.id)
                if found.state == "cached":
                    return "cached"
                if found.left(self.retry):
                    return "left"
            return self.attempt(trial, retries).state

    def attempt(self, trial: Trial, retries: int) -> Outcome:
        """Attempt a trial until it completes or a retry can mend nothing."""
        if (reason := self.lacking.get(trial.id)) is not None:
            attempt = self.layout.new_attempt(trial.id)
            return self.told(trial, attempt, lambda: attempts.without(attempt, reason))
        for left in range(retries, -1, -1):
            outcome = self.once(trial) if trial.search is None else self.searched(trial, retries)
            if outcome.state == "completed" or not (outcome.retry and left) or self.stop.is_set():
                break
            self.stop.wait(BACK_OFF_SECONDS * 2 ** (retries - left))
        return outcome

    def once(self, trial: Trial) -> Outcome:
        """Attempt a trial, from its last checkpoint where there is one."""
        point = origin(self.layout, trial, self.display.note, anew=self.force)
        attempt = self.layout.new_attempt(trial.id)
        if point is not None:
            resume.order(attempt, point)

        def work() -> Outcome:
            outcome = attempts.work(trial, attempt, self.launcher, self.stop, self.display.event)
            if outcome.state == "completed":
                tidy(self.layout, trial)
            return outcome

        return self.told(trial, attempt, work)

    def searched(self, trial: Trial, retries: int) -> Outcome:
        """Attempt a search: its trainings are trials that this lane runs one after another."""

        def bring(training: Trial, anew: bool) -> str:
            return replace(self, force=anew, display=Within(self.display)).one(training, retries)

        company = Company(
            layout=self.layout,
            bring=bring,
            wait=self.stop.wait,
            stopped=lambda: self.stop.is_set() or cancelled(self.layout),
            note=self.display.note,
            show=self.display.event,
        )
        attempt = self.layout.new_attempt(trial.id)
        return self.told(trial, attempt, lambda: conduct(trial, attempt, company))

    def told(self, trial: Trial, attempt: AttemptLayout, work: Callable[[], Outcome]) -> Outcome:
        """Have an attempt worked on, and say how it began and ended, in its journal and on the display."""
        attempts.announce(trial, attempt, self.launcher, self.environment, self.lane)
        self.display.started(trial)
        began = time.monotonic()
        outcome = work()
        self.after_trial()
        self.display.ended(trial, outcome, time.monotonic() - began)
        return outcome


def taken(queue: deque[Trial]) -> Trial | None:
    """Return the next trial, None where there is none: another lane may be faster."""
    try:
        return queue.popleft()
    except IndexError:
        return None


def side_by_side(lanes: Sequence[Run], trials: Sequence[Trial], retries: int) -> Tally:
    """Bring every trial to an end, each in the first lane that is free, and let go of the lanes' launchers."""
    queue = deque(trials)
    with lanes[0].timed():
        if lanes[0].lane is None:
            counts = [lanes[0].work_off(queue, retries)]
        else:
            with ThreadPoolExecutor(len(lanes)) as pool:
                counts = list(pool.map(lambda run: run.in_lane(queue, retries), lanes))
    return lanes[0].tally(sum(counts, Counter()), queue)


def origin(layout: Layout, trial: Trial, note: Callable[[str], object], *, anew: bool = False) -> resume.Point | None:
    """Return the checkpoint that an attempt at a trial goes on from: its own, or that of the trial it continues."""
    on_disk = trial.settings.zero is not None and trial.settings.zero.on_disk  # it begins anew
    if not anew and not on_disk and (own := checkpoints.newest(layout.attempts(trial.id), note)) is not None:
        return resume.Point(trial.id, own.attempt.number, own.step)
    if trial.start is None:
        return None
    donor = checkpoints.newest(layout.attempts(trial.start.trial), note, trial.start.step)
    if donor is None:
        message = f"the checkpoint of trial {trial.start.trial} at step {trial.start.step} is not there"
        raise RunError(Problem(message, str(layout.trial(trial.start.trial)), "run that trial first, and keep it"))
    return resume.Point(trial.start.trial, donor.attempt.number, donor.step)


def tidy(layout: Layout, trial: Trial) -> None:
    """Delete the checkpoints of a completed trial, but the last one where others go on from it."""
    *earlier, last = layout.attempts(trial.id)
    for attempt in earlier:
        checkpoints.drop(attempt, keep_last=False)
    checkpoints.drop(last, keep_last=trial.keep)


def cancelled(layout: Layout) -> bool:
    """Tell whether somebody asked every run of this folder to stop."""
    return layout.stop_file.exists()


def in_blocks(trials: Sequence[Trial]) -> list[Trial]:
    """Return the trials seed by seed, shuffled inside each, so that a machine's drift favours no method.

    The order is the same each time: it is drawn from the experiment's name and the seed.
    """
    blocks: dict[int, list[Trial]] = {}
    for trial in trials:
        blocks.setdefault(trial.seed, []).append(trial)
    for seed, block in blocks.items():
        source(block[0].experiment, seed).shuffle(block)
    return [trial for block in blocks.values() for trial in block]
