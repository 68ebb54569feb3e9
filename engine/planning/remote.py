"""What an experiment needs of the Hugging Face hub."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from xp.dsl.errors import Problem
from xp.dsl.experiment import Experiment
from xp.engine.data.places import is_hub
from xp.engine.folders import find_folder

Kind = Literal["model", "dataset"]

Role = Literal["checkpoint", "tokenizer", "path"]
"""The key of an experiment that names a repository."""

Missing = Mapping[tuple[Kind, str], Problem]
"""What can be had from nowhere, by the kind and the name of its table in the experiment."""


class Remote(NamedTuple):
    """One repository of the hub."""

    kind: Kind
    role: Role

    table: str
    """Name of the model or the data set in the experiment."""

    where: str
    """The place in the file that names it."""

    name: str
    """Its id."""

    revision: str | None
    mirrors: tuple[str, ...] = ()
    """Other ids of the same content."""


def needed_downloads(experiment: Experiment) -> Iterator[Remote]:
    """Yield what the trials of an experiment need of the hub."""
    for name in experiment.tried("dataset"):
        dataset = experiment.dataset(name)
        if dataset.builtin is None and dataset.path is not None and is_hub(dataset, experiment.folder):
            where = place_of_name(experiment, "datasets", name, "path")
            yield Remote("dataset", "path", name, where, dataset.path, dataset.revision, dataset.mirrors)
    for name in experiment.tried("model"):
        model = experiment.model(name)
        if model.checkpoint is not None and is_remote(model.checkpoint, experiment):
            where = place_of_name(experiment, "models", name, "checkpoint")
            yield Remote("model", "checkpoint", name, where, model.checkpoint, model.revision)
        if (own := model.own_tokenizer) is not None and is_remote(own, experiment):
            where = place_of_name(experiment, "models", name, "tokenizer")
            yield Remote("model", "tokenizer", name, where, own, model.tokenizer_revision)


def is_remote(given: str, experiment: Experiment) -> bool:
    """Tell whether a checkpoint or tokenizer is a hub id: no folder here has that name."""
    return find_folder(given, experiment.folder) is None


def place_of_name(experiment: Experiment, kind: Literal["models", "datasets"], name: str, key: str) -> str:
    """Return the place in the file that names a model or data set: a key of its table, or where it is used."""
    if name in getattr(experiment, kind):
        return experiment.where(kind, name, key)
    role, matrix = kind.removesuffix("s"), experiment.matrix
    if name in (values := matrix.axes.get(role, ())):
        return experiment.where("matrix", role, values.index(name))
    rules = (place for place, rule in enumerate(matrix.include) if rule.get(role) == name)
    place = next(rules, None)
    return experiment.where("defaults", role) if place is None else experiment.where("matrix", "include", place, role)
