"""ROUGE as F1 times 100: every pair counts, nothing is drawn at random, nothing is fetched."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import datasets
import evaluate
import nupunkt
from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer, tokenize, tokenizers

TYPES = ("rouge1", "rouge2", "rougeL", "rougeLsum")

METHOD = {
    "rouge_library": "rouge_score",
    "rouge_tokens": "lower case, a-z and 0-9 only",
    "rouge_stemmer": "Porter",
    "rouge_sentences": "nupunkt and line breaks",
    "rouge_mean": "of all pairs, no bootstrap",
}
"""What a reader must know to compare the numbers with others."""


class Words(tokenizers.Tokenizer):
    """The tokenizer of rouge_score; it remembers the stems, which are most of the work."""

    def __init__(self) -> None:
        self.stem = functools.lru_cache(maxsize=1 << 16)(PorterStemmer().stem)

    def tokenize(self, text: str) -> list[str]:
        """Return the stems of *text*."""
        words: list[str] = tokenize.tokenize(text, self)
        return words


class Rouge(evaluate.Metric):
    """A metric of `evaluate` that needs neither its hub nor its cache."""

    def __init__(self) -> None:
        super().__init__(keep_in_memory=True)
        self.words = Words()
        self.scorer = rouge_scorer.RougeScorer(list(TYPES), tokenizer=self.words)

    def _info(self) -> evaluate.MetricInfo:
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description="ROUGE F1 times 100, the mean over all pairs",
            citation="Lin 2004, ROUGE: a package for automatic evaluation of summaries",
            inputs_description="predictions and references: one text each",
            features=datasets.Features({"predictions": text, "references": text}),
            reference_urls=["https://aclanthology.org/W04-1013"],
        )

    def _compute(self, predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
        scores = [self.pair(*pair) for pair in zip(predictions, references, strict=True)]
        means = {kind: 100 * sum(score[kind] for score in scores) / len(scores) for kind in TYPES}
        return means | {
            "empty_predictions": sum(not text.strip() for text in predictions),
            "unscorable_references": sum(not self.words.tokenize(text) for text in references),
        }

    def pair(self, prediction: str, reference: str) -> dict[str, float]:
        """Return the F1 of one pair, between 0 and 1."""
        scores = self.scorer.score(sentences(reference), sentences(prediction))
        return {kind: score.fmeasure for kind, score in scores.items()}


def sentences(text: str) -> str:
    """Return *text* with a line for each sentence, as ROUGE-Lsum reads it.

    >>> sentences("The cat sat. The dog ran.").splitlines()
    ['The cat sat.', 'The dog ran.']
    """
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(sentence.strip() for line in lines for sentence in nupunkt.sent_tokenize(line))


def score(predictions: Mapping[str, str], references: Mapping[str, str]) -> dict[str, float]:
    """Return the mean scores of *predictions*, joined to *references* by id, and the counts of odd pairs."""
    if len(predictions) != len(references):
        raise ValueError(f"{len(predictions)} predictions for {len(references)} references")
    if strangers := sorted(predictions.keys() - references.keys()):
        raise ValueError(f"predictions without a reference: {', '.join(strangers[:5])}")
    ids = list(references)
    result: dict[str, Any] = Rouge().compute(
        predictions=[predictions[name] for name in ids], references=[references[name] for name in ids]
    )
    return result


def warning(scores: Mapping[str, float], total: int) -> str | None:
    """Return what makes the scores doubtful, None where nothing does."""
    if count := scores["unscorable_references"]:
        return f"{count:.0f} of {total} references have no scorable tokens: they score 0 whatever is predicted"
    return None
