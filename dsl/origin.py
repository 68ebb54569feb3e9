"""Which part of a file decides a setting of a trial."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xp.dsl.dotted import flatten
from xp.dsl.experiment import Experiment
from xp.dsl.kinds import NAMES
from xp.dsl.spelling import Key


def origin(experiment: Experiment, variant: Mapping[str, Any], name: str) -> Key:
    """Return the key that sets *name* in a variant: an axis, an include rule, the method, else the defaults."""
    matrix = experiment.matrix
    if name in matrix.axes:
        return ("matrix", name)
    if name in variant and name not in NAMES:
        return next(("matrix", "include", place, name) for place, rule in enumerate(matrix.include) if name in rule)
    parts = name.split(".")
    if name in flatten(experiment.method(variant["method"]).settings):
        return ("methods", variant["method"], "settings", *parts)
    return ("defaults", *parts)


def given(experiment: Experiment) -> dict[str, Any]:
    """Return what ``[defaults]`` sets, by dotted names."""
    return flatten(experiment.defaults.model_dump(exclude_unset=True, exclude={"model", "dataset"}))
