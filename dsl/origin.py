"""Which part of a file decides a setting of a trial."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xp.dsl.dotted import flatten
from xp.dsl.experiment import Experiment
from xp.dsl.kinds import NAMES
from xp.dsl.spelling import Key, spell

RANKS = "world_size"
"""The setting that ``[resources]`` may set, too."""


def deciding_key(experiment: Experiment, variant: Mapping[str, Any], name: str) -> Key:
    """Return the key that sets *name* in a variant: an axis, an include rule, the method, else the defaults."""
    matrix = experiment.matrix
    if name in matrix.axes:
        return ("matrix", name)
    if name in variant and name not in NAMES:
        rules = reversed([*enumerate(matrix.include)])  # of several that agree with a cell the last one wins
        deciding = {*experiment.grid.axes, name}
        return next(
            ("matrix", "include", place, name)
            for place, rule in rules
            if name in rule and has_values(variant, {key: value for key, value in rule.items() if key in deciding})
        )
    parts = name.split(".")
    if name in flatten(experiment.method(variant["method"]).settings):
        return ("methods", variant["method"], "settings", *parts)
    if name == RANKS and experiment.resources.world_size is not None:
        return ("resources", RANKS)
    return ("defaults", *parts)


def has_values(variant: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Tell whether a variant, as a matrix or as JSON holds it, has all *values*."""
    return all(spell(variant[key]) == spell(value) for key, value in values.items())


def is_written(experiment: Experiment, variant: Mapping[str, Any], name: str) -> bool:
    """Tell whether the experiment file says anything of a setting of a variant."""
    settings = experiment.method(variant["method"]).settings
    return name in experiment.matrix.axes or name in {**variant, **flatten(settings), **file_defaults(experiment)}


def place_of_setting(experiment: Experiment, variant: Mapping[str, Any], name: str) -> str:
    """Return where a setting of a variant is decided: in the experiment file, or in a DeepSpeed file."""
    base = experiment.base_of(variant["method"])
    if base is not None and not is_written(experiment, variant, name) and (where := base.where(name)):
        return where
    return experiment.where(*deciding_key(experiment, variant, name))


def file_defaults(experiment: Experiment) -> dict[str, Any]:
    """Return what ``[defaults]`` and ``[resources]`` set, by dotted names."""
    ranks = experiment.resources.world_size
    said = experiment.defaults.model_dump(exclude_unset=True, exclude={"model", "dataset", "deepspeed"})
    return {**({} if ranks is None else {RANKS: ranks}), **flatten(said)}
