"""Examples to token ids: each text is tokenised once, measured whole, then cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from xp.dsl.settings import Settings
from xp.engine.train.corpus import Corpus, Example
from xp.engine.train.errors import DataError

IGNORED = -100
"""Label that the loss does not count."""


@dataclass(frozen=True)
class Texts:
    """One side of a split, encoded."""

    ids: Sequence[Sequence[int]]
    """Token ids, cut to the limit, special tokens included."""

    lengths: Sequence[int]
    """Tokens of each text before it was cut."""

    limit: int

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
    sources: Texts
    targets: Texts

    @property
    def features(self) -> list[dict[str, Any]]:
        """What the collator makes batches of; ``example`` is the place in the split."""
        pairs = zip(self.sources.ids, self.targets.ids, strict=True)
        return [
            {"input_ids": source, "labels": target, "example": place} for place, (source, target) in enumerate(pairs)
        ]


def encode(corpus: Corpus, tokenizer: Any, settings: Settings) -> Mapping[str, Encoded]:
    """Return the used examples of every split as token ids."""
    return {
        split: Encoded(
            examples.used,
            texts([settings.source_prefix + example.source for example in examples.used], tokenizer, settings, "source"),
            texts([example.target for example in examples.used], tokenizer, settings, "target"),
        )
        for split, examples in corpus.items()
    }


def texts(words: Sequence[str], tokenizer: Any, settings: Settings, side: str) -> Texts:
    """Return *words* as token ids; a text that is too long loses its end, never its special tokens."""
    limit: int = settings.max_source_length if side == "source" else settings.max_target_length
    key = {"text": list(words)} if side == "source" else {"text_target": list(words)}
    whole = tokenizer(**key, return_attention_mask=False, verbose=False)["input_ids"]
    tail = closing(tokenizer, side)
    kept = limit - tail
    if kept < 1:
        raise DataError(f"max_{side}_length {limit} leaves no room for a text beside its special tokens")
    ids = [text if len(text) <= limit else text[:kept] + text[len(text) - tail :] for text in whole]
    return Texts(ids, [len(text) for text in whole], limit)


def closing(tokenizer: Any, side: str) -> int:
    """Return how many special tokens end every text."""
    sample = tokenizer(**{"text" if side == "source" else "text_target": "a"}, return_special_tokens_mask=True)
    mask = sample["special_tokens_mask"]
    return next((place for place, special in enumerate(reversed(mask)) if not special), len(mask))


class Collator:
    """Makes a batch of features: padded to the longest, labels shifted right for the decoder."""

    def __init__(self, model: Any, padding: int) -> None:
        self.shift = model.prepare_decoder_input_ids_from_labels
        self.padding = padding

    def __call__(self, features: Sequence[Mapping[str, Any]]) -> dict[str, torch.Tensor]:
        sources = [feature["input_ids"] for feature in features]
        labels = padded([feature["labels"] for feature in features], IGNORED)
        return {
            "input_ids": padded(sources, self.padding),
            "attention_mask": padded([[1] * len(source) for source in sources], 0),
            "labels": labels,
            "decoder_input_ids": self.shift(labels=labels),
            "example": torch.tensor([feature["example"] for feature in features]),
        }


def padded(sequences: Sequence[Sequence[int]], filler: int) -> torch.Tensor:
    """Return the sequences as one tensor, each filled up on the right to the longest."""
    width = max(map(len, sequences))
    return torch.tensor([[*sequence, *[filler] * (width - len(sequence))] for sequence in sequences])
