"""What should be read from a folder and is not is noticed at the first step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from xp.dsl.settings import Zero
from xp.engine.journal import Journal, events
from xp.engine.train.errors import SettingError
from xp.engine.train.record import Record
from xp.engine.train.swap_proof import BLOCK, Proof, fill, is_marked


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_block_that_was_not_read_is_marked(dtype: torch.dtype) -> None:
    buffer = torch.zeros(4096, dtype=dtype)
    size = BLOCK // buffer.element_size()
    assert not is_marked(buffer)
    fill([buffer[size : 2 * size - 1]])
    assert not is_marked(buffer), "less than a block may be a state"
    fill([buffer[size : 2 * size]])
    assert is_marked(buffer)


Read = Callable[[torch.Tensor], object]


class Optimizer:
    """Reads the states of one parameter, and its gradient, as DeepSpeed does; *read* is its disk."""

    def __init__(self, read: Read) -> None:
        self.read = read
        self.optimizer_swapper = self
        self.swap_params_info = {"0_9": SimpleNamespace(swapped_gradients={64: SimpleNamespace(offset=64, length=256)})}
        self.states = [torch.zeros(512), torch.zeros(512)]
        self.gradient = torch.zeros(512)

    def _swap_in_parameter(self, aio_handle: Any, parameter: Any, dest_buffers: Sequence[torch.Tensor]) -> None:
        for buffer in dest_buffers:
            self.read(buffer)

    def _swap_in_pinned_gradients(self, aio_handle: Any, parameter: Any, gradient_tensor: torch.Tensor) -> None:
        self.read(gradient_tensor[64:320])

    def step(self) -> None:
        parameter = SimpleNamespace(ds_id="0_9")
        self._swap_in_parameter(aio_handle=None, parameter=parameter, dest_buffers=self.states)
        self._swap_in_pinned_gradients(None, parameter, self.gradient)


def good(buffer: torch.Tensor) -> None:
    buffer.fill_(1.0)


def bad(_: torch.Tensor) -> None:
    """Fail, and tell nobody."""


def proof(tmp_path: Path, optimizer: Optimizer) -> Proof:
    journal = Journal(tmp_path / "rank0.jsonl")
    found = Proof(Zero(stage=3, offload_optimizer="nvme"), Record(journal, 0))
    found.trainer = SimpleNamespace(deepspeed=SimpleNamespace(optimizer=optimizer))  # type: ignore[assignment]
    found.on_train_begin(None, SimpleNamespace(global_step=0), None)
    return found


def test_what_the_first_two_steps_read_is_counted_and_told(tmp_path: Path) -> None:
    optimizer = Optimizer(good)
    found = proof(tmp_path, optimizer)
    for step in (1, 2, 3):
        optimizer.step()
        found.on_step_end(None, SimpleNamespace(global_step=step), None)
    found.on_train_end()
    found.record.journal.close()

    (told,) = events(tmp_path / "rank0.jsonl")
    assert (told["section"], told["subject"]) == ("measurement", "offload")
    assert told["values"] == {"offload_optimizer_read": 2 * (2 * 512 + 256) * 4}, "the third step is not watched"
    assert told["units"] == {"offload_optimizer_read": "B"}


def test_a_disk_that_does_not_read_ends_the_trial(tmp_path: Path) -> None:
    optimizer = Optimizer(bad)
    found = proof(tmp_path, optimizer)

    with pytest.raises(SettingError, match=r"^zero.offload_optimizer: the folder was not read, and DeepSpeed does not"):
        optimizer.step()
    found.record.journal.close()


def test_gradients_that_are_not_read_are_noticed_too(tmp_path: Path) -> None:
    optimizer = Optimizer(lambda buffer: good(buffer) if buffer.numel() == 512 else bad(buffer))
    found = proof(tmp_path, optimizer)

    with pytest.raises(SettingError, match="the folder was not read"):
        optimizer.step()
    found.record.journal.close()


def test_a_training_that_reads_nothing_has_not_offloaded(tmp_path: Path) -> None:
    found = proof(tmp_path, Optimizer(good))

    with pytest.raises(SettingError, match=r"^zero.offload_optimizer: nothing was read from the folder$"):
        found.on_train_end()
    found.record.journal.close()
