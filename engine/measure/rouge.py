"""ROUGE as F1 times 100: every pair counts, nothing is drawn at random, nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

import datasets
import evaluate
import nupunkt

from xp.engine.measure.overlap import SCORABLE, TYPES, Overlap, Points, overlap, scorable

PEGASUS_BREAK = "<n>"
"""What Pegasus writes for the end of a line; read as text it would be a word of both sides."""

LETTER = re.compile(r"[^\W_]")
"""What a word is made of, in any script."""

FOREIGN = 0.1
"""Share of letters that are no part of a token from which on scores are doubtful: umlauts and accents are fewer."""

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
        written = [sentences(text) for text in predictions]
        self.last = overlap([sentences(text) for text in references], written)
        means = {kind: fsum(self.last.points[kind]) / len(references) for kind in TYPES}
        return means | {
            "empty_predictions": sum(not text for text in written),
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
    doubt = warning(means, references.values())
    told = {**METHOD, **metric.last.facts, **({"warning": doubt} if doubt else {})}
    return Scores(means, metric.last.points, told)


def warning(means: Mapping[str, float], references: Collection[str]) -> str:
    """Return what makes the scores doubtful, nothing where nothing does."""
    found, count, share = [], means["unscorable_references"], foreign(references)
    if count:
        found.append(
            f"{count:.0f} of {len(references)} references have no scorable tokens: they score 0 whatever is predicted"
        )
    if share >= FOREIGN and count < len(references):
        found.append(f"{share:.0%} of the letters of the references are none of a-z and 0-9: only the rest is compared")
    return "; ".join(found)


def foreign(texts: Iterable[str]) -> float:
    """Return the share of letters and digits that are no part of a token.

    >>> foreign(["Zwölf", "мир 5"]), foreign(["…"])
    (0.4444444444444444, 0.0)
    """
    letters = lost = 0
    for text in texts:
        here = len(LETTER.findall(text))
        letters += here
        lost += 0 if text.isascii() else max(0, here - len(SCORABLE.findall(text.lower())))
    return lost / letters if letters else 0.0
