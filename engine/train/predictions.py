"""Summaries of a split: decoded, joined to their references by the example's id, scored, kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from xp.engine.data.places import Split
from xp.engine.measure import rouge
from xp.engine.train.corpus import Example
from xp.engine.train.encode import IGNORED


@dataclass(frozen=True)
class Predictions:
    """What the model wrote, one summary per example of the split."""

    examples: Sequence[Example]
    summaries: Sequence[str]
    tokens: Sequence[int]
    """Length of each summary."""

    def scores(self) -> rouge.Scores:
        """Return ROUGE and the counts of odd pairs."""
        written = {example.id: summary for example, summary in zip(self.examples, self.summaries, strict=True)}
        return rouge.score(written, {example.id: example.target for example in self.examples})

    def save(self, path: Path) -> None:
        """Write one JSON line per example, in the order of the split."""
        lines = (
            json.dumps({"id": example.id, "prediction": summary, "reference": example.target}, ensure_ascii=False)
            for example, summary in zip(self.examples, self.summaries, strict=True)
        )
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


class Scorer:
    """Turns what an evaluation generated into scores, and keeps the summaries."""

    def __init__(self, examples: Sequence[Example], tokenizer: Any, *, active: bool) -> None:
        self.examples = examples
        self.tokenizer = tokenizer
        self.active = active
        self.predictions: Predictions | None = None
        self.scores: rouge.Scores | None = None

    def __call__(self, output: Any) -> dict[str, float]:
        """Return the scores as the trainer wants them; a rank whose word does not count returns none."""
        if not self.active:
            return {}
        self.predictions = in_example_order(output.predictions, output.label_ids[0], self.examples, self.tokenizer)
        self.scores = self.predictions.scores()
        return {**self.scores.means, "gen_len": float(np.mean(self.predictions.tokens))}

    def facts(self) -> Mapping[str, str | int]:
        """Return how the scores were made, and what makes them doubtful."""
        return rouge.METHOD if self.scores is None else self.scores.facts

    def table(self) -> pa.Table | None:
        """Return the scores of each example, in the order of the split."""
        if self.predictions is None or self.scores is None:
            return None
        ids = [example.id for example in self.examples]
        return pa.table({"example": ids, **self.scores.examples, "gen_len": self.predictions.tokens})


def save_scores(scorers: Mapping[Split, Scorer], path: Path) -> None:
    """Write the scores of every example of some splits as one Parquet file."""
    tables = ((split, table) for split, scorer in scorers.items() if (table := scorer.table()) is not None)
    named = [table.add_column(0, "split", pa.array([split] * len(table))) for split, table in tables]
    parquet.write_table(pa.concat_tables(named), path)


def in_example_order(
    generated: np.ndarray[Any, Any], places: np.ndarray[Any, Any], examples: Sequence[Example], tokenizer: Any
) -> Predictions:
    """Return what was *generated* in the order of *examples*; what ranks repeated to fill a batch counts once."""
    if len(generated) != len(places):
        raise ValueError(f"{len(generated)} summaries of {len(places)} sources")
    found, first = np.unique(places, return_index=True)
    if not np.array_equal(found, np.arange(len(examples))):
        raise ValueError(f"{len(found)} predictions for {len(examples)} examples")
    ids = without_padding(generated[first], tokenizer.pad_token_id)
    summaries = tokenizer.batch_decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    tokens = (ids != tokenizer.pad_token_id).sum(axis=1)
    return Predictions(examples, [summary.strip() for summary in summaries], tokens.tolist())


def without_padding(ids: np.ndarray[Any, Any], padding: int) -> np.ndarray[Any, Any]:
    """Return token ids without the mark that batches are filled up with: no tokenizer knows it.

    >>> without_padding(np.array([[5, 7, -100]]), 1).tolist()
    [[5, 7, 1]]
    """
    return np.where(ids == IGNORED, padding, ids)
