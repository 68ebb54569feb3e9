"""Settings to DeepSpeed's own configuration."""

from __future__ import annotations

from typing import Any

from xp.dsl.settings import Settings, Zero

PARAMETERS = 3
"""The ZeRO stage that partitions parameters too."""

BUCKETS = (
    "reduce_bucket_size",
    "allgather_bucket_size",
    "stage3_prefetch_bucket_size",
    "stage3_param_persistence_threshold",
)


def deepspeed_config(settings: Settings, *, cuda: bool) -> dict[str, Any] | None:
    """Return DeepSpeed's configuration, None for a trial without it.

    There is no optimizer and no scheduler in it: the trainer's own are the same with and without DeepSpeed, weight
    decay of biases and norms included, and need no compiled operators.
    """
    if settings.zero is None:
        return None
    return {
        "train_micro_batch_size_per_gpu": settings.batch_size,
        "gradient_accumulation_steps": settings.gradient_accumulation_steps,
        "train_batch_size": settings.batch_size * settings.gradient_accumulation_steps * settings.world_size,
        "gradient_clipping": settings.max_grad_norm,
        "bf16": {"enabled": settings.precision == "bf16"},
        "fp16": {"enabled": settings.precision == "fp16"},
        "zero_optimization": zero_block(settings.zero),
        # a CPU optimizer in C++ pays on the way to a GPU; on a CPU alone it would only have to be compiled
        "zero_force_ds_cpu_optimizer": cuda,
        "zero_allow_untested_optimizer": True,
        "wall_clock_breakdown": False,
    }


def zero_block(zero: Zero) -> dict[str, Any]:
    """Return the ``zero_optimization`` block; sizes that the trainer can derive from the model are ``auto``."""
    block: dict[str, Any] = {"stage": zero.stage, "reduce_bucket_size": "auto"}
    if zero.stage == PARAMETERS:
        block |= {"stage3_prefetch_bucket_size": "auto", "stage3_param_persistence_threshold": "auto"}
    block |= {name: value for name in BUCKETS if (value := getattr(zero, name)) is not None}
    if zero.overlap_comm is not None:
        block["overlap_comm"] = zero.overlap_comm
    for name in ("offload_optimizer", "offload_param"):
        if (device := getattr(zero, name)) != "none":
            block[name] = {"device": device}
    return block
