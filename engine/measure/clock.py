"""Time of training steps: the first ones apart, evaluations left out."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

WARM_UP = 3
"""Steps that are kept apart: allocators, kernels and engines settle in them."""


@dataclass
class StepClock:
    """Takes the time of each optimizer step, the making of its batches included."""

    world_size: int
    now: Callable[[], float] = time.monotonic
    settle: Callable[[], None] = lambda: None
    """Waits for a device that works behind the program's back."""

    seconds: list[float] = field(default_factory=list)
    samples: list[int] = field(default_factory=list)
    _mark: float = 0.0
    _seen: int = 0

    def start(self) -> None:
        """Begin the first step, or go on after something that is no training."""
        self._mark = self.now()

    def see(self, samples: int) -> None:
        """Count the samples of one forward pass of this rank; all ranks have as many."""
        self._seen += samples * self.world_size

    def step(self) -> None:
        """End one step and begin the next."""
        if len(self.seconds) in (0, WARM_UP - 1):
            self.settle()
        now = self.now()
        self.seconds.append(now - self._mark)
        self.samples.append(self._seen)
        self._mark, self._seen = now, 0

    def stop(self) -> None:
        """End the last step for good: what the device still has to do belongs to it."""
        if self.seconds:
            before = self.now()
            self.settle()
            self.seconds[-1] += self.now() - before

    def metrics(self) -> dict[str, float]:
        """Return what the warm-up took and the speed after it; no speed where nothing came after it."""
        found = {"warmup_seconds": sum(self.seconds[:WARM_UP])}
        if steady := self.seconds[WARM_UP:]:
            found["train_steady_step_seconds"] = statistics.median(steady)
            found["train_steady_samples_per_second"] = sum(self.samples[WARM_UP:]) / sum(steady)
        return found

    def facts(self) -> dict[str, str | int]:
        """Return what the speed was taken from."""
        steps = len(self.seconds)
        return {
            "warmup_steps": min(steps, WARM_UP),
            "timed_steps": max(0, steps - WARM_UP),
            "includes": "batches, both passes, optimizer",
            "excludes": "evaluations",
        }
