"""What an experiment says of its models' configurations, held to what transformers has, before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xp.dsl.errors import Problem
from xp.dsl.experiment import Experiment
from xp.dsl.spec import Model
from xp.dsl.vocabulary import closest
from xp.engine.forecast.configuration import read_checkpoint
from xp.engine.planning import architectures


def objections(experiment: Experiment) -> Iterator[Problem]:
    """Yield the architectures that cannot be trained, and the fields that a configuration has not."""
    for name in experiment.tried("model"):
        model = experiment.model(name)
        known = architectures.summarisers() if model.architecture else frozenset[str]()
        if known and model.architecture not in known:
            message = f"no encoder-decoder that writes text, got {model.architecture!r}"
            where = experiment.where("models", name, "architecture")
            yield Problem(message, where, closest(str(model.architecture), known))
        elif model.config:
            yield from strangers(experiment, name, model)


def strangers(experiment: Experiment, name: str, model: Model) -> Iterator[Problem]:
    """Yield the fields that a model's configuration has not: transformers would keep them and use them for nothing."""
    own: Mapping[str, Any] = {"model_type": model.architecture}
    if model.checkpoint is not None:
        own = read_checkpoint(model.checkpoint, model.revision, experiment.folder) or {}
    kind = own.get("model_type")
    if not isinstance(kind, str):
        return
    for field, hint in architectures.strangers(kind, [name for name in model.config if name not in own]).items():
        message = f"the configuration of {kind} has no such field"
        yield Problem(message, experiment.where("models", name, "config", field), hint)
