"""Facts of the model and of the corpus that a trial used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from torch import nn

from xp.dsl.spec import Model
from xp.engine.train import freezing
from xp.engine.train.corpus import Examples
from xp.engine.train.encode import Encoded

SIZES = {
    "hidden_size": ("hidden_size", "d_model"),
    "encoder_layers": ("encoder_layers", "num_layers"),
    "decoder_layers": ("decoder_layers", "num_decoder_layers"),
    "encoder_heads": ("encoder_attention_heads", "num_heads"),
    "decoder_heads": ("decoder_attention_heads", "num_heads"),
    "encoder_ffn": ("encoder_ffn_dim", "d_ff"),
    "decoder_ffn": ("decoder_ffn_dim", "d_ff"),
    "vocabulary": ("vocab_size",),
    "positions": ("max_position_embeddings", "max_encoder_position_embeddings"),
    "dropout": ("dropout", "dropout_rate"),
}
"""Name of a fact to the fields of a configuration that hold it, by architecture."""

MODEL_UNITS = {"vocabulary": "tokens", "positions": "tokens"}


def model_facts(model: Any, spec: Model, tokenizer: Any) -> dict[str, Any]:
    """Return what the model is, and how many parameters each part of it has."""
    config = model.config
    return {
        "architecture": config.model_type,
        "class": type(model).__name__,
        "checkpoint": spec.checkpoint or "",
        "revision": spec.revision or "",
        "weights": "of the checkpoint" if spec.checkpoint else "random, from the seed",
        "tokenizer": spec.tokenizer or spec.checkpoint or "byte-level BPE, trained on the training split",
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
        "parameters_trainable": count([parameter for parameter in everything if parameter.requires_grad]),
        **{f"parameters_{part}": count(parameters) for part, parameters in parts.items()},
    }


def count(parameters: Sequence[nn.Parameter]) -> int:
    """Return how many numbers *parameters* hold; a partitioned one is an empty tensor that knows its size."""
    return sum(getattr(parameter, "ds_numel", parameter.numel()) for parameter in parameters)


def split_facts(split: str, examples: Examples, encoded: Encoded) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the facts of one split, and their units."""
    found: dict[str, Any] = {
        "rows": examples.rows,
        "used": len(examples.used),
        "empty": len(examples.empty),
        "empty_rows": ", ".join(map(str, examples.empty[:20])),
        "duplicates": examples.duplicates,
    }
    units = {"rows": "rows", "used": "rows", "empty": "rows", "duplicates": "rows"}
    sides = {
        "source": ([example.source for example in examples.used], encoded.sources),
        "target": ([example.target for example in examples.used], encoded.targets),
    }
    for side, (words, texts) in sides.items():
        found |= {
            f"{side}_words": fmean(len(text.split()) for text in words),
            f"{side}_tokens": fmean(texts.lengths),
            f"{side}_tokens_longest": max(texts.lengths),
            f"{side}_tokens_longest_used": texts.longest,
            f"{side}_truncated": texts.truncated,
        }
        units |= {f"{side}_words": "words", f"{side}_truncated": "rows"}
        units |= dict.fromkeys([f"{side}_tokens", f"{side}_tokens_longest", f"{side}_tokens_longest_used"], "tokens")
    return prefixed(split, found), prefixed(split, units)


def prefixed(split: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return *values* with the split before each name."""
    return {f"{split}_{name}": value for name, value in values.items()}
