"""A training step with full and with sparse attention, side by side, for sources of 512 to 4096 tokens.

python benchmarks/attention.py
"""

from __future__ import annotations

import time
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForSeq2SeqLM

import xp.engine.train.attention  # noqa: F401 - registers the block-local kernel

LENGTHS = (512, 1024, 2048, 4096)
ROUNDS = 2
SUMMARY = 32

SHAPE: dict[str, Any] = {
    "vocab_size": 1000,
    "d_model": 128,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 256,
    "decoder_ffn_dim": 256,
    "max_position_embeddings": 4096,
}
LED: dict[str, Any] = {
    **{name: value for name, value in SHAPE.items() if name != "max_position_embeddings"},
    "max_encoder_position_embeddings": 4096,
    "max_decoder_position_embeddings": 128,
}
LONGT5: dict[str, Any] = {
    "vocab_size": 1000,
    "decoder_start_token_id": 0,
    "d_model": 128,
    "num_layers": 2,
    "num_heads": 4,
    "d_kv": 32,
    "d_ff": 256,
}
T5 = dict(LONGT5)

MODELS: dict[str, tuple[str, str | None, dict[str, Any]]] = {
    "BART, eager": ("bart", "eager", SHAPE),
    "BART, sdpa": ("bart", "sdpa", SHAPE),
    "BART, block_local, 128": ("bart", "block_local", {**SHAPE, "attention_window": 128}),
    "LED, window 256": ("led", None, {**LED, "attention_window": 256}),
    "BigBird-Pegasus, original_full": ("bigbird_pegasus", None, {**SHAPE, "attention_type": "original_full"}),
    "BigBird-Pegasus, block_sparse, 16": (
        "bigbird_pegasus",
        None,
        {**SHAPE, "attention_type": "block_sparse", "block_size": 16},
    ),
    "T5": ("t5", None, T5),
    "LongT5, local, 63": ("longt5", None, {**LONGT5, "encoder_attention_type": "local", "local_radius": 63}),
    "LongT5, transient-global": ("longt5", None, {**LONGT5, "encoder_attention_type": "transient-global"}),
}
BESIDE = {
    "BART": "BART, sdpa",
    "LED": "BART, sdpa",
    "BigBird-Pegasus": "BigBird-Pegasus, original_full",
    "T5": "T5",
    "LongT5": "T5",
}
"""What each family is compared with: full attention of the same model, or of the model that it was made from."""


def build(architecture: str, kernel: str | None, config: dict[str, Any]) -> Any:
    """Return a model with random weights."""
    torch.manual_seed(1)
    attention = {"attn_implementation": kernel} if kernel else {}
    own = dict(config)
    window = own.pop("attention_window", None) if architecture == "bart" else None
    made = AutoConfig.for_model(architecture, **own)
    if window is not None:
        made.attention_window = window
    return AutoModelForSeq2SeqLM.from_config(made, **attention).train()


def step(model: Any, length: int) -> float:
    """Return the processor seconds of one forward and backward pass: other work on the machine does not count."""
    ids = torch.randint(4, 1000, (1, length))
    labels = torch.randint(4, 1000, (1, SUMMARY))
    more = {}
    if model.config.model_type == "led":
        more["global_attention_mask"] = torch.zeros_like(ids).index_fill_(1, torch.tensor([0]), 1)
    began = time.process_time()
    model(input_ids=ids, labels=labels, **more).loss.backward()
    model.zero_grad()
    return time.process_time() - began


def best(model: Any, length: int) -> float:
    """Return the seconds of the best of a few rounds."""
    return min(step(model, length) for _ in range(ROUNDS))


def main() -> None:
    """Print a table."""
    torch.set_num_threads(1)
    models = {name: build(*made) for name, made in MODELS.items()}
    seconds = {(name, length): best(model, length) for length in LENGTHS for name, model in models.items()}
    print("| attention | " + " | ".join(f"{length} tokens, s | ratio" for length in LENGTHS) + " | ratio to |")
    print("| :--- |" + " ---: | ---: |" * len(LENGTHS) + " :--- |")
    for name in models:
        other = BESIDE[name.split(",")[0]]
        cells = [f"{seconds[name, n]:.3f} | {seconds[name, n] / seconds[other, n]:.2f}" for n in LENGTHS]
        print(f"| {name} | {' | '.join(cells)} | {other} |")


if __name__ == "__main__":
    main()
