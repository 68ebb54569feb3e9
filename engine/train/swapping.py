"""States in a folder (ZeRO-Infinity): DeepSpeed's swapping mended, whether there is room, and where states lie.

DeepSpeed 0.19 reads past the cache, looks at no error of a read, and reads each gradient of 1 MiB or more to its place
among the others. Where that place is no multiple of a disk's block, nothing is read, and a step is taken with whatever
was there before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from xp.dsl.settings import Settings, Zero
from xp.engine.forecast import memory
from xp.engine.machine import nvme
from xp.engine.train.errors import SettingError

Parts = tuple[list[torch.Tensor], list[int]]


def mend_deepspeed() -> None:
    """Have DeepSpeed keep in memory what stands before the first aligned number of a gradient."""
    from deepspeed.runtime.swap_tensor.optimizer_utils import OptimizerSwapper  # noqa: PLC0415 - where it is needed

    whole = OptimizerSwapper._adjust_for_misaligned_lengths  # noqa: SLF001 - does the same for what stands behind

    def split(swapper: Any, tensors: Sequence[torch.Tensor], offsets: Sequence[int]) -> Parts:
        parts: Parts = whole(swapper, *aligned(swapper, tensors, offsets))
        return parts

    OptimizerSwapper._adjust_for_misaligned_lengths = split  # noqa: SLF001


def aligned(swapper: Any, tensors: Sequence[torch.Tensor], offsets: Sequence[int]) -> Parts:
    """Return tensors and their offsets, those that go to the folder cut where their place is aligned."""
    parts: Parts = [], []
    for tensor, offset in zip(tensors, offsets, strict=True):
        lead = -offset % swapper.numel_alignment if swapper.is_swappable_tensor(tensor=tensor) else 0
        flat = tensor.view(-1)
        for start, end in ((0, lead), (lead, flat.numel())):
            if start < end:
                parts[0].append(flat[start:end])
                parts[1].append(offset + start)
    return parts


def states_in_folder(optimizer: Any) -> Iterator[bool]:
    """Yield of each group of optimizer states whether the folder holds it, and memory does not."""
    if not optimizer.swap_optimizer:
        return
    swapper = optimizer.optimizer_swapper
    for group in optimizer.fp32_partitioned_groups_flat:
        known = swapper.swap_params_info.get(group.ds_id)
        size = known.numel() * swapper.swap_element_size if known else 0
        yield bool(known) and all(
            one.compute_tensor.numel() == 0 and is_whole_file(one.swap_path, size) for one in known.tensors
        )


def parameters_in_folder(optimizer: Any) -> Iterator[bool]:
    """Yield of each parameter whether the folder holds this rank's part of it, and memory does not."""
    if not optimizer.params_in_nvme_and_cpu:
        return
    for parameter in optimizer.module.parameters():
        part, swapper = parameter.ds_tensor, parameter.nvme_swapper
        size = part.ds_numel * swapper.swap_element_size
        yield part.status.name == "NOT_AVAILABLE" and is_whole_file(swapper.get_path(parameter), size)


def is_whole_file(file: str, size: int) -> bool:
    """Tell whether a file is there that holds so many bytes."""
    path = Path(file)
    return path.is_file() and path.stat().st_size >= size


def folder_settings(zero: Zero | None) -> list[str]:
    """Return the settings that send something to the folder."""
    return [name for name in ("offload_optimizer", "offload_param") if getattr(zero, name, "") == "nvme"]


def require_room(settings: Settings, model: torch.nn.Module, folder: Path) -> None:
    """Raise if the folder is too small: DeepSpeed notices no write that fails."""
    counts = [(weights.numel(), weights.requires_grad) for weights in model.parameters()]
    total, trained = sum(size for size, _ in counts), sum(size for size, grows in counts if grows)
    needed = memory.states(settings, memory.Parameters(total, trained, 0)).disk
    if lacking := nvme.shortage(folder, needed):
        raise SettingError(f"zero.{folder_settings(settings.zero)[0]}: 'nvme' needs {lacking}")
