"""A search against the trial it belongs to: what it would try must be able to run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from pydantic import ValidationError

from xp.dsl.dotted import nest
from xp.dsl.rules import RULES, Case
from xp.dsl.settings import Settings
from xp.dsl.spelling import Key
from xp.dsl.tuning import Tuning, is_whole


class Objection(NamedTuple):
    """What does not work in a search."""

    key: Key
    """Where, inside of the search."""

    message: str
    hint: str = ""


def with_values(settings: Settings, values: dict[str, Any]) -> Settings:
    """Return settings with some of them changed, by dotted names.

    >>> with_values(Settings(), {"learning_rate": 0.1, "zero.stage": 2}).zero.stage
    2
    """
    tree = settings.model_dump()
    for name, value in nest(values).items():
        tree[name] = {**(tree[name] or {}), **value} if isinstance(value, dict) else value
    return Settings.model_validate(tree)


def objections(tuning: Tuning, case: Case) -> Iterator[Objection]:
    """Yield what does not work when a trial of these settings is searched."""
    if tuning.algorithm in ("pbt", "replay"):
        yield from segments(tuning, case.settings)
    known = {finding.message for rule in RULES for finding in rule(case)}
    for name, space in tuning.space.items():
        for inner, value in space.samples():
            key = ("space", name, *inner)
            try:
                settings = with_values(case.settings, {name: int(value) if is_whole(name, value) else value})
            except ValidationError as error:
                yield Objection(key, f"lacks {error.errors()[0]['loc'][-1]} in the same table")
                continue
            for finding in (one for rule in RULES for one in rule(replace(case, settings=settings))):
                if finding.message not in known:
                    yield Objection(key, finding.message, finding.hint)


def segments(tuning: Tuning, settings: Settings) -> Iterator[Objection]:
    """Yield why a training cannot be cut into generations."""
    steps, parts = settings.max_steps, tuning.generations or 0
    if steps is None:
        hint = "set max_steps: an epoch has as many steps as the data allow, which nobody knows before"
        yield Objection(("algorithm",), f"{tuning.algorithm} cuts a training of known length into parts", hint)
    elif tuning.schedule and tuning.schedule[-1].until != steps:
        last = len(tuning.schedule) - 1
        message = f"a schedule ends with the training, behind step {steps}, got {tuning.schedule[last].until}"
        yield Objection(("schedule", last, "until"), message)
    elif steps < parts:
        yield Objection(("generations",), f"{parts} generations of {steps} steps leave some without a step")
    if settings.zero is not None and settings.zero.on_disk:
        message = f"{tuning.algorithm} and 'nvme' do not go together: a member does not go on from another's folder"
        yield Objection(("algorithm",), message)
    if settings.early_stopping is not None:
        message = f"{tuning.algorithm} and early_stopping do not go together: each part has to reach its end"
        yield Objection(("algorithm",), message)
