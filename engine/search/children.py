"""The trainings of a search as trials of their own, named by their content like any other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from xp.dsl.spelling import spell
from xp.dsl.trial import WHOLE, Segment, Subject, Trial, identity
from xp.dsl.tuning_rules import with_values


def child_trial(
    search: Trial,
    point: Mapping[str, Any],
    segment: Segment = WHOLE,
    note: str = "",
    in_full: Collection[str] = (),
) -> Trial:
    """Return the trial that trains with the settings of *point*; a segment that is gone on from keeps its end.

    Its label shows few digits, and all of the settings *in_full*.
    """
    settings = with_values(search.settings, dict(point))
    subject = Subject(
        settings,
        search.model,
        search.checkpoint,
        search.dataset,
        search.fingerprint,
        search.deepspeed,
        tokenizer=search.tokenizer,
    )
    values = [f"{name}={spell(value) if name in in_full else short_value(value)}" for name, value in point.items()]
    return search.model_copy(
        update={
            "id": identity(subject, search.seed, segment),
            "settings": settings,
            "search": None,
            "swept": tuple(dict.fromkeys([*search.swept, *point])),
            "label": " · ".join([search.label, *([note] if note else []), *values]),
            "start": segment.start,
            "until": segment.until,
            "keep": segment.until is not None,
        }
    )


def alike(points: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the settings of which different values would look the same in labels.

    >>> alike([{"learning_rate": 0.0010001, "weight_decay": 0.1}, {"learning_rate": 0.0010002, "weight_decay": 0.1}])
    {'learning_rate'}
    """
    looks: dict[tuple[str, str], set[str]] = defaultdict(set)
    for point in points:
        for name, value in point.items():
            looks[name, short_value(value)].add(spell(value))
    return {name for (name, _), values in looks.items() if len(values) > 1}


def short_value(value: Any) -> str:
    """Return a value as a label shows it.

    >>> short_value(0.000312345678), short_value("bf16")
    ('0.000312', 'bf16')
    """
    return f"{value:.3g}" if isinstance(value, float) else str(value) if isinstance(value, str) else spell(value)
