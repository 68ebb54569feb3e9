"""Examples to token ids: each text is tokenised once, measured whole, then cut."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from xp.dsl.settings import Settings
from xp.engine.data.places import Split
from xp.engine.train.cache import Cache, Ids, key
from xp.engine.train.corpus import Corpus, Example
from xp.engine.train.errors import DataError

IGNORED = -100
"""Label that the loss does not count."""

WIDTH = 8
"""Batches are so many tokens wide, or a multiple: for every new shape a CPU compiles bf16 kernels and keeps them,
which made the memory of a small model five times larger; a GPU's matrix units like it too."""

WINDOWED = ("led",)
"""Model types whose encoder sees a window of the source; the first token has to be told to see all of it. Without that,
they are not what they were made to be, and have parameters without a gradient, which DDP refuses."""

LIMITS = {"text": "max_source_length", "text_target": "max_target_length"}
"""The setting that limits a side, by the tokenizer's argument for it."""

CHUNK = 1000
"""Texts that are tokenised at a time."""


@dataclass(frozen=True)
class Texts:
    """One side of a split, encoded."""

    ids: Sequence[Ids]
    """Token ids, cut to the limit, special tokens included."""

    lengths: Sequence[int]
    """Tokens of each text before it was cut."""

    limit: int
    special: int = 0
    """Special tokens that each text is given: they are part of its length."""

    @property
    def truncated(self) -> int:
        """How many texts were cut."""
        return sum(length > self.limit for length in self.lengths)

    @property
    def longest(self) -> int:
        """Tokens of the longest text, after the cut."""
        return max(map(len, self.ids))


@dataclass(frozen=True)
class Encoded:
    """One split, ready for a model."""

    examples: Sequence[Example]
    prefix: str
    """Text that was put before every source."""

    sources: Texts
    targets: Texts

    @property
    def features(self) -> list[dict[str, Any]]:
        """What the collator makes batches of; ``example`` is the place in the split."""
        pairs = zip(self.sources.ids, self.targets.ids, strict=True)
        return [
            {"input_ids": source, "labels": target, "example": place} for place, (source, target) in enumerate(pairs)
        ]


Splits = Mapping[Split, Encoded]


def encode(corpus: Corpus, tokenizer: Any, settings: Settings, cache: Cache) -> Splits:
    """Return the used examples of every split as token ids."""
    return {
        split: Encoded(
            examples.used,
            settings.source_prefix,
            sources=encode_texts(
                [settings.source_prefix + source for source in examples.sources],
                Side(tokenizer, "text", settings.max_source_length),
                cache,
            ),
            targets=encode_texts(
                examples.targets,
                Side(tokenizer, "text_target", settings.max_target_length),
                cache,
            ),
        )
        for split, examples in corpus.items()
    }


@dataclass(frozen=True)
class Side:
    """How one side of the examples is tokenised."""

    tokenizer: Any
    argument: str
    """``text`` or ``text_target``: some tokenizers mark the two differently."""

    limit: int

    @property
    def identity(self) -> str:
        """All that decides what a text becomes, the limit apart."""
        return f"{self.argument} {self.tokenizer.name_or_path} {rules(self.tokenizer)}"

    def ids(self, words: Sequence[str]) -> Iterator[Ids]:
        """Yield the token ids of every text, whole."""
        for start in range(0, len(words), CHUNK):
            some = list(words[start : start + CHUNK])
            found = self.tokenizer(**{self.argument: some}, return_attention_mask=False, verbose=False)
            yield from (np.array(ids, dtype=np.int32) for ids in found["input_ids"])

    def mask(self) -> Sequence[int]:
        """Return the tokens of a text, 1 for special ones."""
        return list(self.tokenizer(**{self.argument: "a"}, return_special_tokens_mask=True)["special_tokens_mask"])

    def closing(self) -> int:
        """Return how many special tokens end a text."""
        mask = self.mask()
        return next((place for place, special in enumerate(reversed(mask)) if not special), len(mask))


def rules(tokenizer: Any) -> str:
    """Return what a tokenizer is made of: of one that is written in Python its class, its words and its options."""
    if tokenizer.is_fast:
        return str(tokenizer.backend_tokenizer.to_str())
    made = [type(tokenizer).__name__, tokenizer.get_vocab(), tokenizer.init_kwargs]
    return json.dumps(made, sort_keys=True, default=repr)


def encode_texts(words: Sequence[str], side: Side, cache: Cache) -> Texts:
    """Return *words* as token ids; a text that is too long loses its end, never its special tokens."""
    whole = cache.ids(key(side.identity, texts=words), lambda: list(side.ids(words)))
    tail = side.closing()
    kept = side.limit - tail
    if kept < 1:
        name = LIMITS[side.argument]
        raise DataError(f"{name}: {side.limit} tokens leave no room for a text beside its special tokens")
    cut = [ids if len(ids) <= side.limit else np.concatenate([ids[:kept], ids[len(ids) - tail :]]) for ids in whole]
    return Texts(cut, [len(ids) for ids in whole], side.limit, sum(side.mask()))


class Collator:
    """Makes a batch of features: padded to the longest, labels shifted right for the decoder."""

    def __init__(self, model: Any, padding: int, least: int = 0) -> None:
        self.least = least
        """Tokens that the sources of a batch are padded to, however short they are."""

        self.shift = model.prepare_decoder_input_ids_from_labels
        self.padding = padding
        self.windowed = getattr(model.config, "model_type", None) in WINDOWED
        self.positions = {stack: positions(model.config, stack) for stack in ("encoder", "decoder")}

    def __call__(self, features: Sequence[Mapping[str, Any]]) -> dict[str, torch.Tensor]:
        """Return the batch."""
        sources = [feature["input_ids"] for feature in features]
        widest = self.positions["encoder"]
        labels = padded([feature["labels"] for feature in features], IGNORED, self.positions["decoder"])
        batch = {
            "input_ids": padded(sources, self.padding, widest, self.least),
            "attention_mask": padded([np.ones_like(source) for source in sources], 0, widest, self.least),
            "labels": labels,
            "decoder_input_ids": self.shift(labels=labels),
            "example": torch.tensor([feature["example"] for feature in features]),
        }
        if self.windowed:
            batch["global_attention_mask"] = first = torch.zeros_like(batch["input_ids"])
            first[:, 0] = 1
        return batch


def positions(config: Any, stack: str) -> int | None:
    """Return how many positions the encoder or decoder knows, None where they do not end.

    A model that is put together of two has a configuration for each of them.
    """
    own = getattr(config, stack, config)
    both = getattr(own, "max_position_embeddings", None)
    found: int | None = getattr(own, f"max_{stack}_position_embeddings", both)
    return found


def padded(sequences: Sequence[Ids], filler: int, widest: int | None = None, least: int = 0) -> torch.Tensor:
    """Return the sequences as one tensor, filled up on the right to a common width from *least* to *widest*."""
    width = -(-max(least, *map(len, sequences)) // WIDTH) * WIDTH
    rows = np.full((len(sequences), width if widest is None else min(width, widest)), filler, dtype=np.int64)
    for row, sequence in zip(rows, sequences, strict=True):
        row[: len(sequence)] = sequence
    return torch.from_numpy(rows)
