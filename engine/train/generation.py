"""How summaries are written: the model's own generation settings, and those that the trial sets."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from xp.dsl.settings import Settings
from xp.engine.train.errors import SettingError

LIMITS = ("max_new_tokens", "max_length")

OVERRULED = {"max_new_tokens": "max_length", "min_new_tokens": "min_length"}
"""A setting that counts new tokens to the one that it overrules."""

BEAMS: Mapping[str, Any] = {"early_stopping": False, "length_penalty": 1.0}
"""What a search with several beams alone reads, with the values that change nothing."""

SAMPLING: Mapping[str, Any] = {
    "temperature": 1.0,
    "top_k": 50,
    "top_p": 1.0,
    "typical_p": 1.0,
    "min_p": None,
    "top_h": None,
    "epsilon_cutoff": 0.0,
    "eta_cutoff": 0.0,
}
"""What alone reads who draws tokens at random, with the values that change nothing."""

BESIDE: Mapping[str, Any] = {
    **dict.fromkeys(
        ("return_dict_in_generate", "output_attentions", "output_hidden_states", "output_logits", "output_scores"),
        False,
    ),
    "num_return_sequences": 1,
}
"""What a model may give out beside one summary of each source: nobody takes it."""


def generation_config(own: Any, settings: Settings) -> Any:
    """Return the model's *own* generation configuration with the trial's settings in it.

    A limit of the model's own holds where the trial sets none; a model without any stops at ``max_target_length``.
    What nothing would read is left out: transformers refuses to save a changed configuration that holds it.
    """
    config = with_settings(own, settings)
    feasible(config)
    config.update(**unread_settings(config))
    return config


def feasible(config: Any) -> None:
    """Raise if no summary is long enough: transformers writes to the longest, and no summary would come to an end."""
    (least, shortest), (most, longest) = bound(config, "min"), bound(config, "max")
    if None not in (shortest, longest) and shortest > longest:
        message = f"no summary has at least {least} = {getattr(config, least)}, and at most {most}"
        raise SettingError(f"generation: {message} = {getattr(config, most)}: set min_new_tokens, 0 for no bound")


def require_positions(config: Any, positions: int | None) -> None:
    """Raise if a summary may grow longer than the decoder has positions: that fails behind the training."""
    name, longest = bound(config, "max")
    if None not in (longest, positions) and longest - 1 > positions:
        message = f"{name} = {getattr(config, name)} is more than the {positions} positions of the decoder"
        raise SettingError(f"generation: {message}: set a smaller max_new_tokens")


def bound(config: Any, end: str) -> tuple[str, Any]:
    """Return the setting that bounds the length at an end, and the length, the decoder's first token included."""
    new = getattr(config, f"{end}_new_tokens", None)
    if new is None:
        return f"{end}_length", getattr(config, f"{end}_length", None)
    return f"{end}_new_tokens", new + 1


def unused_fact(own: Any, settings: Settings) -> dict[str, str]:
    """Return the fact that names what was left out, none where nothing was."""
    config = with_settings(own, settings)
    left_out = ", ".join(f"{name} = {getattr(config, name)}" for name in unread_settings(config))
    return {"generation_unused": left_out} if left_out else {}


def with_settings(own: Any, settings: Settings) -> Any:
    """Return the model's *own* generation configuration with all that the trial sets in it."""
    wanted = {name: value for name, value in settings.generation.model_dump().items() if value is not None}
    config = deepcopy(own)
    if "max_new_tokens" in wanted:
        config.max_length = None
    elif not any(getattr(config, name, None) for name in LIMITS):
        wanted["max_new_tokens"] = settings.max_target_length
    if "min_new_tokens" in wanted:
        config.min_length = None
    config.update(**wanted)
    return config


def unread_settings(config: Any) -> dict[str, Any]:
    """Return the settings that nothing will read, each with the value that says so."""
    unread = dict(BESIDE)
    if config.num_beams in (None, 1):
        unread |= BEAMS
    if config.do_sample is not True:
        unread |= SAMPLING
    return {name: value for name, value in unread.items() if getattr(config, name, None) not in (None, value)}


def settings_in_force(config: Any) -> dict[str, Any]:
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
