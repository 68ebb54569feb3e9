"""The model: a checkpoint, or an architecture whose weights are drawn from the trial's seed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from transformers import CONFIG_MAPPING, AutoConfig, AutoModelForSeq2SeqLM, set_seed
from transformers.models.auto.modeling_auto import MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES as SUMMARISERS

from xp.dsl.errors import did_you_mean
from xp.dsl.settings import Settings
from xp.dsl.spec import Model
from xp.engine.folders import find_folder
from xp.engine.train.attention import BLOCK_LOCAL, require_block_local
from xp.engine.train.errors import SettingError

TOKENS = ("bos", "pad", "eos")
# every decoder has one, and the configuration of T5 does not know of it until it is set
START = "decoder_start_token_id"


def configuration(model: Model, folder: Path) -> Any:
    """Return the model's configuration, with every field that the experiment sets."""
    if model.checkpoint is not None:
        place = str(find_folder(model.checkpoint, folder) or model.checkpoint)
        config = AutoConfig.from_pretrained(place, revision=model.revision)
        require_known_fields(model.config, config)
        config.update(dict(model.config))
        return config
    architecture = str(model.architecture)
    if architecture not in SUMMARISERS:
        hint = did_you_mean(architecture, SUMMARISERS)
        raise SettingError(f"model: {architecture!r} is no encoder-decoder that writes text: {hint}")
    require_known_fields(model.config, CONFIG_MAPPING[architecture]())
    return AutoConfig.for_model(architecture, **model.config)


def require_known_fields(fields: Mapping[str, Any], config: Any) -> None:
    """Raise if the configuration has no such field: transformers would keep it and use it for nothing."""
    names = {*config.to_dict(), *config.attribute_map, START}
    for name in fields:
        if name not in names:
            hint = did_you_mean(name, names)
            raise SettingError(f"model: the configuration of {config.model_type} has no field {name!r}: {hint}")


def build_model(model: Model, config: Any, tokenizer: Any, settings: Settings, seed: int, folder: Path) -> Any:
    """Return the model on the CPU, in single precision, whole on every rank.

    Random weights depend on the seed alone: all methods of one seed start from the same ones. Later layers of
    DeepSpeed partition what is built here.
    """
    attention = {"attn_implementation": settings.attn_implementation} if settings.attn_implementation else {}
    if model.checkpoint is not None:
        place = str(find_folder(model.checkpoint, folder) or model.checkpoint)
        built = AutoModelForSeq2SeqLM.from_pretrained(
            place, config=config, revision=model.revision, dtype=torch.float32, **attention
        )
        if len(tokenizer) > built.get_input_embeddings().num_embeddings:
            built.resize_token_embeddings(len(tokenizer))
    else:
        take_token_ids(tokenizer, config)
        set_seed(seed)
        built = AutoModelForSeq2SeqLM.from_config(config, dtype=torch.float32, **attention)
    if settings.attn_implementation == BLOCK_LOCAL:
        require_block_local(built)
    # otherwise the trainer believes that the model divides its loss by the tokens of the whole batch, which no
    # encoder-decoder does, and loss and gradients grow with accumulation and ranks
    built.accepts_loss_kwargs = False
    built.generation_config.decoder_start_token_id = start = first_token(built, tokenizer)
    if model.checkpoint is not None and model.config.get(START, start) != start:
        raise SettingError(
            f"model: {START} is {model.config[START]}, but {config.model_type} starts with {start}, the last token "
            "of a summary, whatever its configuration says: leave it out"
        )
    return built


def first_token(model: Any, tokenizer: Any) -> int:
    """Return the token that the decoder starts with in training; mBART's goes by the text, not by its configuration."""
    labels = torch.tensor([tokenizer(text_target="a")["input_ids"]])
    try:
        return int(model.prepare_decoder_input_ids_from_labels(labels=labels)[0, 0])
    except (AttributeError, TypeError, ValueError) as error:
        # what is put together of two models or made by hand comes without the tokens that a decoder needs
        lacking = [name for name in (START, "pad_token_id") if getattr(model.config, name, None) is None]
        if not lacking:
            raise
        raise SettingError(
            f"model: its configuration has no {' and no '.join(lacking)}, which the decoder needs: set it in config"
        ) from error


def take_token_ids(tokenizer: Any, config: Any) -> None:
    """Give *config* the tokenizer's numbers in place of those it was made with."""
    start = getattr(config, "decoder_start_token_id", None)
    # a decoder starts with one of the special tokens, by most architectures' custom the padding
    role = next((name for name in ("eos", "bos") if start == getattr(config, f"{name}_token_id", None)), "pad")
    if start is None or start == config.pad_token_id:
        role = "pad"
    config.vocab_size = len(tokenizer)
    for name in TOKENS:
        if getattr(config, f"{name}_token_id", None) is not None:
            setattr(config, f"{name}_token_id", getattr(tokenizer, f"{name}_token_id"))
    config.decoder_start_token_id = getattr(tokenizer, f"{role}_token_id")
    if getattr(config, "forced_eos_token_id", None) is not None:
        config.forced_eos_token_id = tokenizer.eos_token_id
