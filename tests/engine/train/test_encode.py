"""Texts are cut at the declared length, keep their special tokens, and tell how long they were."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoConfig, ByT5Tokenizer

from xp.dsl.settings import Settings
from xp.dsl.spec import Model
from xp.engine.train import tokenizer
from xp.engine.train.cache import Cache
from xp.engine.train.corpus import Corpus, Example, Examples
from xp.engine.train.encode import IGNORED, Collator, Encoded, Side, encode, padded, positions
from xp.engine.train.errors import DataError

LONG = "a" * 38  # no merges are trained, so each letter is a token; with both ends 40


@pytest.fixture
def words(tmp_path: Path) -> Any:
    model = Model(architecture="bart", vocab_size=261)
    return tokenizer.for_model(model, AutoConfig.for_model("bart"), [LONG], tmp_path, Cache(tmp_path / "cache"))


def corpus(*pairs: tuple[str, str]) -> Corpus:
    found = tuple(Example(str(number), *pair) for number, pair in enumerate(pairs))
    return {"train": Examples(len(found), found, found, ())}


def encoded(words: Any, folder: Path, pairs: list[tuple[str, str]], **settings: Any) -> Encoded:
    return encode(corpus(*pairs), words, Settings(**settings), Cache(folder / "cache"))["train"]


def test_a_changed_limit_is_not_served_from_what_an_earlier_trial_left(words: Any, tmp_path: Path) -> None:
    short = encoded(words, tmp_path, [(LONG, "b")], max_source_length=16)
    whole = encoded(words, tmp_path, [(LONG, "b")], max_source_length=64)

    assert (short.sources.longest, whole.sources.longest) == (16, 40)
    assert (short.sources.truncated, whole.sources.truncated) == (1, 0)
    assert short.sources.lengths == whole.sources.lengths == [40]


def test_a_cut_text_keeps_both_of_its_ends(words: Any, tmp_path: Path) -> None:
    (ids,) = encoded(words, tmp_path, [(LONG, "b")], max_source_length=16).sources.ids

    assert (ids[0], ids[-1]) == (words.bos_token_id, words.eos_token_id)
    assert words.decode(ids, skip_special_tokens=True) == "a" * 14


def test_the_prefix_stands_before_every_source(words: Any, tmp_path: Path) -> None:
    split = encoded(words, tmp_path, [("x", "y"), ("z", "y")], source_prefix="summarize: ")

    texts = [words.decode(ids, skip_special_tokens=True) for ids in split.sources.ids]
    assert texts == ["summarize: x", "summarize: z"]
    assert [words.decode(ids, skip_special_tokens=True) for ids in split.targets.ids] == ["y", "y"]


def test_a_tokenizer_that_is_written_in_python_tokenises_too(tmp_path: Path) -> None:
    """Some have no fast form: ProphetNet's, and ByT5's, to which a text is its bytes, each plus 3, and an end, 1."""
    split = encoded(ByT5Tokenizer(), tmp_path, [("ab", "abc")], max_target_length=3)

    assert [ids.tolist() for ids in split.sources.ids] == [[100, 101, 1]]
    assert [ids.tolist() for ids in split.targets.ids] == [[100, 101, 1]]
    assert (split.targets.lengths, split.targets.truncated) == ([4], 1)
    fewer, more = (Side(ByT5Tokenizer(extra_ids=count), "text", 9).identity for count in (1, 2))
    assert fewer != more


def test_a_limit_without_room_for_text_is_refused(words: Any, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="max_target_length: 1 tokens leave no room for a text"):
        encoded(words, tmp_path, [("x", "y")], max_target_length=1)


class Shift:
    """Stands for a model, as far as a collator needs one."""

    config = SimpleNamespace(max_encoder_position_embeddings=10, max_position_embeddings=99)

    @staticmethod
    def prepare_decoder_input_ids_from_labels(labels: torch.Tensor) -> torch.Tensor:
        return labels.roll(1)


def test_padding_counts_nowhere() -> None:
    features = [
        {"input_ids": np.array([5, 6, 7]), "labels": np.array([8]), "example": 4},
        {"input_ids": np.array([9]), "labels": np.array([3, 2]), "example": 0},
    ]

    batch = Collator(Shift(), padding=1)(features)

    assert batch["input_ids"].tolist() == [[5, 6, 7, 1, 1, 1, 1, 1], [9, 1, 1, 1, 1, 1, 1, 1]]
    assert batch["attention_mask"].sum(dim=1).tolist() == [3, 1]
    assert batch["labels"].tolist() == [[8, *[IGNORED] * 7], [3, 2, *[IGNORED] * 6]]
    assert batch["example"].tolist() == [4, 0]
    assert batch["decoder_input_ids"].shape == (2, 8)


def test_the_first_token_of_a_windowed_encoder_sees_the_whole_source() -> None:
    led = Shift()
    led.config = SimpleNamespace(model_type="led", **vars(Shift.config))
    features = [{"input_ids": np.array(ids), "labels": np.array([8]), "example": 0} for ids in ([5, 6], [7])]

    assert Collator(led, padding=1)(features)["global_attention_mask"].tolist() == [[1, *[0] * 7]] * 2
    assert "global_attention_mask" not in Collator(Shift(), padding=1)(features)


@pytest.mark.parametrize(
    ("length", "width"),
    [pytest.param(8, 8, id="full"), pytest.param(9, 10, id="as-far-as-positions-go"), pytest.param(1, 8, id="short")],
)
def test_batches_have_few_widths_and_none_beyond_the_positions(length: int, width: int) -> None:
    features = [{"input_ids": np.zeros(length, np.int32), "labels": np.zeros(1, np.int32), "example": 0}]

    assert Collator(Shift(), padding=1)(features)["input_ids"].shape == (1, width)


def test_an_architecture_without_positions_has_no_widest_batch() -> None:
    assert positions(SimpleNamespace(), "encoder") is None
    assert padded([np.zeros(9, np.int32)], 0).shape == (1, 16)


def test_a_model_that_is_put_together_of_two_has_the_positions_of_each() -> None:
    """BERT writes summaries beside another BERT: what was longer than its 512 positions failed within a step."""
    parts = [AutoConfig.for_model("bert", max_position_embeddings=length) for length in (512, 64)]
    config = AutoConfig.for_model("encoder-decoder", encoder=parts[0].to_dict(), decoder=parts[1].to_dict())

    assert (positions(config, "encoder"), positions(config, "decoder")) == (512, 64)
