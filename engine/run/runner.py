"""Which trials still need an attempt, in which order, and how often."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from xp.dsl.errors import Problem, XpError
from xp.dsl.quantity import plural
from xp.dsl.trial import Trial
from xp.engine import checkpoints, resume
from xp.engine.launch.group import Launcher
from xp.engine.layout import AttemptLayout, Layout
from xp.engine.machine.lanes import Lane
from xp.engine.run import attempt as attempts
from xp.engine.run.abandoned import end_abandoned
from xp.engine.run.displays import Display, SearchDisplay
from xp.engine.run.failures import Outcome
from xp.engine.run.locks import BUSY_SECONDS, locked
from xp.engine.run.queueing import Queue, Training
from xp.engine.run.searching import RunServices, run_search
from xp.engine.run.stopping import Stop
from xp.engine.run.trial_state import standing_of
from xp.engine.search.draws import source

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
    """Whether the run was stopped before all was done."""

    cancelled: int = 0
    """How many trials somebody stopped while the run went on."""

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

    donates: bool = False
    """Whether trials that are complete are run again where others go on from their last checkpoint and it is gone."""

    retry: Collection[str] = ()
    """Which ends that are results are attempted again."""

    lacking: Mapping[str, str] = field(default_factory=dict)
    """What the trials lack that cannot run, by their ids: they fail for it."""

    fail_fast: bool = False
    """Whether the first trial that does not complete is the last one."""

    seconds: float | None = None
    """How long it may take; then it is stopped as if by hand."""

    request: int | None = None
    """The request to stop every run of the folder that was there when it began: it was meant for others."""

    lane: Lane | None = None
    """What its trials run on beside those of others; None: they have the machine to themselves."""

    queue: Queue = field(default_factory=Queue)
    """The work that it shares with the other lanes."""

    def all(self, trials: Sequence[Trial], retries: int) -> Tally:
        """Bring every trial to an end in the time that there is, those that somebody else works on last."""
        return side_by_side([self], trials, retries)

    def tally(self, states: Counter[str]) -> Tally:
        """Return what a run has come to: how often trials ended how, and whether it left some in the queue."""
        own = ("completed", "cached", "interrupted", "cancelled")
        completed, cached, interrupted, cancelled = (states.pop(state, 0) for state in own)
        pending = len(self.queue) > 0
        stopped = bool(interrupted) or (pending and self.is_over())
        return Tally(
            cached,
            completed,
            states.total(),
            stopped,
            cancelled,
            failed_fast=pending and not stopped,
            left=states["left"],
        )

    def is_over(self) -> bool:
        """Tell whether nothing further is to be begun, neither a trial nor a training of a search."""
        return self.stop.is_set() or stop_request(self.layout) not in (None, self.request)

    def work_through_queue(self, retries: int) -> Counter[str]:
        """Take from the queue until nothing can come any more or the run is over; return how often trials ended how."""
        states: Counter[str] = Counter()
        waited = 0
        while (task := self.queue.take()) is not None:
            if isinstance(task, Training):
                self.queue.work(task, partial(self.finish_training, retries))
                continue
            with self.queue.at(task):
                state = self.finish_trial(task, retries)
                if state == "busy":
                    self.queue.put_back(task)
                elif state == "interrupted" and not self.is_over():
                    state = "cancelled"
                elif self.fail_fast and state not in (*GOOD, "left"):
                    self.queue.close()
            if state == "busy":
                waited += 1
                self.wait_for_others(waited)
            else:
                waited = 0
                states[state] += 1
        return states

    def wait_for_others(self, waited: int) -> None:
        """Wait a while where all that is left is what another xp is running."""
        if waited == len(self.queue):
            self.display.note(f"waiting for {plural(waited, 'trial')} that another xp is running")
        if waited >= len(self.queue):
            self.stop.wait(BUSY_SECONDS)

    def work_in_lane(self, retries: int) -> Counter[str]:
        """Work in a thread of its own, on the lane's cores."""
        if self.lane is not None:
            self.lane.enter()
        try:
            return self.work_through_queue(retries)
        except BaseException:
            self.queue.close()
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
        self.stop.set()

    def finish_trial(self, trial: Trial, retries: int) -> str:
        """Bring one trial to an end and return its state; after ``cached``, ``left`` and ``busy`` nothing was done."""
        with locked(self.layout, trial.id) as mine:
            if not mine:
                return "busy"
            end_abandoned(self.layout, trial.id)
            return self.settled_state(trial) or self.attempt(trial, retries).state

    def settled_state(self, trial: Trial) -> str:
        """Return the state of a trial that needs no attempt (``left``: it is not attempted again), else nothing."""
        if self.force:
            return ""
        found = standing_of(self.layout, trial.id)
        if found.state == "cached":
            return "" if self.donates and self.checkpoint(trial) is None else "cached"
        return "left" if found.left(self.retry) else ""

    def checkpoint(self, trial: Trial) -> checkpoints.Checkpoint | None:
        """Return what others go on from, who begin where a trial ends."""
        return checkpoints.newest_intact(self.layout.attempts(trial.id), self.display.note, trial.until)

    def attempt(self, trial: Trial, retries: int) -> Outcome:
        """Attempt a trial until it completes or a retry can mend nothing."""
        if (reason := self.lacking.get(trial.id)) is not None:
            attempt = self.layout.new_attempt(trial.id)
            return self.perform(trial, attempt, lambda: attempts.fail_unstarted(attempt, reason))
        for left in range(retries, -1, -1):
            outcome = self.attempt_training(trial) if trial.search is None else self.attempt_search(trial, retries)
            if outcome.state == "completed" or not (outcome.retry and left) or self.stop.is_set():
                break
            self.stop.wait(BACK_OFF_SECONDS * 2 ** (retries - left))
        return outcome

    def attempt_training(self, trial: Trial) -> Outcome:
        """Attempt a trial, from its last checkpoint where there is one."""
        point = resume_point(self.layout, trial, self.display.note, anew=self.force)
        attempt = self.layout.new_attempt(trial.id)
        if point is not None:
            resume.order_resume(attempt, point)

        def work() -> Outcome:
            outcome = attempts.run_attempt(trial, attempt, self.launcher, self.stop, self.display.event)
            if outcome.state == "completed":
                drop_checkpoints(self.layout, trial, self.display.note)
            return outcome

        return self.perform(trial, attempt, work)

    def attempt_search(self, trial: Trial, retries: int) -> Outcome:
        """Attempt a search: its trainings are trials that this lane works on, and every other one that is free."""
        attempt = self.layout.new_attempt(trial.id)
        services = RunServices(
            layout=self.layout,
            share=lambda batch: self.queue.share(batch, partial(self.finish_training, retries)),
            wait=self.stop.wait,
            stopped=lambda: self.is_over() or attempt.stop_file.exists(),
            note=self.display.note,
            show=self.display.event,
        )
        return self.perform(trial, attempt, lambda: run_search(trial, attempt, services))

    def finish_training(self, retries: int, training: Trial, donates: bool) -> str:
        """Bring a training of a search to an end in this lane, and return its state."""
        within = replace(self, force=False, donates=donates, display=SearchDisplay(self.display))
        return within.finish_trial(training, retries)

    def perform(self, trial: Trial, attempt: AttemptLayout, work: Callable[[], Outcome]) -> Outcome:
        """Have an attempt worked on, and say how it began and ended, in its journal and on the display."""
        attempts.journal_begin(trial, attempt, self.launcher, self.environment, self.lane)
        self.display.started(trial)
        began = time.monotonic()
        outcome = work()
        self.after_trial()
        self.display.ended(trial, outcome, time.monotonic() - began)
        return outcome


