"""How fast 10,000 summaries are scored, beside rouge_score called row by row; the digits must be the same.

python -m benchmarks.rouge
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from rouge_score import rouge_scorer

from xp.engine.measure import overlap, rouge

PAIRS = 10_000
ROUNDS = 5
"""Of the fast ones, half of them behind the slow one: a drift of the machine meets all."""

SENTENCES, WORDS = 3, 20
ENDINGS = ("", "s", "ed", "ing", "ly", "ness")


def texts(seed: int) -> list[str]:
    """Return texts of three sentences whose words have endings to be cut off."""
    draw = random.Random(seed)  # noqa: S311 - nothing to hide
    stems = ["".join(draw.choices("bcdfgaeiou", k=5)) for _ in range(400)]

    def sentence() -> str:
        words = (draw.choice(stems) + draw.choice(ENDINGS) for _ in range(WORDS))
        return " ".join(words).capitalize() + "."

    return [" ".join(sentence() for _ in range(SENTENCES)) for _ in range(PAIRS)]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return how long *work* took, and what it returned."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def main() -> None:
    """Print one row for each way, over the same pairs."""
    references = {str(number): text for number, text in enumerate(texts(1))}
    predictions = {str(number): text for number, text in enumerate(texts(1)[1:] + texts(1)[:1])}
    stock = rouge_scorer.RougeScorer(list(overlap.TYPES), use_stemmer=True)
    lines = [(rouge.sentences(references[name]), rouge.sentences(predictions[name])) for name in references]

    given = tuple(map(list, zip(*lines, strict=True)))
    mine, alone = [], []
    for turn in range(ROUNDS):
        if turn == ROUNDS // 2:
            theirs, rows = timed(lambda: [stock.score(*pair) for pair in lines])
        seconds, found = timed(lambda: rouge.score(predictions, references))
        mine.append(seconds)
        alone.append(timed(lambda: overlap.overlap(*given))[0])

    assert found.examples == overlap.points(rows), "the digits differ"
    print("| work | seconds | pairs a second | ratio |\n| :--- | ---: | ---: | ---: |")
    for name, seconds in (
        ("`rouge_score`, row by row, sentences given", theirs),
        ("xp: the same, sentences given", statistics.median(alone)),
        ("xp: sentences found, means and odd pairs as well", statistics.median(mine)),
    ):
        print(f"| {name} | {seconds:.2f} | {PAIRS / seconds:,.0f} | {theirs / seconds:.0f} |")


if __name__ == "__main__":
    main()
