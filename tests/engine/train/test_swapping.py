"""Swapping to a folder: what DeepSpeed would not read is kept out of it, and where states lie is seen."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from xp.dsl.settings import Settings
from xp.engine.train import swapping
from xp.engine.train.errors import SettingError

ALIGNMENT = 256
"""Numbers of four bytes in the kilobyte that DeepSpeed aligns to."""


class Swapper:
    """Takes tensors from 1,000 numbers on, as DeepSpeed's takes those from 1 MiB on."""

    numel_alignment = ALIGNMENT

    def is_swappable_tensor(self, tensor: torch.Tensor) -> bool:
        return tensor.numel() >= 1000


@pytest.mark.parametrize(
    ("offset", "size", "parts"),
    [
        pytest.param(512, 2000, [(512, 2000)], id="aligned"),
        pytest.param(500, 2000, [(500, 12), (512, 1988)], id="not-aligned"),
        pytest.param(500, 999, [(500, 999)], id="stays-in-memory-anyway"),
        pytest.param(0, 1000, [(0, 1000)], id="the-first-one"),
    ],
)
def test_a_gradient_is_cut_where_its_place_is_aligned(offset: int, size: int, parts: list[tuple[int, int]]) -> None:
    gradient = torch.arange(float(size)).view(1, size)

    tensors, offsets = swapping.aligned(Swapper(), [gradient], [offset])

    assert [*zip(offsets, map(len, tensors), strict=True)] == parts
    assert torch.equal(torch.cat(tensors), gradient[0])


def test_deepspeed_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    from deepspeed.runtime.swap_tensor.optimizer_utils import OptimizerSwapper  # noqa: PLC0415 - slow to import

    name = "_adjust_for_misaligned_lengths"
    monkeypatch.setattr(OptimizerSwapper, name, getattr(OptimizerSwapper, name))  # put back at the end
    swapping.mend_deepspeed()
    parts = getattr(OptimizerSwapper, name)(Swapper(), tensors=[torch.zeros(2000)], offsets=[500])

    # 12 numbers in front, 1792 = 7 × 256 that go to the folder, and a rest
    assert [*zip(parts[1], map(len, parts[0]), strict=True)] == [(500, 12), (512, 1792), (2304, 196)]


def test_a_folder_that_is_too_small_ends_the_trial_before_it_trains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1_599))
    settings = Settings.model_validate({"zero": {"stage": 3, "offload_optimizer": "nvme"}})
    model = torch.nn.Linear(10, 10, bias=False)  # 100 numbers, each with 16 bytes of states

    with pytest.raises(SettingError, match=r"^zero\.offload_optimizer: 'nvme' needs 1\.60 kB in "):
        swapping.require_room(settings, model, tmp_path)
    model.weight.requires_grad = False
    swapping.require_room(settings, model, tmp_path)


class Group(SimpleNamespace):
    """What DeepSpeed knows of some states that it has swapped."""

    def numel(self) -> int:
        return 1000


@pytest.mark.parametrize(
    ("in_memory", "on_disk", "away"),
    [
        pytest.param(0, 4000, True, id="in-the-folder"),
        pytest.param(0, 3999, False, id="not-whole"),
        pytest.param(1000, 4000, False, id="in-memory-as-well"),
    ],
)
def test_states_are_away_where_the_folder_has_them_and_memory_has_not(
    tmp_path: Path, in_memory: int, on_disk: int, away: bool
) -> None:
    file = tmp_path / "0_9.tensor.swp"
    file.write_bytes(b"\0" * on_disk)
    one = SimpleNamespace(compute_tensor=torch.zeros(in_memory), swap_path=str(file))
    swapper = SimpleNamespace(swap_params_info={"0_9": Group(tensors=[one])}, swap_element_size=4)
    groups = [SimpleNamespace(ds_id="0_9"), SimpleNamespace(ds_id="too-small")]
    optimizer = SimpleNamespace(swap_optimizer=True, optimizer_swapper=swapper, fp32_partitioned_groups_flat=groups)

    assert [*swapping.states_in_folder(optimizer)] == [away, False]
    optimizer.swap_optimizer = False
    assert [*swapping.states_in_folder(optimizer)] == []
