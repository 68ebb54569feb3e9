"""Numbers of a run that follow from one another: what does not agree was edited, or measured by another clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

TOLERANCE = 0.002
"""Relative difference that rounding may make."""

ROUNDED = 0.00051
"""Absolute difference of a number that was written with three digits behind the point."""


def disagreements(metrics: Mapping[str, float], steps: int | None = None) -> Iterator[str]:
    """Yield what does not agree in the last values of a run's metrics; *steps* are those of its training."""
    epochs = metrics.get("epoch")
    for phase in ("train", "eval", "predict"):
        seconds = metrics.get(f"{phase}_runtime")
        samples = metrics.get(f"{phase}_samples")
        passes = epochs if phase == "train" else 1.0
        if not seconds:
            continue
        if samples and passes:
            said = metrics.get(f"{phase}_samples_per_second")
            yield from compared(f"{phase}_samples_per_second", said, samples * passes / seconds)
        if phase == "train" and steps:
            yield from compared("train_steps_per_second", metrics.get("train_steps_per_second"), steps / seconds)


def compared(name: str, said: float | None, follows: float) -> Iterator[str]:
    """Yield a sentence where a number is not what follows from the others."""
    if said is not None and abs(said - follows) > TOLERANCE * abs(follows) + ROUNDED:
        yield f"{name} is {said:g}, but {follows:g} follows from samples, steps and runtime"
