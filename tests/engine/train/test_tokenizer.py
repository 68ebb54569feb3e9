"""A trained tokenizer depends on its texts alone and speaks the architecture's language."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
from transformers import AutoConfig

from xp.dsl.spec import Model
from xp.engine.train import tokenizer
from xp.engine.train.cache import Cache
from xp.engine.train.errors import DataError

TEXTS = ["Emil meets Kira at the lake.", "Zoe books seats by the window.", "Mara is late — sorry! 日本"] * 5


def trained(architecture: str, folder: Path, vocab_size: int = 300) -> Any:
    model = Model(architecture=architecture, vocab_size=vocab_size)
    return tokenizer.for_model(model, AutoConfig.for_model(architecture), TEXTS, folder, Cache(folder))


@pytest.mark.parametrize(
    ("architecture", "ids", "around"),
    [
        pytest.param("bart", {"bos": 0, "pad": 1, "eos": 2}, ([0], [2]), id="bart"),
        pytest.param("t5", {"pad": 0, "eos": 1}, ([], [1]), id="t5"),
        pytest.param("pegasus", {"pad": 0, "eos": 1}, ([], [1]), id="pegasus"),
        pytest.param("bigbird_pegasus", {"pad": 0, "eos": 1, "bos": 2}, ([2], [1]), id="bigbird"),
        pytest.param("marian", {"eos": 0}, ([], [0]), id="marian"),
    ],
)
def test_special_tokens_stand_where_the_architecture_expects_them(
    tmp_path: Path, architecture: str, ids: dict[str, int], around: tuple[list[int], list[int]]
) -> None:
    words = trained(architecture, tmp_path)

    assert {name: getattr(words, f"{name}_token_id") for name in ids} == ids
    encoded = words("Kira")["input_ids"]
    first, last = around
    assert encoded[: len(first)] == first
    assert encoded[len(encoded) - len(last) :] == last
    assert words.decode(encoded, skip_special_tokens=True) == "Kira"


def test_any_text_survives_bytes_and_back(tmp_path: Path) -> None:
    words = trained("bart", tmp_path)
    text = "Zoë: schön! 日本語 🎈\n  two  spaces"

    assert words.decode(words(text)["input_ids"], skip_special_tokens=True, clean_up_tokenization_spaces=False) == text


def test_the_vocabulary_is_as_large_as_asked_for(tmp_path: Path) -> None:
    assert len(trained("bart", tmp_path, vocab_size=300)) == 300


def test_a_vocabulary_smaller_than_its_bytes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="vocab_size 100 is too small: bytes and special tokens alone are 261"):
        trained("bart", tmp_path, vocab_size=100)


def test_a_second_trial_takes_the_tokenizer_of_the_first(tmp_path: Path) -> None:
    first = trained("bart", tmp_path).backend_tokenizer.to_str()
    (kept,) = tmp_path.glob("*.json")
    stamp = kept.stat().st_mtime_ns

    assert trained("bart", tmp_path).backend_tokenizer.to_str() == first
    assert kept.stat().st_mtime_ns == stamp


TRAIN = """
from transformers import AutoConfig
from tests.engine.train.test_tokenizer import TEXTS
from xp.engine.train import tokenizer
print(tokenizer.train(TEXTS, AutoConfig.for_model("bart"), 300))
"""


@pytest.mark.slow
def test_two_processes_train_the_same_tokenizer() -> None:
    root = Path(__file__).parents[3]
    hashes = {
        hashlib.sha256(
            subprocess.run([sys.executable, "-c", TRAIN], check=True, capture_output=True, cwd=root).stdout
        ).hexdigest()
        for _ in range(2)
    }

    assert len(hashes) == 1


def test_a_tokenizer_below_the_home_is_no_id_of_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    trained("bart", tmp_path).save_pretrained(tmp_path / "words")
    model = Model(architecture="bart", tokenizer="~/words")

    words = tokenizer.for_model(model, AutoConfig.for_model("bart"), [], tmp_path / "work", Cache(tmp_path / "unused"))

    assert words.get_vocab() == trained("bart", tmp_path).get_vocab()


def test_a_checkpoint_may_have_a_sentencepiece_file_for_a_tokenizer(tmp_path: Path) -> None:
    """Pegasus' and T5's were saved so: what reads the file is no part of sentencepiece."""
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "tokenizer_config.json").write_text('{"tokenizer_class": "PegasusTokenizer"}')
    with (tmp_path / "words" / "spiece.model").open("wb") as file:
        numbers: dict[str, Any] = {"pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1}
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(TEXTS), model_writer=file, vocab_size=34, minloglevel=2, **numbers
        )
    model = Model(architecture="pegasus", tokenizer="words")

    words = tokenizer.for_model(model, AutoConfig.for_model("pegasus"), [], tmp_path, Cache(tmp_path / "unused"))

    ids = words("Kira at the lake")["input_ids"]
    assert ids[-1] == words.eos_token_id == 1
    assert words.decode(ids, skip_special_tokens=True) == "Kira at the lake"


def test_a_tokenizer_that_lies_alone_learns_its_special_tokens_from_the_configuration(tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    trained("bart", tmp_path).backend_tokenizer.save(str(alone / "tokenizer.json"))
    model = Model(architecture="bart", tokenizer="alone")

    words = tokenizer.for_model(model, AutoConfig.for_model("bart"), TEXTS, tmp_path, Cache(tmp_path))

    assert (words.pad_token, words.eos_token, words.bos_token) == ("<pad>", "</s>", "<s>")
