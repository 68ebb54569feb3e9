"""Exact bytes of the tensors of one rank: parameters, gradients, optimizer states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import torch


def tensor_metrics(parameters: Iterable[torch.Tensor], optimizer: Any) -> dict[str, float]:
    """Return the exact bytes that this rank holds of parameters and of optimizer state."""
    kept = storages(held(parameters))
    return {
        "parameter_memory": sum(kept.values()),
        "optimizer_state_memory": sum(size for place, size in storages(state(optimizer)).items() if place not in kept),
    }


def held(parameters: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
    """Yield what a rank holds of its parameters: at ZeRO stage 3 its own partition, and what is gathered now."""
    for parameter in parameters:
        yield parameter.data
        if (partition := getattr(parameter, "ds_tensor", None)) is not None:
            yield partition


def gradient_metrics(parameters: Iterable[torch.Tensor], optimizer: Any) -> dict[str, float]:
    """Return the exact bytes that this rank holds of gradients, asked between the backward pass and the step."""
    return {"gradient_memory": sum(storages(gradients([*parameters], optimizer)).values())}


def gradients(parameters: Iterable[torch.Tensor], optimizer: Any) -> Iterator[torch.Tensor]:
    """Yield the gradients of parameters, and those that an optimizer of DeepSpeed keeps in places of its own."""
    stepped = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    yield from (parameter.grad for parameter in (*parameters, *stepped) if parameter.grad is not None)
    for name, value in vars(optimizer).items():
        if "grad" in name:
            yield from tensors_in(value)


def tensors_in(value: Any) -> Iterator[torch.Tensor]:
    """Yield the tensors in lists and tables."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from tensors_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from tensors_in(one)


def state(optimizer: Any) -> Iterator[torch.Tensor]:
    """Yield the tensors of an optimizer: its moments, and the copies of parameters that it steps on."""
    for group in optimizer.param_groups:
        yield from group["params"]
    for values in optimizer.state.values():
        yield from (value for value in values.values() if isinstance(value, torch.Tensor))


def storages(tensors: Iterable[torch.Tensor]) -> dict[int, int]:
    """Return the blocks of memory behind *tensors*, each once, with their bytes."""
    blocks = (tensor.untyped_storage() for tensor in tensors)
    return {block.data_ptr(): block.nbytes() for block in blocks if block.nbytes()}
