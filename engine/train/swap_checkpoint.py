"""Optimizer states in a folder (ZeRO-Infinity), into a checkpoint and back.

DeepSpeed 0.19 copies their files into its checkpoint and back, and loads nothing else of the optimizer: neither what is
in memory (steps, small tensors, settings of groups), nor that there are moments in the folder: it makes them anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from xp.engine.train.swapping import states_in_folder


def states_outside_folder(optimizer: Any) -> dict[str, Any]:
    """Return what a checkpoint needs of an optimizer besides its files in the folder, which DeepSpeed copies itself."""
    inner, groups = optimizer.optimizer, optimizer.fp32_partitioned_groups_flat
    away = [*states_in_folder(optimizer)]
    return {
        "groups": [{name: value for name, value in group.items() if name != "params"} for group in inner.param_groups],
        "scaler": numbers(optimizer.loss_scaler),
        "states": [in_memory(inner.state[group], away=gone) for group, gone in zip(groups, away, strict=True)],
        "weights": [None if gone else group.detach().clone() for group, gone in zip(groups, away, strict=True)],
    }


def numbers(holder: Any) -> dict[str, Any]:
    """Return the attributes of an object that are numbers."""
    return {name: value for name, value in vars(holder).items() if isinstance(value, int | float)}


def in_memory(state: Mapping[str, Any], *, away: bool) -> dict[str, Any]:
    """Return the state of one group: of a moment in the folder, that there is one."""
    swaps = {name for name, value in state.items() if away and name != "step"}
    return {name: None if name in swaps else value for name, value in state.items()}


def put_back(optimizer: Any, held: Mapping[str, Any]) -> None:
    """Put back what `kept` has told, behind DeepSpeed's loading, which has put the files into the folder."""
    inner = optimizer.optimizer
    for group, values in zip(inner.param_groups, held["groups"], strict=True):
        group.update(values)
    vars(optimizer.loss_scaler).update(held["scaler"])
    for place, (group, state, weights) in enumerate(
        zip(optimizer.fp32_partitioned_groups_flat, held["states"], held["weights"], strict=True)
    ):
        size = int(optimizer.fp16_partitioned_groups_flat_numel[place])
        inner.state[group] = {name: torch.empty(size) if value is None else value for name, value in state.items()}
        if weights is None:
            optimizer.optimizer_swapper.release_swap_buffers(group)  # takes note of the moments, and of their files
        else:
            group.data.copy_(weights)
            optimizer._reassign_or_swap_out_partitioned_parameters(place)  # noqa: SLF001 - it has no other name
    if persistent := optimizer.persistent_parameters:
        persistent[0].partition(persistent)
        persistent[0].all_gather(persistent)
