"""Block-local attention trains in real processes, and no way of sharing a model over ranks changes what it computes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.house import House
from tests.engine.train import tiny
from xp.dsl.spec import Model

pytestmark = pytest.mark.slow

SPARSE: dict[str, Any] = {
    "attn_implementation": "block_local",
    "attention_window": 8,
    "swept": ("attn_implementation", "attention_window"),
}


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


def test_a_corpus_of_short_texts_is_too_short_for_blocks(house: House) -> None:
    pairs = [(f"document {number}", f"short {number}") for number in range(4)]
    model = Model(architecture="bigbird_pegasus", config=tiny.BART, vocab_size=300)
    blocks: dict[str, Any] = {"attention_type": "block_sparse", "block_size": 4, "num_random_blocks": 1}

    ended = house.run(house.write(train=pairs, validation=pairs, test=pairs), model=model, **blocks)

    told = "attention_type: it is sparse from 29 tokens on, the longest source has"
    assert ended.failure()["message"].startswith(told)
