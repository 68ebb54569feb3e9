"""ROUGE as F1 times 100: every pair counts, nothing is drawn at random, nothing is fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

import datasets
import evaluate
import nupunkt

from xp.engine.measure.overlap import TYPES, Overlap, Points, overlap, scorable

PEGASUS_BREAK = "<n>"
"""What Pegasus writes for the end of a line; read as text it would be a word of both sides."""

METHOD = {
    "rouge_library": "rouge_score",
    "rouge_tokens": "lower case, a-z and 0-9 only",
    "rouge_stemmer": "Porter",
    "rouge_sentences": "nupunkt, line breaks and <n>",
    "rouge_mean": "of all pairs, no bootstrap",
}
"""What a reader must know to compare the numbers with others."""


@dataclass(frozen=True)
class Scores:
    """The ROUGE of a split: the means, those of each example, and how they were made."""

    means: Mapping[str, float]
    """And the counts of odd pairs."""

    examples: Points
    """By kind, in the order of the references."""

    facts: Mapping[str, str | int]


class Rouge(evaluate.Metric):
    """A metric of `evaluate` that needs neither its hub nor its cache."""

    def __init__(self) -> None:
        super().__init__(keep_in_memory=True)
        self.last = Overlap({})

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
        self.last = overlap([sentences(text) for text in references], [sentences(text) for text in predictions])
        means = {kind: fsum(self.last.points[kind]) / len(references) for kind in TYPES}
        return means | {
            "empty_predictions": sum(not text.strip() for text in predictions),
            "unscorable_references": sum(not scorable(text) for text in references),
        }


def sentences(text: str) -> str:
    """Return *text* with a line for each sentence, as ROUGE-Lsum reads it.

    >>> sentences("The cat sat. The dog ran.").splitlines()
    ['The cat sat.', 'The dog ran.']
    """
    lines = [line for line in text.replace(PEGASUS_BREAK, "\n").splitlines() if line.strip()]
    return "\n".join(sentence.strip() for line in lines for sentence in nupunkt.sent_tokenize(line))


def score(predictions: Mapping[str, str], references: Mapping[str, str]) -> Scores:
    """Return the scores of *predictions*, joined to *references* by id."""
    if len(predictions) != len(references):
        raise ValueError(f"{len(predictions)} predictions for {len(references)} references")
    if strangers := sorted(predictions.keys() - references.keys()):
        raise ValueError(f"predictions without a reference: {', '.join(strangers[:5])}")
    metric, ids = Rouge(), list(references)
    means: dict[str, Any] = metric.compute(
        predictions=[predictions[name] for name in ids], references=[references[name] for name in ids]
    )
    doubt = warning(means, len(ids))
    told = {**METHOD, **metric.last.facts, **({"warning": doubt} if doubt else {})}
    return Scores(means, metric.last.points, told)


def warning(means: Mapping[str, float], total: int) -> str | None:
    """Return what makes the scores doubtful, None where nothing does."""
    if count := means["unscorable_references"]:
        return f"{count:.0f} of {total} references have no scorable tokens: they score 0 whatever is predicted"
    return None
