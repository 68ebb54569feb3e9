"""Numbers of a run that follow from one another: what does not agree was edited, or measured by another clock."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from xp.engine.importing.found import Found, Point
from xp.engine.importing.row import PARTS
from xp.engine.importing.values import finite

TOLERANCE = 0.002
"""Relative difference that rounding may make."""

ROUNDED = 0.00051
"""Absolute difference of a number that was written with three digits behind the point."""

SHORTER = 1e-4
"""Relative difference of one number that two files write with more and with fewer digits."""

RUNTIME = "_runtime"

WHOLE = "energy_consumed"


def disagreements(found: Found) -> Iterator[str]:
    """Yield what does not agree in the numbers of a run, each phase of it as it was recorded last."""
    yield from contradictions(found.points)
    if found.kind == "codecarbon":
        yield from differing_parts([point for point in found.points if point.step is not None])
    known = finite({**found.settings, **found.facts})
    yield from beyond(known)
    for phase, values in phases(found.points).items():
        if phase == "train":
            steps = [known[name] for name in ("global_step", "max_steps") if name in known]
            # a trainer that stopped early may tell its speed as if it had gone on
            epochs = [each for each in (values.get("epoch"), known.get("epochs")) if each]
            yield from speeds(phase, values, epochs, steps)
            yield from counts(values, known)
        else:
            yield from speeds(phase, values, [1.0], [])


def phases(points: Sequence[Point]) -> dict[str, dict[str, float]]:
    """Return the phases of a run, each with the numbers that were recorded for the same step as its last runtime."""
    together: dict[int | None, dict[str, float]] = {}
    for point in points:
        together.setdefault(point.step, {}).update(finite(point.values))
    return {
        name.removesuffix(RUNTIME): values for values in together.values() for name in values if name.endswith(RUNTIME)
    }


def contradictions(points: Sequence[Point]) -> Iterator[str]:
    """Yield a sentence where two files say different things of the whole run; epochs are rounded in some."""
    told: dict[str, tuple[float, Path]] = {}
    for point in points:
        if point.step is not None or point.file is None:
            continue
        for name, value in finite(point.values).items():
            before, file = told.get(name, (value, point.file))
            told[name] = (value, point.file)
            if name != "epoch" and not math.isclose(before, value, rel_tol=SHORTER, abs_tol=ROUNDED):
                yield f"{name} is {before:g} in {file.name} and {value:g} in {point.file.name}"


def differing_parts(rows: Sequence[Point]) -> Iterator[str]:
    """Yield a sentence where the energies of the parts of a machine do not make its own, and in how many rows."""
    known = [(row.step, finite(row.values)) for row in rows]
    added = [
        (line, values[WHOLE], math.fsum(values[part] for part in PARTS))
        for line, values in known
        if values.keys() >= {*PARTS, WHOLE}
    ]
    odd = [one for one in added if not math.isclose(*one[1:], rel_tol=TOLERANCE)]
    if odd:
        line, whole, parts = odd[0]
        more = f"; so in {len(odd) - 1} more" if len(odd) > 1 else ""
        yield f"{WHOLE} is {whole:g} in line {line}, but its parts add up to {parts:g}{more}"


def speeds(phase: str, values: Mapping[str, float], passes: Sequence[float], steps: Sequence[float]) -> Iterator[str]:
    """Yield a sentence where samples or steps do not make the speed of a phase; *steps* may be unknown."""
    seconds, samples = values[f"{phase}{RUNTIME}"], values.get(f"{phase}_samples")
    if seconds < 0:
        yield f"{phase}{RUNTIME} is {seconds:g}, and no time is less than 0"
    if seconds <= 0:
        return
    if samples:
        yield from differing_number(
            f"{phase}_samples_per_second", values, [samples * each / seconds for each in passes]
        )
    name = f"{phase}_steps_per_second"
    if steps:
        yield from differing_number(name, values, [each / seconds for each in steps])
    elif name in values:
        took = values[name] * seconds
        if math.isinf(took) or abs(took - max(1, round(took))) > ROUNDED * seconds:
            yield f"{name} is {values[name]:g}, but in {seconds:g} s that is no whole number of steps"


def beyond(known: Mapping[str, float]) -> Iterator[str]:
    """Yield a sentence where more steps were taken than the training was to have."""
    taken, planned = known.get("global_step"), known.get("max_steps")
    if taken and planned and 0 < planned < taken:
        yield f"global_step is {taken:g}, but max_steps is {planned:g}"


def differing_number(name: str, values: Mapping[str, float], follows: Sequence[float]) -> Iterator[str]:
    """Yield a sentence where a number is none of those that may follow from the others."""
    said = values.get(name)
    if said is None or not follows or any(abs(said - each) <= TOLERANCE * abs(each) + ROUNDED for each in follows):
        return
    yield f"{name} is {said:g}, but {follows[0]:g} follows from samples, steps and runtime"


def counts(values: Mapping[str, float], known: Mapping[str, float]) -> Iterator[str]:
    """Yield a sentence where whole epochs of the samples in batches do not make the steps of the training.

    The batch is that of one process: how many there were, or how many batches made a step, is not known.
    """
    samples, epochs = values.get("train_samples"), values.get("epoch")
    batch, steps = known.get("batch_size"), known.get("global_step")
    if not (samples and epochs and batch and steps) or epochs % 1:
        return
    times = max(1, round(samples * epochs / (steps * batch)))
    each = samples / (batch * times)
    if steps not in (math.floor(each) * epochs, math.ceil(each) * epochs):
        follow = math.ceil(each) * epochs
        yield f"global_step is {steps:g}, but {follow:g} follows from samples, batch size and epochs"