def side_by_side(lanes: Sequence[Run], trials: Sequence[Trial], retries: int) -> Tally:
    """Bring every trial to an end, each in the first lane that is free, and let go of the lanes' launchers."""
    queue = Queue(trials, lanes[0].is_over)
    first, *others = (replace(lane, queue=queue) for lane in lanes)
    with first.timed():
        if first.lane is None:
            counts = [first.work_through_queue(retries)]
        else:
            with ThreadPoolExecutor(len(lanes)) as pool:
                counts = list(pool.map(lambda run: run.work_in_lane(retries), [first, *others]))
    return first.tally(sum(counts, Counter()))


def resume_point(
    layout: Layout, trial: Trial, note: Callable[[str], object], *, anew: bool = False
) -> resume.Point | None:
    """Return the checkpoint that an attempt at a trial goes on from: its own, or that of the trial it continues."""
    anew = anew or (trial.settings.zero is not None and trial.settings.zero.begins_anew)
    if not anew and (own := checkpoints.newest_intact(layout.attempts(trial.id), note)) is not None:
        return resume.Point(trial.id, own.attempt.number, own.step)
    if trial.start is None:
        return None
    donor = checkpoints.newest_intact(layout.attempts(trial.start.trial), note, trial.start.step)
    if donor is None:
        message = f"the checkpoint of trial {trial.start.trial} at step {trial.start.step} is not there"
        raise RunError(Problem(message, str(layout.trial(trial.start.trial)), "run that trial first, and keep it"))
    return resume.Point(trial.start.trial, donor.attempt.number, donor.step)


def drop_checkpoints(layout: Layout, trial: Trial, note: Callable[[str], object]) -> None:
    """Delete the checkpoints of a completed trial, but the last one where others go on from it.

    That may lie in an earlier attempt: the one that completed has saved nothing where only the evaluation was missing.
    """
    attempts = layout.attempts(trial.id)
    checkpoints.drop_checkpoints(attempts, checkpoints.newest_intact(attempts, note) if trial.keep else None)


def stop_request(layout: Layout) -> int | None:
    """Return what tells a request to stop every run of a folder from the ones before, None where there was none."""
    return layout.stop_file.stat().st_mtime_ns if layout.stop_file.exists() else None


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
