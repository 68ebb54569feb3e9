"""The smallest models that are real."""

from __future__ import annotations

from typing import Any

from transformers import AutoConfig, AutoModelForSeq2SeqLM

BART = {
    "d_model": 16,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32,
    "max_position_embeddings": 256,
}

LED = {name: value for name, value in BART.items() if name != "max_position_embeddings"} | {
    "max_encoder_position_embeddings": 256,
    "max_decoder_position_embeddings": 256,
    "attention_window": 32,
}

T5 = {"d_model": 16, "num_layers": 1, "num_decoder_layers": 1, "num_heads": 2, "d_kv": 8, "d_ff": 32}


def bart(**config: Any) -> Any:
    """Return a BART of a few thousand parameters."""
    return AutoModelForSeq2SeqLM.from_config(AutoConfig.for_model("bart", **{"vocab_size": 64, **BART, **config}))


def t5(**config: Any) -> Any:
    """Return a T5 of a few thousand parameters."""
    return AutoModelForSeq2SeqLM.from_config(AutoConfig.for_model("t5", **{"vocab_size": 64, **T5, **config}))
