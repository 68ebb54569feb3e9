"""The work of a run that nobody has begun: its trials, and in front of them the trainings that searches hand out.

The lanes of the run take from it. The one that conducts a search hands out trainings, works on them as all others do,
and waits for the rest; whoever finds nothing to do stays as long as a search goes on, for that may hand out more. What
a lane waits for is always work that goes on in another one, and each piece of work tells when it ends.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from xp.dsl.trial import Trial
from xp.engine.run.harvest import Harvest
from xp.engine.run.stopping import StoppedError

Bring = Callable[[Trial, bool], str]
"""How a lane brings a training to an end and returns its state; the flag: its last checkpoint has to be there, too."""

Train = Callable[[Trial, Bring], Harvest]
"""How a search has a training done by whatever lane has taken it, and returns what it came to."""


@dataclass(eq=False)
class Batch:
    """Trainings that depend on none of each other: a search hands them out together."""

    train: Train
    waiting: deque[Trial]
    """Those that no lane has taken."""

    running: int = 0
    """How many of them lanes are working on."""

    found: dict[str, Harvest] = field(default_factory=dict)
    """What those that have ended came to, by their ids."""

    errors: list[BaseException] = field(default_factory=list)
    """What broke in any lane."""

    @classmethod
    def of(cls, trials: Iterable[Trial], train: Train) -> Batch:
        """Return a batch of trainings; those that are the same one are done once."""
        return cls(train, deque({trial.id: trial for trial in trials}.values()))


@dataclass(frozen=True)
class Training:
    """A training that a lane has taken from a batch."""

    trial: Trial
    batch: Batch


class Queue:
    """What the lanes of one run take from."""

    def __init__(self, trials: Iterable[Trial] = (), stopped: Callable[[], bool] = lambda: False) -> None:
        self._trials = deque(trials)
        self._stopped = stopped
        self._closed = False
        self._batches: list[Batch] = []
        self._searches = 0
        self._changed = threading.Condition()

    def __len__(self) -> int:
        """Return how many trials nobody has begun."""
        return len(self._trials)

    def take(self) -> Trial | Training | None:
        """Return what a lane works on next, waiting while a search goes on; None where nothing can come any more."""
        with self._changed:
            while not self._stopped():
                if (training := self._handed_out(self._batches)) is not None:
                    return training
                if self._trials and not self._closed:
                    trial = self._trials.popleft()
                    self._searches += trial.search is not None
                    return trial
                if not self._searches:
                    return None
                self._changed.wait()
        return None

    @contextmanager
    def at(self, trial: Trial) -> Iterator[None]:
        """Work on a trial that was taken, and say when that has ended."""
        try:
            yield
        finally:
            with self._changed:
                self._searches -= trial.search is not None
                self._changed.notify_all()

    def put_back(self, trial: Trial) -> None:
        """Leave a trial for later."""
        with self._changed:
            self._trials.append(trial)
            self._changed.notify_all()

    def close(self) -> None:
        """Have no further trial begun; searches that have begun are brought to their end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def share(self, batch: Batch, bring: Bring) -> None:
        """Have a batch worked off by this lane and all that are free; where one breaks or stops, raise that."""
        with self._changed:
            self._batches.append(batch)
            self._changed.notify_all()
        while (training := self._next(batch)) is not None:
            self.work(training, bring)
        with self._changed:
            self._changed.wait_for(lambda: not batch.running)
            self._batches.remove(batch)
        if batch.errors:  # what broke is told rather than what was merely stopped
            raise next((error for error in batch.errors if not isinstance(error, StoppedError)), batch.errors[0])

    def work(self, training: Training, bring: Bring) -> None:
        """Work on a training; the lane that conducts its search hears of whatever goes wrong."""
        batch = training.batch
        try:
            batch.found[training.trial.id] = batch.train(training.trial, bring)
        except BaseException as error:  # noqa: BLE001 - the lane that waits for the batch raises it
            batch.errors.append(error)
        with self._changed:
            if batch.errors:
                batch.waiting.clear()
            batch.running -= 1
            self._changed.notify_all()

    def _next(self, batch: Batch) -> Training | None:
        with self._changed:
            return self._handed_out([batch])

    def _handed_out(self, batches: Iterable[Batch]) -> Training | None:
        for batch in batches:
            if batch.waiting:
                batch.running += 1
                return Training(batch.waiting.popleft(), batch)
        return None
