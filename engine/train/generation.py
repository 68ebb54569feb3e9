"""How summaries are written: the model's own generation settings, and those that the trial sets."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from xp.dsl.settings import Settings

LIMITS = ("max_new_tokens", "max_length")


def generation_config(own: Any, settings: Settings) -> Any:
    """Return the model's *own* generation configuration with the trial's settings in it.

    A limit of the model's own holds where the trial sets none; a model without any stops at ``max_target_length``.
    """
    chosen = {name: value for name, value in settings.generation.model_dump().items() if value is not None}
    config = deepcopy(own)
    if "max_new_tokens" in chosen:
        config.max_length = None
    elif not any(getattr(config, name, None) for name in LIMITS):
        chosen["max_new_tokens"] = settings.max_target_length
    if "min_new_tokens" in chosen:
        config.min_length = None
    config.update(**chosen)
    return config


def resolved(config: Any) -> Mapping[str, Any]:
    """Return every generation setting that has a value, transformers' own defaults included."""
    values = {**config._get_default_generation_params(), **set_values(config)}  # noqa: SLF001 - there is no other way
    return {f"generation.{name}": plain(value) for name, value in sorted(values.items())}


def set_values(config: Any) -> Mapping[str, Any]:
    """Return what the configuration itself sets."""
    return {
        name: value
        for name, value in config.to_dict().items()
        if value is not None and not name.startswith("_") and name != "transformers_version"
    }


def plain(value: Any) -> Any:
    """Return *value* as a fact can hold it."""
    return value if isinstance(value, str | int | float | bool) else str(value)
