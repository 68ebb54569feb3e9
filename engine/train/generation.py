"""How summaries are written: the model's own generation settings, and those that the trial sets."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from xp.dsl.settings import Settings

LIMITS = ("max_new_tokens", "max_length")

OVERRULED = {"max_new_tokens": "max_length", "min_new_tokens": "min_length"}
"""A setting that counts new tokens to the one that it overrules."""


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


def resolved(config: Any) -> dict[str, Any]:
    """Return every generation setting in force, transformers' own defaults included."""
    chosen = {name: value for name, value in config.to_dict().items() if value is not None}
    defaults = config._get_default_generation_params()  # noqa: SLF001 - there is no other way to them
    values = {**{name: value for name, value in defaults.items() if value is not None}, **chosen}
    for longer, shorter in OVERRULED.items():
        if longer in chosen:
            values.pop(shorter, None)
    return {
        f"generation.{name}": value if isinstance(value, str | int | float | bool) else str(value)
        for name, value in sorted(values.items())
        if name != "transformers_version" and not name.startswith("_")
    }
