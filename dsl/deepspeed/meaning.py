"""What the keys of a DeepSpeed file are here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ZERO = "zero_optimization"
ADAM = "optimizer.params"
WARMUP = "scheduler.params"

STAGE = "zero.stage"

MICRO, STEPS, TOTAL = "batch_size", "gradient_accumulation_steps", "train_batch_size"
"""Two settings and a key: examples per rank and pass, passes per step, and their product over all ranks."""

TYPED: Mapping[str, str] = {
    "train_micro_batch_size_per_gpu": MICRO,
    "gradient_accumulation_steps": STEPS,
    "gradient_clipping": "max_grad_norm",
    f"{ADAM}.lr": "learning_rate",
    f"{ADAM}.betas[0]": "adam_beta1",
    f"{ADAM}.betas[1]": "adam_beta2",
    f"{ADAM}.eps": "adam_epsilon",
    f"{ADAM}.weight_decay": "weight_decay",
    f"{WARMUP}.warmup_max_lr": "learning_rate",
    f"{WARMUP}.warmup_num_steps": "warmup_steps",
    **{
        f"{ZERO}.{key}": f"zero.{key}"
        for key in (
            "stage",
            "reduce_bucket_size",
            "allgather_bucket_size",
            "stage3_prefetch_bucket_size",
            "stage3_param_persistence_threshold",
            "overlap_comm",
        )
    },
    f"{ZERO}.offload_optimizer.device": "zero.offload_optimizer",
    f"{ZERO}.offload_param.device": "zero.offload_param",
    f"{ZERO}.offload_optimizer.nvme_path": "zero.nvme_path",
    f"{ZERO}.offload_param.nvme_path": "zero.nvme_path",
    f"{ZERO}.offload_param.buffer_size": "zero.buffer_size",
}
"""Keys that are settings here, as they are."""

FORMATS: Mapping[str, str] = {"fp16.enabled": "fp16", "bf16.enabled": "bf16"}
"""Keys that switch a ``precision`` on."""

OFFLOADS: Mapping[str, str] = {
    f"{ZERO}.cpu_offload": "zero.offload_optimizer",
    f"{ZERO}.cpu_offload_param": "zero.offload_param",
}
"""Old keys that are true or false where the setting is ``cpu`` or ``none``."""

AUTO: Mapping[str, tuple[str, ...]] = {
    **{key: (setting,) for key, setting in TYPED.items()},
    **dict.fromkeys(FORMATS, ("precision",)),
    TOTAL: (MICRO, STEPS),
    f"{ADAM}.betas": ("adam_beta1", "adam_beta2"),
    f"{WARMUP}.warmup_min_lr": (),
    f"{WARMUP}.total_num_steps": (),
    f"{ZERO}.stage3_gather_16bit_weights_on_model_save": (),
    "data_types.keep_in_fp32_modules": (),
    **{f"{ZERO}.zenflow.{key}": () for key in ("select_strategy", "select_interval", "update_interval")},
}
"""Keys that may say ``auto``, with the settings that fill it; without one, DeepSpeed's default or the training does."""

FILLED: Mapping[str, Any] = {f"{ZERO}.stage3_gather_16bit_weights_on_model_save": False}
"""What ``auto`` is where neither a setting nor DeepSpeed fills it."""

SILENT: Mapping[str, Any] = {
    f"{ZERO}.stage": 0,
    f"{ZERO}.reduce_bucket_size": 500_000_000,
    f"{ZERO}.stage3_prefetch_bucket_size": 50_000_000,
    f"{ZERO}.stage3_param_persistence_threshold": 100_000,
}
"""What DeepSpeed takes for a key that is missing, where a setting that is unset would mean something else."""

WARMUP_STEPS = 1000.0
"""What its schedules take for a missing ``warmup_num_steps``."""

SHORTEST_WARMUP = 2.0
"""What they make of a shorter one, zero among them."""
