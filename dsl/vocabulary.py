"""Words that users bring along from elsewhere, and what they are called here."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from xp.dsl.deepspeed.files import KEY
from xp.dsl.dotted import SETTINGS, TABLES
from xp.dsl.errors import did_you_mean

MOST = 20
"""Known words that a hint lists; the reference documents all of them."""

HERE = {
    "per_device_train_batch_size": "batch_size",
    "train_batch_size": "batch_size, which is per rank",
    "train_micro_batch_size_per_gpu": "batch_size",
    "per_device_eval_batch_size": "eval_batch_size",
    "num_train_epochs": "epochs",
    "num_epochs": "epochs",
    "epoch": "epochs",
    "lr": "learning_rate",
    "gradient_clipping": "max_grad_norm",
    "activation_checkpointing": "gradient_checkpointing",
    "fp16": 'precision = "fp16"',
    "bf16": 'precision = "bf16"',
    "torch_dtype": "precision",
    "dtype": "precision",
    "zero_optimization": "zero",
    "freeze_encoder": 'freeze = ["encoder"]',
    "freeze_embeds": 'freeze = ["embeddings"]',
    "freeze_embeddings": 'freeze = ["embeddings"]',
    "sortish_sampler": 'train_sampling_strategy = "sortish"',
    "early_stopping_patience": "early_stopping.patience",
    "early_stopping_threshold": "early_stopping.threshold",
    "metric_for_best_model": "early_stopping.metric",
    "generation_num_beams": "generation.num_beams",
    "generation_max_length": "generation.max_new_tokens",
    "val_max_target_length": "generation.max_new_tokens",
    "max_input_length": "max_source_length",
    "max_seq_length": "max_source_length",
    "max_length": "max_source_length or max_target_length",
    "max_val_samples": "max_eval_samples",
    "max_test_samples": "max_predict_samples",
    "model_name_or_path": "model",
    "dataset_name": "dataset",
    "text_column": "source, in [datasets.NAME]",
    "summary_column": "target, in [datasets.NAME]",
    "nproc_per_node": "world_size",
    "num_gpus": "world_size",
    "num_processes": "world_size",
    "seeds": "seed, in [matrix]",
    "random_seed": "seed, in [matrix]",
}
"""Names that other tools give to what is settled here by one setting."""

TRANSFORMERS = "5.24.0"
"""The version whose removed arguments are listed below; a test compares it with the one installed."""

RENAMED = {
    "evaluation_strategy": "eval_strategy",
    "group_by_length": 'train_sampling_strategy = "group_by_length"',
    "warmup_ratio": "warmup_steps, where a number below 1 is a share of all steps",
    "per_gpu_train_batch_size": "batch_size",
    "per_gpu_eval_batch_size": "eval_batch_size",
    **dict.fromkeys(("half_precision_backend", "fp16_backend", "fp16_opt_level"), "precision"),
    **dict.fromkeys(("sharded_ddp", "fsdp_min_num_params", "fsdp_transformer_layer_cls_to_wrap"), "zero"),
}
"""Arguments that transformers has removed, and what does their work here."""

REMOVED = {
    **dict.fromkeys(("overwrite_output_dir", "logging_dir"), "each attempt has a folder of its own"),
    **dict.fromkeys(
        ("no_cuda", "use_mps_device", "use_ipex", "xpu_backend", "tpu_num_cores", "tpu_metrics_debug"),
        "GPUs are used where there are any",
    ),
    **dict.fromkeys(
        ("push_to_hub_token", "push_to_hub_model_id", "push_to_hub_organization"), "nothing is sent to the hub"
    ),
    **dict.fromkeys(("jit_mode_eval", "torchdynamo"), "models are not compiled"),
    "adafactor": "the optimizer is AdamW",
    "include_inputs_for_metrics": "summaries are scored by their targets",
    "include_tokens_per_second": "tokens per second are always measured",
    "save_safetensors": "checkpoints are made by xp",
    "ray_scope": "a method's search needs no Ray",
    **dict.fromkeys(("mp_parameters", "past_index", "use_legacy_prediction_loop"), "nothing does its work any more"),
}
"""Arguments that transformers has removed and that have no counterpart, and why."""

ALWAYS = {
    "do_train": "every trial trains",
    "do_eval": "every trial evaluates, unless eval_strategy says no",
    "do_predict": "every trial predicts the test split",
    "predict_with_generate": "summaries are always generated",
    "output_dir": "each attempt has a folder of its own",
}
"""Switches that have no counterpart, and why."""


PLACES = {
    KEY: "a DeepSpeed file is named in [defaults] or [methods.NAME], beside settings",
    **{
        word: f"{word} stands in [matrix]: write it there, or as matrix.{word}"
        for word in ("exclude", "include", "zip", "constraints", "seed")
    },
}
"""Keys that people write elsewhere, and where they stand."""


def hint(word: str, known: Collection[str]) -> str:
    """Return what helps somebody who wrote *word* where only *known* words may stand."""
    if word in RENAMED or word in REMOVED:
        return gone(word)
    if word in HERE:
        return f"here it is {HERE[word]}"
    if word in PLACES and word not in known:
        return PLACES[word]
    if word in ALWAYS:
        return f"leave it out: {ALWAYS[word]}"
    if get_close_matches(word, known, n=1):
        return did_you_mean(word, known)
    return elsewhere(word) or closest(word, known)


def gone(word: str) -> str:
    """Return that transformers has removed an argument, and what to do without it."""
    way_out = f"write {RENAMED[word]}" if word in RENAMED else f"leave it out, {REMOVED[word]}"
    return f"transformers {TRANSFORMERS} has no {word} any more: {way_out}"


def closest(word: str, known: Collection[str]) -> str:
    """Return a hint naming the known word closest to *word*; nothing where none is close and there are too many.

    >>> closest("predict_rogue2", ["predict_rouge2", "duration"])
    "did you mean 'predict_rouge2'?"
    """
    return did_you_mean(word, known) if len(known) <= MOST or get_close_matches(word, known, n=1) else ""


def elsewhere(word: str) -> str:
    """Return where *word* may stand, if it is the name of a setting."""
    if word in SETTINGS or word in TABLES:
        return f"{word} is a setting: it may stand in [defaults], a method's settings or [matrix]"
    inside = next((name for name in SETTINGS if name.endswith(f".{word}")), "")
    return f"did you mean {inside!r}?" if inside else ""
