"""Parameter groups of an encoder-decoder, and freezing them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from torch import nn

from xp.dsl.settings import Group

Part = Literal["embeddings", "encoder", "decoder", "head"]
PARTS: tuple[Part, ...] = ("embeddings", "encoder", "decoder", "head")


def parts(model: nn.Module) -> Mapping[Part, list[nn.Parameter]]:
    """Return every parameter of *model* once, by the part of the model it belongs to.

    A tensor that several modules share counts as an embedding: the encoder's layers are what is left of it.
    """
    found: dict[Part, list[nn.Parameter]] = {part: [] for part in PARTS}
    seen: set[int] = set()
    sources: tuple[tuple[Part, Iterable[nn.Parameter]], ...] = (
        ("embeddings", embeddings(model)),
        ("encoder", encoder(model).parameters()),
        ("decoder", decoder(model).parameters()),
        ("head", model.parameters()),
    )
    for part, parameters in sources:
        for parameter in parameters:
            if id(parameter) not in seen:
                seen.add(id(parameter))
                found[part].append(parameter)
    return found


def encoder(model: Any) -> nn.Module:
    """Return the encoder of an encoder-decoder."""
    found: nn.Module = model.get_encoder()
    return found


def decoder(model: Any) -> nn.Module:
    """Return the decoder of an encoder-decoder."""
    found: nn.Module = model.get_decoder()
    return found


def embeddings(model: Any) -> Iterable[nn.Parameter]:
    """Yield the tables of tokens and positions. A table deep in a layer, such as T5's bias, belongs to the layer."""
    yield from model.get_input_embeddings().parameters()
    for stack in (encoder(model), decoder(model)):
        for child in stack.children():
            if isinstance(child, nn.Embedding):
                yield from child.parameters()


def freeze(model: nn.Module, groups: Iterable[Group]) -> None:
    """Stop the training of whole parameter groups; it must happen before an optimizer is made."""
    by_part = parts(model)
    for group in groups:
        for parameter in by_part[group]:
            parameter.requires_grad = False


def frozen(model: nn.Module) -> tuple[str, ...]:
    """Return the parts that are not trained at all."""
    return tuple(
        part
        for part, parameters in parts(model).items()
        if parameters and not any(parameter.requires_grad for parameter in parameters)
    )


def tied(model: nn.Module) -> Mapping[str, list[str]]:
    """Return the frozen tensors that have several names: name → the others, which are frozen with it."""
    names: dict[int, list[str]] = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        if not parameter.requires_grad:
            names.setdefault(id(parameter), []).append(name)
    return {first: others for first, *others in names.values() if others}
