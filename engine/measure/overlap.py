"""Who computes the ROUGE of pairs: rouge_score, or a native port of it as long as the two give the same bits."""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer, tokenize, tokenizers

TYPES = ("rouge1", "rouge2", "rougeL", "rougeLsum")

REFERENCE, NATIVE = "rouge-score", "rouge-score-rs"

CHECKED = 16
"""Pairs that both compute in every call. The port is young and has one author: its word alone is not enough."""

SCORABLE = re.compile("[a-z0-9]")
"""What a token is made of."""

Points = Mapping[str, list[float]]
"""F1 times 100 of every pair, by kind."""


@dataclass(frozen=True)
class Overlap:
    """The scores of pairs, and what computed them."""

    points: Points
    facts: Mapping[str, str | int] = field(default_factory=dict)


class Words(tokenizers.Tokenizer):
    """The tokenizer of rouge_score; it remembers the stems, which are most of the work."""

    def __init__(self) -> None:
        self.stem = functools.lru_cache(maxsize=1 << 16)(PorterStemmer().stem)

    def tokenize(self, text: str) -> list[str]:
        """Return the stems of *text*."""
        words: list[str] = tokenize.tokenize(text, self)
        return words


def scorable(text: str) -> bool:
    """Tell whether rouge_score finds any token in *text*.

    >>> scorable("Zwölf"), scorable("मीरा"), scorable("…")
    (True, False, False)
    """
    return SCORABLE.search(text.lower()) is not None


def overlap(references: Sequence[str], predictions: Sequence[str]) -> Overlap:
    """Return the scores of every pair; a line of a text is a sentence."""
    native = port()
    if native is not None and references:
        found = points(native.score_batch(references, predictions))
        spread = range(0, len(references), -(-len(references) // CHECKED))
        if exact([references[place] for place in spread], [predictions[place] for place in spread]) == {
            kind: [values[place] for place in spread] for kind, values in found.items()
        }:
            return Overlap(found, {"rouge_engine": name_and_version(NATIVE), "rouge_checked_pairs": len(spread)})
        return Overlap(
            exact(references, predictions),
            {"rouge_engine": f"{name_and_version(REFERENCE)}: {name_and_version(NATIVE)} differs"},
        )
    return Overlap(exact(references, predictions), {"rouge_engine": name_and_version(REFERENCE)})


def exact(references: Sequence[str], predictions: Sequence[str]) -> Points:
    """Return the scores by rouge_score, row by row."""
    scorer = rouge_scorer.RougeScorer(list(TYPES), tokenizer=Words())
    return points([scorer.score(*pair) for pair in zip(references, predictions, strict=True)])


def port() -> Any:
    """Return the scorer of the native port, None where it is not installed."""
    try:
        module = importlib.import_module("rouge_score_rs.rouge_scorer")
    except ImportError:
        return None
    return module.RougeScorer(list(TYPES), use_stemmer=True)


def points(scores: Sequence[Mapping[str, Any]]) -> Points:
    """Return the F1 of each pair times 100, by kind."""
    return {kind: [100 * score[kind].fmeasure for score in scores] for kind in TYPES}


def name_and_version(distribution: str) -> str:
    """Return the name and version of a library."""
    return f"{distribution} {version(distribution)}"
