"""One training that several files tell of in different forms: it is a trial of each, and is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xp.engine.importing.found import Found
from xp.engine.importing.values import finite

TRAINING = ("train_runtime", "train_loss")
"""Numbers of a training that are the same only in its copies: nothing else takes as long to the tenth of a millisecond
and ends with the same loss."""


def note_same_training(runs: Sequence[Found]) -> list[Found]:
    """Return the runs, those whose training is that of another one with a note that says so."""
    trainings = [training_of(run) for run in runs]
    noted = []
    for run, training in zip(runs, trainings, strict=True):
        others = [
            other.files[0].name
            for other, same in zip(runs, trainings, strict=True)
            if other is not run and training and same == training
        ]
        noted.append(replace(run, notes=(*run.notes, describe_copies(training, others))) if others else run)
    return noted


def describe_copies(training: tuple[float, ...], others: Sequence[str]) -> str:
    """Return what to know of a training that other files have as well."""
    numbers = ", ".join(f"{name} {value:.10g}" for name, value in zip(TRAINING, training, strict=True))
    return f"the same training as in {', '.join(others)} ({numbers}): both count; import one of them to count it once"


def training_of(run: Found) -> tuple[float, ...]:
    """Return the numbers that tell a training from others, none where one is missing."""
    known = finite(run.latest)
    return tuple(known[name] for name in TRAINING) if known.keys() >= {*TRAINING} else ()
