"""Facts count every row and say what they speak of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engine.train import tiny
from xp.dsl.spec import Dataset, Model
from xp.engine.train import freezing
from xp.engine.train.corpus import Corpus, Example, Examples
from xp.engine.train.encode import Encoded, Texts
from xp.engine.train.facts import corpus_facts, model_facts

USED = (Example("1", "one two three", "one"), Example("2", "four", "five six"), Example("3", "four", "five six"))
CORPUS: Corpus = {
    "train": Examples(5, USED, USED, (2, 4)),
    "validation": Examples(1, USED[:1], USED[:1], ()),
    "test": Examples(1, USED[:1], USED[:1], ()),
}


def encoded(examples: tuple[Example, ...], limit: int) -> Encoded:
    lengths = [len(example.source.split()) for example in examples]
    ids = [np.zeros(min(length, limit), np.int32) for length in lengths]
    texts = Texts(ids, lengths, limit)
    return Encoded(examples, "", texts, texts)


@pytest.fixture
def facts() -> dict[str, Any]:
    splits = {split: encoded(examples.used, limit=2) for split, examples in CORPUS.items()}
    return corpus_facts(Dataset(path="a/{split}.csv"), "abc", CORPUS, splits)[0]


def test_rows_are_counted_in_the_file_in_use_and_left_out(facts: dict[str, Any]) -> None:
    assert (facts["train_rows"], facts["train_samples"], facts["train_empty_rows"]) == (5, 3, 2)
    assert facts["train_unused_rows"] == 0
    assert facts["train_empty_at"] == "2, 4"
    assert facts["train_duplicates"] == 1
    assert (facts["validation_samples"], facts["test_samples"]) == (1, 1)
    assert (facts["validation_in_train"], facts["test_in_train"]) == (1, 1)
    assert "train_in_train" not in facts
    assert "test_empty_at" not in facts


def test_lengths_are_told_before_and_after_the_cut(facts: dict[str, Any]) -> None:
    assert facts["source_words"] == pytest.approx(5 / 3)
    assert facts["source_tokens"] == pytest.approx(5 / 3)
    assert (facts["source_tokens_longest"], facts["source_longest_used"], facts["truncated_sources"]) == (3, 2, 1)
    assert facts["validation_source_tokens"] == 3


def test_lengths_are_told_beyond_their_mean(facts: dict[str, Any]) -> None:
    # words of the sources: 3, 1, 1; of the targets: 1, 2, 2
    assert (facts["source_words_median"], facts["source_words_longest"]) == (1, 3)
    assert facts["source_words_p95"] == pytest.approx(2.8)
    assert facts["target_words_median"] == 2
    assert facts["source_truncated"] == pytest.approx(100 / 3)


def test_special_tokens_are_part_of_the_cut_and_no_part_of_the_text() -> None:
    ids = [np.zeros(length, np.int32) for length in (5, 4, 4)]
    texts = Texts(ids, [7, 4, 4], limit=5, special=2)
    splits = {split: Encoded(examples.used, "", texts, texts) for split, examples in CORPUS.items()}
    found, _ = corpus_facts(Dataset(builtin="dialogues"), "abc", CORPUS, splits)
    assert (found["source_tokens"], found["source_tokens_longest"]) == (3, 5)
    assert (found["truncated_sources"], found["source_longest_used"]) == (1, 5)


def test_trained_parameters_are_told_by_part() -> None:
    model = tiny.bart()
    freezing.freeze(model, ["encoder"])
    told = model_facts(model, Model(checkpoint="facebook/bart-base"), tokenizer=range(64))
    parts = ("embeddings", "encoder", "decoder", "head")
    assert sum(told[f"{part}_parameters"] for part in parts) == told["parameters"]
    assert sum(told[f"{part}_trainable_parameters"] for part in parts) == told["trainable_parameters"]
    assert told["encoder_trainable_parameters"] == 0 < told["encoder_parameters"]
    assert told["pretraining"].startswith("books, Wikipedia")


def test_an_output_layer_that_is_frozen_with_the_embeddings_is_told() -> None:
    model = tiny.bart()
    free = model_facts(model, Model(architecture="bart"), tokenizer=range(64))
    freezing.freeze(model, ["embeddings"])

    assert free["frozen_by_tie"] == ""
    assert "lm_head.weight" in model_facts(model, Model(architecture="bart"), tokenizer=range(64))["frozen_by_tie"]


def test_a_corpus_is_known_by_where_it_is_from(facts: dict[str, Any]) -> None:
    assert (facts["path"], facts["fingerprint"]) == ("a/{split}.csv", "abc")


def test_every_number_of_a_corpus_has_a_unit() -> None:
    splits = {split: encoded(examples.used, limit=2) for split, examples in CORPUS.items()}
    found, units = corpus_facts(Dataset(builtin="dialogues"), "abc", CORPUS, splits)

    assert {name for name, value in found.items() if isinstance(value, int | float)} == set(units)


@pytest.mark.parametrize(("model", "heads", "positions"), [(tiny.bart, 2, 256), (tiny.t5, 2, None)], ids=["bart", "t5"])
def test_sizes_have_one_name_whatever_the_architecture_calls_them(
    model: Any, heads: int, positions: int | None
) -> None:
    told = model_facts(model(), Model(architecture="bart"), tokenizer=range(64))

    assert (told["hidden_size"], told["attention_heads"], told.get("max_positions")) == (16, heads, positions)
    assert (told["encoder_layers"], told["decoder_layers"], told["vocabulary_size"]) == (1, 1, 64)
    assert told["tokenizer_size"] == 64
    assert told["trainable_parameters"] == told["parameters"]
