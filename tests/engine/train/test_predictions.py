"""Every example has one summary, in the order of its split, whatever the ranks repeated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from xp.engine.train.corpus import Example
from xp.engine.train.predictions import Scorer, in_example_order, save_scores, without_padding

EXAMPLES = [Example(f"id-{number}", "a document", f"word{number}") for number in range(3)]


class Words:
    """A tokenizer whose tokens are numbered words; 0 fills up."""

    pad_token_id = 0

    def batch_decode(self, ids: Any, **_: Any) -> list[str]:
        """Return the words of each row; a number that is no token is an error, as it is for a real one."""
        assert (ids >= 0).all()
        return [" ".join(f"word{token - 1}" for token in row if token) + " " for row in ids]


class Output:
    """What the trainer hands over: token ids and, first of the labels, the places of the examples."""

    predictions = np.array([[3, -100], [1, -100], [2, 2], [1, -100]])
    label_ids = (np.array([2, 0, 1, 0]), None, None)


def test_summaries_come_in_the_order_of_the_split_and_once_each() -> None:
    found = in_example_order(Output.predictions, Output.label_ids[0], EXAMPLES, Words())

    assert list(found.summaries) == ["word0", "word1 word1", "word2"]
    assert list(found.tokens) == [1, 2, 1]


def test_the_mark_of_filled_up_batches_never_reaches_the_tokenizer() -> None:
    assert without_padding(np.array([[5, -100, -100]]), 1).tolist() == [[5, 1, 1]]


def test_a_summary_that_is_missing_is_an_error_that_names_both_counts() -> None:
    with pytest.raises(ValueError, match="2 predictions for 3 examples"):
        in_example_order(Output.predictions[:2], np.array([2, 0]), EXAMPLES, Words())


def test_more_than_one_summary_of_a_source_is_an_error_and_not_somebody_elses() -> None:
    with pytest.raises(ValueError, match="4 summaries of 2 sources"):
        in_example_order(Output.predictions, np.array([0, 1]), EXAMPLES[:2], Words())


def test_scores_and_file_speak_of_the_same_pairs(tmp_path: Path) -> None:
    scorer = Scorer(EXAMPLES, Words(), active=True)

    scores = scorer(Output())

    assert scores["rouge1"] == pytest.approx(100 * (1 + 2 / 3 + 1) / 3)
    assert scorer.predictions is not None
    scorer.predictions.save(tmp_path / "predictions.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "predictions.jsonl").read_text().splitlines()]
    assert rows[1] == {"id": "id-1", "prediction": "word1 word1", "reference": "word1"}
    assert [row["id"] for row in rows] == ["id-0", "id-1", "id-2"]


def test_the_scores_of_each_example_are_kept_in_one_file_by_split_and_id(tmp_path: Path) -> None:
    scorer, silent = Scorer(EXAMPLES, Words(), active=True), Scorer(EXAMPLES, Words(), active=False)
    means = scorer(Output())

    save_scores({"validation": silent, "test": scorer}, tmp_path / "scores.parquet")

    rows = parquet.read_table(tmp_path / "scores.parquet").to_pylist()
    assert [(row["split"], row["example"], row["gen_len"]) for row in rows] == [
        ("test", "id-0", 1),
        ("test", "id-1", 2),
        ("test", "id-2", 1),
    ]
    assert [row["rouge1"] for row in rows] == [100.0, pytest.approx(200 / 3), 100.0]
    assert sum(row["rougeLsum"] for row in rows) / 3 == pytest.approx(means["rougeLsum"])


def test_a_rank_whose_word_does_not_count_scores_nothing() -> None:
    scorer = Scorer(EXAMPLES, Words(), active=False)

    assert scorer(Output()) == {}
    assert scorer.predictions is None


def test_a_reference_that_cannot_be_scored_is_a_warning_among_the_facts() -> None:
    scorer = Scorer([Example("1", "a", "मीरा")], Words(), active=True)
    scorer(type("One", (), {"predictions": np.array([[1]]), "label_ids": (np.array([0]),)}))

    assert str(scorer.facts()["warning"]).startswith("1 of 1 references have no scorable tokens")
