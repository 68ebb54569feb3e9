"""Names of trials for people: what tells one trial of a plan from the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xp.dsl.kinds import NAMES
from xp.dsl.spelling import spell

ALWAYS = ("method", "dataset")
"""What a label names even where it is the same in all of them."""


def labels(variants: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return one label per variant; equal variants have equal labels, others differ.

    >>> labels([{"method": "zero2", "dataset": "d", "learning_rate": rate} for rate in (1e-5, 1.4e-5)])
    ['zero2 · d · learning_rate=1e-05', 'zero2 · d · learning_rate=1.4e-05']
    """
    apart = {id(variant): variant for variant in variants}  # the seeds of a variant share it
    keys = dict.fromkeys([*NAMES, *(key for variant in apart.values() for key in variant)])
    shown = [key for key in keys if key in ALWAYS or varies(key, [*apart.values()])]
    known = {place: label({key: variant[key] for key in shown if key in variant}) for place, variant in apart.items()}
    return [known[id(variant)] for variant in variants]


def varies(key: str, variants: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether *key* has more than one value, or is missing in some variants."""
    return len({spell(variant[key]) if key in variant else None for variant in variants}) > 1


def label(variant: Mapping[str, Any]) -> str:
    """Return the label that shows everything in *variant*."""
    return " · ".join(value if key in NAMES else f"{key}={spell(value)}" for key, value in variant.items())


def as_json_values(variant: Mapping[str, Any]) -> dict[str, Any]:
    """Return a variant as JSON holds it."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in variant.items()}
