"""Block-local attention trains in real processes, and no way of sharing a model over ranks changes what it computes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.test_worker import House
from xp.engine.launch.preloaded import PreloadLauncher

pytestmark = pytest.mark.slow

SPARSE: dict[str, Any] = {
    "attn_implementation": "block_local",
    "attention_window": 8,
    "swept": ("attn_implementation", "attention_window"),
}


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PreloadLauncher]:
    """The parent that forks every rank of this module."""
    parent = PreloadLauncher(tmp_path_factory.mktemp("parent") / "log", cpu=True)
    parent.wait_ready()
    yield parent
    parent.close()


@pytest.fixture
def house(tmp_path: Path, launcher: PreloadLauncher) -> House:
    """A results folder of its own."""
    return House(tmp_path, launcher)


def test_every_zero_stage_and_both_world_sizes_learn_the_same(house: House) -> None:
    pairs = [(f"document {number} " * (1 + 3 * (number % 7)), f"short {number}") for number in range(24)]
    dataset = house.write(train=pairs, validation=pairs[:2], test=pairs[:2])
    fixed: dict[str, Any] = {
        "config": {"dropout": 0.0, "init_std": 0.3},  # with small weights, attention hardly moves a loss
        "max_steps": 3,
        "train_sampling_strategy": "sequential",
        **SPARSE,
    }

    alone = house.run(dataset, batch_size=8, **fixed)
    full = house.run(dataset, batch_size=8, **{**fixed, "attn_implementation": "sdpa", "attention_window": None})
    zeros: list[dict[str, Any] | None] = [None, *({"stage": stage} for stage in range(4))]
    shared = [house.run(dataset, batch_size=4, world_size=2, zero=zero, **fixed) for zero in zeros]
    single = house.run(dataset, batch_size=8, zero={"stage": 3}, gradient_checkpointing=True, **fixed)

    for ended in (alone, *shared, single):
        assert set(ended.codes) == {0}, ended.log()
        assert ended.effective()["attn_implementation"] == "block_local"
        assert ended.effective()["attention_window"] == 8
        assert ended.losses() == pytest.approx(alone.losses(), abs=2e-3)
    assert full.effective()["attn_implementation"] == "sdpa"
    assert full.losses()[0] != pytest.approx(alone.losses()[0], abs=4e-3)
