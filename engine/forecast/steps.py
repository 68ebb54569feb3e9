"""Optimizer steps of a training, by the arithmetic of transformers' trainer."""

from __future__ import annotations

import math

from xp.dsl.settings import Settings


def steps(settings: Settings, samples: float | None) -> int | None:
    """Return the most steps of a training on so many examples, None where that cannot be told.

    Early stopping may end it before. Batches are dealt out to the ranks, and an epoch ends with a short step.

    >>> steps(Settings(epochs=1.0, batch_size=8, world_size=2), 3000)
    188
    """
    if settings.max_steps is not None:
        return settings.max_steps
    if not samples:
        return None
    batches = math.ceil(math.ceil(samples / settings.batch_size) / settings.world_size)
    return math.ceil(settings.epochs * math.ceil(batches / settings.gradient_accumulation_steps))
