"""Words to numbers: the checkpoint's own tokenizer, a given one, or one that is trained on the corpus."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from xp.dsl.spec import Model
from xp.engine.folders import find_folder
from xp.engine.train.cache import Cache, key
from xp.engine.train.errors import DataError

VERSION = 1
"""Raised with every change of how a tokenizer is trained."""

SPECIAL = {"bos": "<s>", "pad": "<pad>", "eos": "</s>", "unk": "<unk>", "mask": "<mask>"}
"""Special tokens of a tokenizer that is trained here, in the order that BART has them."""


def for_model(model: Model, config: Any, texts: Sequence[str], folder: Path, cache: Cache) -> Any:
    """Return the tokenizer that *model* asks for; *texts* is what one is trained on where it asks for none."""
    own = model.own_tokenizer
    given, revision = (model.checkpoint, model.revision) if own is None else (own, model.tokenizer_revision)
    if given is not None:
        place = str(find_folder(given, folder) or given)
        return with_special_tokens(AutoTokenizer.from_pretrained(place, revision=revision), config)
    order = special_order(config)
    name = key("tokenizer", str(VERSION), *order, str(has_bos(config)), str(model.vocab_size), texts=texts)
    return for_transformers(cache.text(name, lambda: train(texts, config, model.vocab_size)), order)


def with_special_tokens(words: Any, config: Any) -> Any:
    """Return a tokenizer that names its special tokens: one that lies alone, without its model, may not."""
    for name in ("pad", "eos", "bos"):
        place = getattr(config, f"{name}_token_id", None)
        if getattr(words, f"{name}_token") is None and isinstance(place, int) and place < len(words):
            setattr(words, f"{name}_token", words.convert_ids_to_tokens(place))
    if words.pad_token is None:
        raise DataError("the tokenizer has no padding token, and the model's configuration names none")
    return words


def train(texts: Sequence[str], config: Any, vocab_size: int) -> str:
    """Return a byte-level BPE tokenizer, as JSON, with its special tokens where *config* expects them.

    It depends on nothing but the texts: the same ones give the same tokenizer.
    """
    names = special_order(config)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    if vocab_size < (least := len(names) + len(alphabet)):
        raise DataError(f"vocab_size {vocab_size} is too small: bytes and special tokens alone are {least}")
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[SPECIAL[name] for name in names],
        initial_alphabet=alphabet,
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    bpe.post_processor = template(names.index("bos") if has_bos(config) else None, names.index("eos"))
    return str(bpe.to_str())


def for_transformers(bpe: str, names: Sequence[str]) -> PreTrainedTokenizerFast:
    """Return a tokenizer of ours as transformers wants it."""
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(bpe),
        clean_up_tokenization_spaces=False,
        **{f"{name}_token": SPECIAL[name] for name in names},
    )


def special_order(config: Any) -> Sequence[str]:
    """Return the names of the special tokens in the order of their numbers, as *config* has them.

    >>> from types import SimpleNamespace
    >>> special_order(SimpleNamespace(pad_token_id=0, eos_token_id=1))  # T5
    ['pad', 'eos', 'bos', 'unk', 'mask']
    """
    wanted = {name: getattr(config, f"{name}_token_id", None) for name in ("pad", "eos", "bos")}
    places: dict[int, str] = {}
    for name, place in wanted.items():
        if isinstance(place, int) and 0 <= place < len(SPECIAL):
            places.setdefault(place, name)
    others = (name for name in SPECIAL if name not in places.values())
    return [places[place] if place in places else next(others) for place in range(len(SPECIAL))]


def has_bos(config: Any) -> bool:
    """Tell whether texts of this architecture begin with a token of their own."""
    bos = getattr(config, "bos_token_id", None)
    return bos is not None and bos not in (config.pad_token_id, config.eos_token_id)


def template(begin: int | None, end: int) -> processors.TemplateProcessing:
    """Return what puts the special tokens around a text."""
    bos, eos = SPECIAL["bos"], SPECIAL["eos"]
    return processors.TemplateProcessing(
        single=f"$A {eos}" if begin is None else f"{bos} $A {eos}",
        special_tokens=[(eos, end)] if begin is None else [(bos, begin), (eos, end)],
    )
