"""What an attempt that goes on from a checkpoint brings along."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from xp.engine.journal import events
from xp.engine.layout import AttemptLayout
from xp.engine.train.record import Record

CURVES = ("loss", "grad_norm", "learning_rate", "epoch")
"""What is logged along a training, besides evaluations: the rest sums up a session, and belongs to that."""


@dataclass(frozen=True)
class Point:
    """The checkpoint that an attempt goes on from."""

    trial: str
    attempt: int
    step: int


def order(attempt: AttemptLayout, point: Point) -> None:
    """Have the attempt go on from a checkpoint."""
    attempt.resume_file.write_text(json.dumps(asdict(point)), encoding="utf-8")


def ordered(attempt: AttemptLayout) -> Point | None:
    """Return the checkpoint that the attempt goes on from, None where it begins anew."""
    if not attempt.resume_file.exists():
        return None
    return Point(**json.loads(attempt.resume_file.read_text(encoding="utf-8")))


def source(attempt: AttemptLayout, record: Record) -> Path | None:
    """Return the folder of the checkpoint; an earlier attempt's curves up to there are taken into the record."""
    point = ordered(attempt)
    if point is None:
        return None
    earlier = attempt.neighbour(point.trial, point.attempt)
    if record.leads and point.trial == attempt.trial_id:
        carry(earlier, point, record)
    return earlier.checkpoint(point.step)


def carry(earlier: AttemptLayout, point: Point, record: Record) -> None:
    """Copy the curves of an earlier attempt up to its checkpoint, so that each attempt tells the whole of them."""
    for event in events(earlier.journal(record.rank)):
        if event["event"] == "metrics" and event["step"] is not None and event["step"] <= point.step:
            values = {name: value for name, value in event["values"].items() if along(name)}
            if values:
                units = {name: unit for name, unit in event["units"].items() if name in values}
                told = {name: value for name, value in event.items() if name != "m"}  # this session took no time for it
                record.journal.append(**{**told, "values": values, "units": units, "carried": point.attempt})


def along(metric: str) -> bool:
    """Tell whether a metric is logged along a training.

    >>> along("loss"), along("eval_loss"), along("train_loss"), along("train_runtime")
    (True, True, False, False)
    """
    return metric in CURVES or metric.startswith("eval_")
