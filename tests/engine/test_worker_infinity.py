"""ZeRO-Infinity trains to the numbers of ZeRO-Offload, to the last bit, with what it reads from its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.house import House
from tests.engine.offloading import needs_nvme

pytestmark = pytest.mark.slow

MIB = 2**20

SIZES: dict[str, Any] = {"encoder_ffn_dim": 80_000}
"""Two matrices of 1,280,000 numbers: with two ranks, and in 16 bits, more than the MiB that smaller ones stay below.
What stands before the first of them among the parameters is no multiple of a disk's block."""

PARTS = 2 * 1_280_000
"""Numbers in both of them."""

WAYS: dict[str, dict[str, Any]] = {
    "states": {"homes": ["offload_optimizer"]},
    "states-of-two-ranks": {"homes": ["offload_optimizer"], "world_size": 2, "gradient_accumulation_steps": 2},
    "parameters": {"homes": ["offload_param"], "precision": "bf16", "world_size": 2},
    "both": {"homes": ["offload_optimizer", "offload_param"], "precision": "bf16"},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_folder_changes_no_number(house: House, way: str) -> None:
    needs_nvme(house.folder)
    settings = dict(WAYS[way])
    homes, ranks = settings.pop("homes"), settings.get("world_size", 1)
    place: dict[str, Any] = {"nvme_path": str(house.folder / "swap")}
    place |= {"buffer_size": 1_300_000} if "offload_param" in homes else {}

    memory, disk = (
        house.run(config=SIZES, zero={"stage": 3, **dict.fromkeys(homes, home), **more}, **settings)
        for home, more in (("cpu", {}), ("nvme", place))
    )

    assert memory.codes == disk.codes == [0] * ranks, memory.log() + disk.log()
    assert disk.lasting() == memory.lasting()
    assert disk.predictions() == memory.predictions()
    read = disk.facts("measurement", "offload")
    assert set(read) == {f"{home}_read" for home in homes}
    if "offload_optimizer" in homes:  # weights and gradients in the first step, two moments as well in the second
        assert read["offload_optimizer_read"] > 4 * PARTS / ranks * (2 + 4)
    if "offload_param" in homes:  # forward and backward, twice
        assert read["offload_param_read"] >= 2 * PARTS / ranks * 2
    assert sizes(house.folder / "swap", "rank0") > MIB
    assert "offload" not in {event["subject"] for event in memory.events("facts")}


def sizes(folder: Path, rank: str) -> int:
    return sum(path.stat().st_size for path in folder.rglob(f"{rank}/*.swp"))
