"""Time of training steps: the first ones apart, evaluations left out."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

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
    loading: list[float] = field(default_factory=list)
    tokens: Any = 0
    """What this rank has read and written behind the warm-up: nobody waits for the device that counts it."""

    _mark: float = 0.0
    _seen: int = 0
    _loaded: float = 0.0

    def start(self) -> None:
        """Begin the first step, or go on after something that is no training."""
        self._mark = self.now()

    def batches(self, source: Iterator[Any]) -> Iterator[Any]:
        """Yield what *source* yields, and take the time that it takes."""
        while True:
            began = self.now()
            try:
                batch = next(source)
            except StopIteration:
                return
            finally:
                self._loaded += self.now() - began
            yield batch

    def see(self, samples: int, tokens: Any = 0) -> None:
        """Count the samples of one forward pass of this rank, as many as any other has, and the tokens."""
        self._seen += samples * self.world_size
        if len(self.seconds) >= WARM_UP:
            self.tokens = self.tokens + tokens

    def step(self) -> None:
        """End one step and begin the next."""
        if len(self.seconds) in (0, WARM_UP - 1):
            self.settle()
        now = self.now()
        self.seconds.append(now - self._mark)
        self.samples.append(self._seen)
        self.loading.append(self._loaded)
        self._mark, self._seen, self._loaded = now, 0, 0.0

    def stop(self) -> None:
        """End the last step for good: what the device still has to do belongs to it."""
        if self.seconds:
            before = self.now()
            self.settle()
            self.seconds[-1] += self.now() - before

    def metrics(self, tokens: Sequence[float] = ()) -> dict[str, float]:
        """Return what the warm-up took and the speed after it; no speed where nothing came after it.

        *tokens* are those of sources and targets that all ranks have seen behind the warm-up.
        """
        found = {"warmup_seconds": sum(self.seconds[:WARM_UP])}
        if steady := self.seconds[WARM_UP:]:
            whole = sum(steady)
            found["train_steady_seconds"] = whole
            found["train_steady_step_seconds"] = statistics.median(steady)
            found["train_steady_p95_step_seconds"] = percentile(steady, 0.95)
            found["train_steady_samples_per_second"] = sum(self.samples[WARM_UP:]) / whole
            found["train_steady_loading_share"] = sum(self.loading[WARM_UP:]) / whole
            for side, count in zip(("source", "target"), tokens, strict=False):
                found[f"train_steady_{side}_tokens_per_second"] = count / whole
        return found

    def facts(self) -> dict[str, str | int]:
        """Return what the speed was taken from."""
        steps = len(self.seconds)
        return {
            "warmup_steps": min(steps, WARM_UP),
            "timed_steps": max(0, steps - WARM_UP),
            "includes": "batches, both passes, optimizer",
            "excludes": "evaluations, checkpoints",
        }


def percentile(values: Sequence[float], share: float) -> float:
    """Return the least of *values* that so large a share of them does not exceed.

    >>> percentile([3.0, 1.0, 2.0, 9.0], 0.75), percentile([5.0], 0.95)
    (3.0, 5.0)
    """
    return sorted(values)[math.ceil(share * len(values)) - 1]
