"""What an attempt that goes on from a checkpoint brings along."""

from __future__ import annotations

from pathlib import Path

from xp.engine.journal import events
from xp.engine.layout import AttemptLayout
from xp.engine.resume import Point, ordered_resume
from xp.engine.train.record import Record

CURVES = ("loss", "grad_norm", "learning_rate", "epoch")
"""What is logged along a training, besides evaluations: the rest sums up a session, and belongs to that."""


def resume_folder(attempt: AttemptLayout, record: Record) -> Path | None:
    """Return the folder of the checkpoint; an earlier attempt's curves up to there are taken into the record."""
    point = ordered_resume(attempt)
    if point is None:
        return None
    earlier = attempt.neighbour(point.trial, point.attempt)
    if record.leads and point.trial == attempt.trial_id:
        carry_curves(earlier, point, record)
    return earlier.checkpoint(point.step)


def carry_curves(earlier: AttemptLayout, point: Point, record: Record) -> None:
    """Copy the curves of an earlier attempt up to its checkpoint, so that each attempt tells the whole of them."""
    for event in events(earlier.journal(record.rank)):
        if event["event"] == "metrics" and event["step"] is not None and event["step"] <= point.step:
            values = {name: value for name, value in event["values"].items() if is_along_training(name)}
            if values:
                units = {name: unit for name, unit in event["units"].items() if name in values}
                told = {name: value for name, value in event.items() if name != "m"}  # this session took no time for it
                record.journal.append(**{**told, "values": values, "units": units, "carried": point.attempt})


def is_along_training(metric: str) -> bool:
    """Tell whether a metric is logged along a training.

    >>> [is_along_training(name) for name in ("loss", "eval_loss", "train_loss", "train_runtime")]
    [True, True, False, False]
    """
    return metric in CURVES or metric.startswith("eval_")
