"""Facts of the model and of the corpus that a trial used."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

import numpy as np
from torch import nn

from xp.dsl.spec import Dataset, Model
from xp.engine.train import freezing
from xp.engine.train.corpus import Corpus, Examples
from xp.engine.train.encode import Splits, Texts
from xp.engine.train.pretraining import pretraining

SIZES = {
    "hidden_size": ("hidden_size", "d_model"),
    "encoder_layers": ("encoder_layers", "num_layers"),
    "decoder_layers": ("decoder_layers", "num_decoder_layers"),
    "attention_heads": ("encoder_attention_heads", "num_heads"),
    "decoder_attention_heads": ("decoder_attention_heads", "num_heads"),
    "encoder_ffn_size": ("encoder_ffn_dim", "d_ff"),
    "decoder_ffn_size": ("decoder_ffn_dim", "d_ff"),
    "vocabulary_size": ("vocab_size",),
    "max_positions": ("max_position_embeddings", "max_encoder_position_embeddings"),
    "dropout": ("dropout", "dropout_rate"),
}
"""Name of a fact to the fields of a configuration that may hold it, by architecture."""

MODEL_UNITS = {"vocabulary_size": "tokens", "tokenizer_size": "tokens", "max_positions": "tokens"}

SHOWN_ROWS = 20
"""Most rows that a fact names."""


def model_facts(model: Any, spec: Model, tokenizer: Any) -> dict[str, Any]:
    """Return what the model is, and how many parameters each part of it has."""
    config = model.config
    return {
        "family": config.model_type,
        "class": type(model).__name__,
        "checkpoint": spec.checkpoint,
        "revision": getattr(config, "_commit_hash", None) or spec.revision,
        "weights": "of the checkpoint" if spec.checkpoint else "random, from the seed",
        "pretraining": pretraining(spec.checkpoint),
        "tokenizer": spec.tokenizer or spec.checkpoint or "byte-level BPE, trained on the training split",
        "tokenizer_revision": spec.tokenizer_revision,
        "tokenizer_size": len(tokenizer),
        "attention": config._attn_implementation,  # noqa: SLF001 - transformers has no public name for it
        "tied_embeddings": bool(getattr(config, "tie_word_embeddings", False)),
        **{name: value for name in SIZES if (value := size(config, name)) is not None},
        **parameter_counts(model),
        "frozen_by_tie": "; ".join(f"{name} = {', '.join(others)}" for name, others in freezing.tied(model).items()),
    }


def size(config: Any, name: str) -> Any:
    """Return a size of the model, None where the architecture has no such size."""
    return next((value for field in SIZES[name] if (value := getattr(config, field, None)) is not None), None)


def parameter_counts(model: nn.Module) -> dict[str, int]:
    """Return the parameters of the model: all, the trained ones, and those of each part."""
    parts = freezing.parts(model)
    everything = [parameter for parameters in parts.values() for parameter in parameters]
    return {
        "parameters": count(everything),
        "trainable_parameters": count(trained(everything)),
        **{f"{part}_parameters": count(parameters) for part, parameters in parts.items()},
        **{f"{part}_trainable_parameters": count(trained(parameters)) for part, parameters in parts.items()},
    }


def trained(parameters: Sequence[nn.Parameter]) -> list[nn.Parameter]:
    """Return the parameters that are not frozen."""
    return [parameter for parameter in parameters if parameter.requires_grad]


def count(parameters: Sequence[nn.Parameter]) -> int:
    """Return how many numbers *parameters* hold."""
    return sum(parameter.numel() for parameter in parameters)


def corpus_facts(
    spec: Dataset, fingerprint: str, corpus: Corpus, splits: Splits
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what the corpus is, and the units; lengths and cuts without a split are those of the training split."""
    found: dict[str, Any] = {
        "path": spec.path or f"built in: {spec.builtin}",
        "revision": spec.revision,
        "fingerprint": fingerprint,
    }
    units: dict[str, str] = {}
    for split, examples in corpus.items():
        encoded, of_split = splits[split], "" if split == "train" else f"{split}_"
        counts = {f"{split}_{name}": value for name, value in row_counts(examples).items()}
        if split != "train":
            counts[f"{split}_in_train"] = examples.also_in(corpus["train"])
        for side, words, texts in (
            ("source", examples.sources, encoded.sources),
            ("target", examples.targets, encoded.targets),
        ):
            counts[f"{of_split}truncated_{side}s"] = texts.truncated
            for unit, told in length_facts(f"{of_split}{side}", words, texts).items():
                found |= told
                units |= dict.fromkeys(told, unit)
        found |= counts
        units |= dict.fromkeys(counts, "rows")
        if examples.empty:
            found[f"{split}_empty_at"] = ", ".join(map(str, examples.empty[:SHOWN_ROWS]))
    return found, units


def row_counts(examples: Examples) -> dict[str, int]:
    """Return what became of the rows of a split."""
    return {
        "rows": examples.rows,
        "samples": len(examples.used),
        "empty_rows": len(examples.empty),
        "unused_rows": examples.unused,
        "duplicates": examples.duplicates,
    }


def length_facts(name: str, words: Sequence[str], texts: Texts) -> dict[str, dict[str, float]]:
    """Return how long the texts of one side are, by unit: tokens before the cut, special ones left out."""
    tokens = [length - texts.special for length in texts.lengths]
    return {
        "words": lengths(f"{name}_words", [len(text.split()) for text in words]),
        "tokens": lengths(f"{name}_tokens", tokens) | {f"{name}_longest_used": texts.longest},
        "%": {f"{name}_truncated": 100 * texts.truncated / len(texts.lengths)},
    }


def lengths(name: str, counts: Sequence[int]) -> dict[str, float]:
    """Return the mean of some lengths under their name, and under further names what the mean hides.

    >>> lengths("words", [1, 2, 3, 10])
    {'words': 4.0, 'words_median': 2.5, 'words_p95': 8.95, 'words_longest': 10}
    """
    median, high = np.quantile(counts, [0.5, 0.95])
    return {
        name: fmean(counts),
        f"{name}_median": float(median),
        f"{name}_p95": round(float(high), 6),
        f"{name}_longest": max(counts),
    }
