"""Sparse attention that some architectures bring along: how it is asked for, and what of it is in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from xp.dsl.attention import OWN, most_in_full
from xp.dsl.settings import Settings
from xp.engine.train.attention import BLOCK_LOCAL, widths
from xp.engine.train.errors import SettingError

BLOCK_SPARSE = "block_sparse"

FIELDS = ("attention_type", "block_size", "num_random_blocks", "local_radius", "global_block_size")
"""What layers hold under the name of the setting."""

KINDS = {"LongT5LayerLocalSelfAttention": "local", "LongT5LayerTransientGlobalSelfAttention": "transient-global"}
"""LongT5's layers, which are of another class for each kind."""


def configure_sparse(config: Any, settings: Settings) -> None:
    """Write into a model's configuration what is asked for; one without such a field would pass over it."""
    for name in ("attention_window", *OWN):
        value = getattr(settings, name)
        if value is None:
            continue
        if not hasattr(config, name) and settings.attn_implementation != BLOCK_LOCAL:
            raise SettingError(f"{name}: {config.model_type} has no such attention, got {value!r}")
        setattr(config, name, value)


def sparse_settings(model: Any) -> Mapping[str, list[Any]]:
    """Return the settings of sparse attention that the layers of the encoder have, each with all its values."""
    found: dict[str, list[Any]] = defaultdict(list)
    found["attention_window"] += widths(model)
    for module in model.get_encoder().modules():
        if (side := getattr(module, "one_sided_attn_window_size", None)) is not None:
            found["attention_window"].append(2 * side)
        if (kind := KINDS.get(type(module).__name__)) is not None:
            found["encoder_attention_type"].append(kind)
        for name in FIELDS:
            if isinstance(value := getattr(module, name, None), int | str):
                found[name].append(value)
    return {name: values for name, values in found.items() if values}


def least_width(config: Any, settings: Settings) -> int:
    """Return the tokens that a batch must be wide for a declared attention to be computed; shorter ones are padded.

    A single short batch would have BigBird attend to everything from there on.
    """
    if config.model_type != "bigbird_pegasus" or settings.attention_type != BLOCK_SPARSE:
        return 0
    return most_in_full(config.block_size, config.num_random_blocks) + 1


def require_sparse_still(model: Any, settings: Settings) -> None:
    """Raise if the encoder has fallen back to another attention on the way."""
    kinds = set(sparse_settings(model).get("attention_type", ()))
    wanted = settings.attention_type
    if wanted is not None and kinds != {wanted}:
        raise SettingError(f"attention_type: {wanted!r} was declared, but {' and '.join(sorted(kinds))} was computed")
