"""How many parameters a model has, counted from its configuration without making it.

Read from the model classes of transformers 5: an attention is four square matrices with their biases (T5 has none), a
feed-forward block two matrices (three where it is gated), a norm two vectors (T5: one). Tables of tokens are shared by
encoder, decoder and head.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from xp.engine.forecast.memory import Parameters

Config = Mapping[str, Any]

BART: Config = {
    "vocab_size": 50265,
    "max_position_embeddings": 1024,
    "d_model": 1024,
    "encoder_layers": 12,
    "decoder_layers": 12,
    "encoder_ffn_dim": 4096,
    "decoder_ffn_dim": 4096,
}

T5: Config = {
    "vocab_size": 32128,
    "d_model": 512,
    "d_kv": 64,
    "d_ff": 2048,
    "num_layers": 6,
    "num_heads": 8,
    "relative_attention_num_buckets": 32,
    "feed_forward_proj": "relu",
}

MT5: Config = {"vocab_size": 250112, "d_ff": 1024, "num_layers": 8, "num_heads": 6, "feed_forward_proj": "gated-gelu"}

DEFAULTS: Mapping[str, Config] = {
    "bart": BART,
    "mbart": BART,
    "pegasus": BART,
    "led": {**BART, "max_encoder_position_embeddings": 16384, "max_decoder_position_embeddings": 1024},
    "t5": T5,
    "mt5": {**T5, **MT5},
}
"""What transformers takes where a configuration says nothing, by ``model_type``."""

ALIASES: Mapping[str, str] = {
    "hidden_size": "d_model",
    "num_attention_heads": "num_heads",
    "head_dim": "d_kv",
    "num_hidden_layers": "num_layers",
}
"""Other names that transformers takes for a field; BART's ``num_hidden_layers`` are those of its encoder."""


@dataclass(frozen=True)
class Counts:
    """Parameters by the part of the model they belong to."""

    embeddings: int
    encoder: int
    decoder: int
    fixed: int
    """Of the embeddings, those that are never trained."""

    largest_layer: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.embeddings + self.encoder + self.decoder

    def frozen(self, groups: Collection[str]) -> Parameters:
        """Return the numbers of the model with groups of parameters frozen."""
        still = self.embeddings if "embeddings" in groups else self.fixed
        still += self.encoder if "encoder" in groups else 0
        return Parameters(self.total, self.total - still, self.largest_layer)


def counts(config: Config) -> Counts | None:
    """Return the parameters of the model that a configuration describes, None where that is not known here.

    >>> counts({"model_type": "bart"}).total, counts({"model_type": "t5"}).total
    (406291456, 60506624)
    """
    kind = config.get("model_type", "")
    if kind not in COUNTERS:
        return None
    sizes = with_defaults(kind, config)
    numbers = [sizes[name] for name, value in DEFAULTS[kind].items() if isinstance(value, int)]
    if not all(type(number) is int and number > 0 for number in numbers):
        return None  # a worker will say what is wrong with it
    return COUNTERS[kind](kind, sizes)


def with_defaults(kind: str, config: Config) -> Config:
    """Return a configuration with its defaults, every field by the name that is used here."""
    aliases = ALIASES if COUNTERS[kind] is t5 else {**ALIASES, "num_hidden_layers": "encoder_layers"}
    named = {aliases[name]: value for name, value in config.items() if name in aliases}
    return {**DEFAULTS[kind], **named, **{name: value for name, value in config.items() if value is not None}}


def bart(kind: str, config: Config) -> Counts | None:
    """Return the parameters of BART and its descendants; None where the head has weights of its own."""
    if config.get("tie_word_embeddings") is False:
        return None
    width, tokens = config["d_model"], config["vocab_size"] * config["d_model"]
    square, norm = width * width + width, 2 * width
    attentions = {
        "encoder": 4 * square + norm + (3 * square if kind == "led" else 0),  # LED's global tokens have their own
        "decoder": 2 * (4 * square + norm),
    }
    blocks = {stack: 2 * width * (inner := config[f"{stack}_ffn_dim"]) + width + inner for stack in attentions}
    ends = norm * (2 if kind == "mbart" else 1)
    stacks = {
        stack: config[f"{stack}_layers"] * (attentions[stack] + blocks[stack] + norm) + ends for stack in attentions
    }
    positions = [rows * width for rows in bart_positions(kind, config)]
    inner = max(config["encoder_ffn_dim"], config["decoder_ffn_dim"])
    return Counts(
        embeddings=tokens + sum(positions),
        fixed=sum(positions) if kind == "pegasus" else 0,  # sines and cosines
        largest_layer=max(tokens, *positions, (width + 1) * inner, square),
        **stacks,
    )


def bart_positions(kind: str, config: Config) -> tuple[int, int]:
    """Return the rows of the two tables of positions."""
    if kind == "led":
        return config["max_encoder_position_embeddings"], config["max_decoder_position_embeddings"]
    rows = config["max_position_embeddings"] + (0 if kind == "pegasus" else 2)
    return rows, rows


def t5(_: str, config: Config) -> Counts:
    """Return the parameters of T5 and mT5, whose head transformers 5 always ties to the embeddings."""
    width, tokens = config["d_model"], config["vocab_size"] * config["d_model"]
    heads = width * config["num_heads"] * config["d_kv"]
    attention = 4 * heads + width
    gated = str(config["feed_forward_proj"]).startswith("gated")
    block = (3 if gated else 2) * width * config["d_ff"] + width
    ends = width + config["relative_attention_num_buckets"] * config["num_heads"]
    return Counts(
        embeddings=tokens,
        encoder=config["num_layers"] * (attention + block) + ends,
        decoder=config.get("num_decoder_layers", config["num_layers"]) * (2 * attention + block) + ends,
        fixed=0,
        largest_layer=max(tokens, width * config["d_ff"], heads),
    )


COUNTERS: Mapping[str, Callable[[str, Config], Counts | None]] = {
    **dict.fromkeys(("bart", "mbart", "pegasus", "led"), bart),
    **dict.fromkeys(("t5", "mt5"), t5),
}
"""What counts the parameters of a ``model_type``."""
