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

WIDTHS = ("d_model", "hidden_size")
HEADS = tuple(f"{number}{stack}_attention_heads" for number in ("", "num_") for stack in ("encoder", "decoder"))
"""Fields of the architectures whose heads share the width of the model among them; those of T5 have one apart."""


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
            if model.architecture is not None:
                yield from undivided(experiment, name, model)


def undivided(experiment: Experiment, name: str, model: Model) -> Iterator[Problem]:
    """Yield the numbers of heads that do not divide the width of a model that is made here: each head has a share."""
    found = architectures.configuration(str(model.architecture))
    if found is None:
        return
    other = architectures.aliases(found)
    own = {other.get(field, field): (field, value) for field, value in model.config.items()}
    sizes = dict(architectures.class_constants(found.node)) | {field: value for field, (_, value) in own.items()}
    for width, heads in ((width, heads) for width in WIDTHS for heads in HEADS if width in sizes and heads in sizes):
        shares, whole = sizes[heads], sizes[width]
        if not (type(shares) is int and type(whole) is int and shares > 0) or whole % shares == 0:
            continue
        decided = heads if heads in own else width
        message = f"{width} = {whole} cannot be divided by {heads} = {shares}"
        yield Problem(
            message,
            experiment.where("models", name, "config", own[decided][0]),
            "the heads of an attention share its width: take a divisor of it",
        )


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
