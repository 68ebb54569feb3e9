"""Sortish sampling loses nothing, doubles nothing, repeats itself, and pads less than chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from accelerate.data_loader import BatchSamplerShard, prepare_data_loader
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import BatchSampler, DataLoader

from xp.engine.train.sampling import STRETCH, SortishSampler

LENGTHS = st.lists(st.integers(1, 500), min_size=1, max_size=400)
STEPS = st.integers(1, 12)
SEEDS = st.integers(0, 2**32 - 1)
RANDOM = np.random.default_rng(0).integers(1, 500, 1200).tolist()


def drawn(lengths: list[int], step: int, seed: int = 1, epoch: int = 0) -> list[int]:
    """Return the order of one epoch."""
    sampler = SortishSampler(lengths, step, seed)
    sampler.set_epoch(epoch)
    return list(sampler)


def cut(places: list[int], size: int) -> list[list[int]]:
    return [places[start : start + size] for start in range(0, len(places), size)]


def padding(lengths: list[int], places: list[int], step: int) -> int:
    """Return how many places of all batches hold no token."""
    return sum(max(lengths[n] for n in one) * len(one) - sum(lengths[n] for n in one) for one in cut(places, step))


@given(lengths=LENGTHS, step=STEPS, seed=SEEDS)
def test_every_example_comes_once(lengths: list[int], step: int, seed: int) -> None:
    assert sorted(drawn(lengths, step, seed)) == list(range(len(lengths)))


@given(lengths=LENGTHS, step=STEPS, seed=SEEDS, epoch=st.integers(0, 9))
def test_the_longest_source_is_in_the_first_step(lengths: list[int], step: int, seed: int, epoch: int) -> None:
    assert lengths[drawn(lengths, step, seed, epoch)[0]] == max(lengths)


@given(lengths=LENGTHS, step=STEPS, seed=SEEDS)
def test_every_step_is_sorted(lengths: list[int], step: int, seed: int) -> None:
    for one in cut(drawn(lengths, step, seed), step):
        assert [lengths[n] for n in one] == sorted((lengths[n] for n in one), reverse=True)


@given(lengths=LENGTHS, step=STEPS, seed=SEEDS, epoch=st.integers(0, 9))
def test_the_same_seed_and_epoch_give_the_same_order(lengths: list[int], step: int, seed: int, epoch: int) -> None:
    assert drawn(lengths, step, seed, epoch) == drawn(lengths, step, seed, epoch)


def test_seed_and_epoch_each_change_the_order() -> None:
    orders = [drawn(RANDOM, 12, seed, epoch) for seed in (1, 2) for epoch in (0, 1)]

    assert len({tuple(order) for order in orders}) == 4


def test_an_epoch_is_the_same_whatever_was_drawn_before_it() -> None:
    sampler = SortishSampler(RANDOM, 12, 1)
    first = list(sampler)
    sampler.set_epoch(1)
    second = list(sampler)
    sampler.set_epoch(0)

    assert (list(sampler), second) == (first, drawn(RANDOM, 12, epoch=1))


@pytest.mark.parametrize("seed", range(5))
def test_it_pads_less_than_chance(seed: int) -> None:
    chance = np.random.default_rng(seed).permutation(len(RANDOM)).tolist()

    assert padding(RANDOM, drawn(RANDOM, 12, seed), 12) < 0.2 * padding(RANDOM, chance, 12)


def test_the_order_of_the_steps_is_random() -> None:
    longest = [RANDOM[one[0]] for one in cut(drawn(RANDOM, 12), 12)]

    assert longest[1:] != sorted(longest[1:], reverse=True)
    assert abs(np.corrcoef(longest, range(len(longest)))[0, 1]) < 0.3


def test_a_stretch_holds_fifty_steps() -> None:
    rising = list(range(2 * STRETCH * 4))
    steps = cut(drawn(rising, 4), 4)

    # sorted as a whole, neighbours would be 1 apart; in two random halves they are 2 apart on average
    assert np.mean([one[0] - one[-1] for one in steps]) == pytest.approx(2 * 3, rel=0.1)


@given(batches=st.integers(1, 60), batch=st.integers(1, 6), ranks=st.integers(1, 4), seed=SEEDS)
def test_ranks_share_the_examples_and_none_gets_another_ones(batches: int, batch: int, ranks: int, seed: int) -> None:
    lengths = np.random.default_rng(seed).integers(1, 500, batches * batch * ranks).tolist()
    shards = [
        [
            n
            for one in BatchSamplerShard(
                BatchSampler(SortishSampler(lengths, batch * ranks, seed), batch, drop_last=False), ranks, rank
            )
            for n in one
        ]
        for rank in range(ranks)
    ]

    assert len({len(shard) for shard in shards}) == 1
    assert sorted(n for shard in shards for n in shard) == list(range(len(lengths)))


def test_the_loader_draws_every_epoch_anew_and_alike_on_both_ranks() -> None:
    lengths: Any = list(range(24))
    shards = [
        prepare_data_loader(
            DataLoader(lengths, sampler=SortishSampler(lengths, 4, 1), batch_size=2),
            num_processes=2,
            process_index=rank,
        )
        for rank in range(2)
    ]
    for epoch in range(2):
        batches = zip(*([one.tolist() for one in shard] for shard in shards), strict=True)
        assert [n for step in batches for one in step for n in one] == drawn(lengths, 4, 1, epoch)


def test_ranks_get_sources_of_alike_length_in_the_same_step() -> None:
    def gap(places: list[int]) -> float:
        halves = [(one[:6], one[6:]) for one in cut(places, 12)]
        return float(np.mean([abs(max(RANDOM[n] for n in a) - max(RANDOM[n] for n in b)) for a, b in halves]))

    assert gap(drawn(RANDOM, 12)) < 0.2 * gap(list(range(len(RANDOM))))
