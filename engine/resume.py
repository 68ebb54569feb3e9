"""Where an attempt goes on: the checkpoint that the engine chooses, in a file that the worker reads."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from xp.engine.layout import AttemptLayout


@dataclass(frozen=True)
class Point:
    """The checkpoint that an attempt goes on from."""

    trial: str
    attempt: int
    step: int


def order_resume(attempt: AttemptLayout, point: Point) -> None:
    """Have the attempt go on from a checkpoint."""
    attempt.resume_file.write_text(json.dumps(asdict(point)), encoding="utf-8")


def ordered_resume(attempt: AttemptLayout) -> Point | None:
    """Return the checkpoint that the attempt goes on from, None where it begins anew."""
    if not attempt.resume_file.exists():
        return None
    return Point(**json.loads(attempt.resume_file.read_text(encoding="utf-8")))
