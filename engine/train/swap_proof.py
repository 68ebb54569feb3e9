"""The proof that a training reads from the folder (ZeRO-Infinity) what it has sent there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from xp.dsl.settings import Zero
from xp.engine.train.callbacks import Watcher
from xp.engine.train.errors import SettingError
from xp.engine.train.record import Record
from xp.engine.train.swapping import folder_settings

STEPS = 2
"""How many steps are watched: in the first one the moments are made, in the second one all states are read."""

BLOCK = 512
"""Bytes that no read leaves in parts: the smallest block of a disk."""

MARK = 0xA5
"""A byte that fills what is read into; a whole block of it is no state."""


class Proof(Watcher):
    """Marks what the first steps read into: a mark that is still there afterwards was not read."""

    def __init__(self, zero: Zero | None, record: Record) -> None:
        self.homes = folder_settings(zero)
        self.record = record
        self.read: dict[str, int] = dict.fromkeys(self.homes, 0)
        """Bytes that have come from the folder in the steps that are watched, by the setting that sends them there."""

        self.until = 0
        self.undo: list[Callable[[], object]] = []

    def on_train_begin(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """Begin to watch."""
        self.until = state.global_step + STEPS
        if "offload_optimizer" in self.homes:
            self.watch_states(self.trainer.deepspeed.optimizer.optimizer_swapper)
        if "offload_param" in self.homes:
            self.watch_parameters(next(self.trainer.model.parameters()).nvme_swapper)

    def on_step_end(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """Leave off behind the last step that is watched."""
        if state.global_step >= self.until:
            self.leave()

    def on_train_end(self, *_: Any, **__: Any) -> None:
        """Tell what was read, and miss what was not."""
        self.leave()
        if idle := [name for name, size in self.read.items() if not size]:
            raise SettingError("; ".join(f"zero.{name}: nothing was read from the folder" for name in idle))
        if self.read:
            told = {f"{name}_read": size for name, size in self.read.items()}
            self.record.facts("measurement", "offload", told, dict.fromkeys(told, "B"))

    def leave(self) -> None:
        """Watch no more."""
        while self.undo:
            self.undo.pop()()

    def instead(self, holder: Any, name: str, method: Callable[..., Any]) -> None:
        """Put a method in the place of one of DeepSpeed's, until the watching ends."""
        setattr(holder, name, method)
        self.undo.append(lambda: delattr(holder, name))

    def watch_states(self, swapper: Any) -> None:
        """Watch what is read of optimizer states and of gradients."""
        read_states, read_gradients = swapper._swap_in_parameter, swapper._swap_in_pinned_gradients  # noqa: SLF001

        def states_in(aio_handle: Any, parameter: Any, dest_buffers: Sequence[torch.Tensor]) -> None:
            fill(dest_buffers)
            read_states(aio_handle=aio_handle, parameter=parameter, dest_buffers=dest_buffers)
            self.check("offload_optimizer", dest_buffers)

        def gradients_in(aio_handle: Any, parameter: Any, gradient_tensor: torch.Tensor) -> None:
            info = swapper.swap_params_info[parameter.ds_id]
            parts = [gradient_tensor[one.offset :][: one.length] for one in info.swapped_gradients.values()]
            fill(parts)
            read_gradients(aio_handle, parameter, gradient_tensor)
            self.check("offload_optimizer", parts)

        self.instead(swapper, "_swap_in_parameter", states_in)
        self.instead(swapper, "_swap_in_pinned_gradients", gradients_in)

    def watch_parameters(self, swapper: Any) -> None:
        """Watch what is read of parameters: they come in the background, and are waited for."""
        make, wait = swapper._allocate_and_return_buffers_for_swap_in, swapper.synchronize_reads  # noqa: SLF001

        def made(params: Any) -> Any:
            buffers = make(params)
            fill(buffers[1])
            return buffers

        def waited() -> None:
            buffers = [*swapper.inflight_swap_in_buffers]
            wait()
            self.check("offload_param", buffers)

        self.instead(swapper, "_allocate_and_return_buffers_for_swap_in", made)
        self.instead(swapper, "synchronize_reads", waited)

    def check(self, name: str, buffers: Sequence[torch.Tensor]) -> None:
        """Count what was read; raise where a mark is left."""
        if any(map(is_marked, buffers)):
            raise SettingError(
                f"zero.{name}: the folder was not read, and DeepSpeed does not notice: take another disk"
            )
        self.read[name] += sum(buffer.nbytes for buffer in buffers)


def fill(buffers: Sequence[torch.Tensor]) -> None:
    """Fill tensors with marks."""
    for buffer in buffers:
        buffer.view(torch.uint8).fill_(MARK)


def is_marked(buffer: torch.Tensor) -> bool:
    """Tell whether a whole block of a tensor is marked."""
    raw = buffer.view(torch.uint8)
    blocks = raw[: raw.numel() // BLOCK * BLOCK].view(-1, BLOCK)
    return bool((blocks == MARK).all(dim=1).any())
