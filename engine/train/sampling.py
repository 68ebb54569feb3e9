"""Sortish sampling: batches of alike lengths, in an order that is still random."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from torch.utils.data import Sampler

from xp.dsl.settings import Settings
from xp.engine.train.encode import Encoded

STRETCH = 50
"""Steps whose examples are sorted together."""


class SortishSampler(Sampler[int]):
    """Examples in the order of fastai's ``SortishSampler``, which Hugging Face's old sequence-to-sequence scripts used.

    All examples are shuffled and cut into stretches of 50 steps. Each stretch is sorted, longest source first, and cut
    into steps; then the steps are shuffled. The step with the longest source comes first: what does not fit into
    memory fails at once. Unlike there, a last step that is not full stays last, so that no other is torn apart.

    The order is drawn from seed and epoch alone. Every rank draws the same, and accelerate deals its batches out in
    turn: within a step, all ranks get sources of alike length, and nobody waits for the longest.
    """

    def __init__(self, lengths: Sequence[int], step: int, seed: int) -> None:
        self.lengths = np.asarray(lengths)
        self.step = step
        """Examples that all ranks take in together in one forward pass."""

        self.seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return len(self.lengths)

    def set_epoch(self, epoch: int) -> None:
        """Draw another order from here on; accelerate says so before every epoch."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        random = np.random.default_rng((self.seed, self.epoch))
        return iter(sortish(self.lengths, self.step, random).tolist())


def sortish(lengths: np.ndarray, step: int, random: np.random.Generator) -> np.ndarray:
    """Return the places of all examples, each once.

    >>> sortish(np.array([1, 9, 5, 7, 3]), 2, np.random.default_rng(0)).tolist()
    [1, 3, 2, 4, 0]
    """
    places = random.permutation(len(lengths))
    # a stretch shorter than a step joins the one before it: only behind longer examples may a step be short
    cuts = [cut for cut in range(STRETCH * step, len(places), STRETCH * step) if len(places) - cut >= step]
    stretches = [stretch[np.argsort(-lengths[stretch], kind="stable")] for stretch in np.split(places, cuts)]
    steps = [stretch[start : start + step] for stretch in stretches for start in range(0, len(stretch), step)]
    short = [steps.pop()] if len(steps[-1]) < step else []
    if not steps:
        return short[0]
    first = steps.pop(int(np.argmax([lengths[one[0]] for one in steps])))
    rest = [steps[place] for place in random.permutation(len(steps))]
    return np.concatenate([first, *rest, *short])


def sampler(settings: Settings, train: Encoded, seed: int) -> SortishSampler | None:
    """Return the sampler of the training split, None where Hugging Face's own trainer makes it."""
    if settings.train_sampling_strategy != "sortish":
        return None
    return SortishSampler([len(ids) for ids in train.sources.ids], settings.batch_size * settings.world_size, seed)
