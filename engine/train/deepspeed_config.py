"""Settings to DeepSpeed's own configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xp.dsl.document import merged
from xp.dsl.settings import DEEPSPEED_SCHEDULES, Settings, Zero, weight_format

PARAMETERS = 3
"""The ZeRO stage that partitions parameters too."""

BUCKETS = (
    "reduce_bucket_size",
    "allgather_bucket_size",
    "stage3_prefetch_bucket_size",
    "stage3_param_persistence_threshold",
)


DTYPES = {"bf16": "bfloat16", "fp16": "float16"}
"""What torch calls a number format."""

HOUSE: Mapping[str, Any] = {"zero_allow_untested_optimizer": True, "wall_clock_breakdown": False}
"""What holds unless a DeepSpeed file says otherwise."""


def deepspeed_config(
    settings: Settings, rest: Mapping[str, Any], offload: Path, *, cuda: bool
) -> dict[str, Any] | None:
    """Return DeepSpeed's configuration, None for a trial without it; *rest* is what is in it besides settings.

    *offload* is the folder that ``nvme`` stands for.

    Optimizer and schedule are DeepSpeed's own only where they are asked for: the trainer's are the same with and
    without DeepSpeed, weight decay of biases and norms included, and need no compiled operators.
    """
    if settings.zero is None:
        return None
    typed: dict[str, Any] = {
        "train_micro_batch_size_per_gpu": settings.batch_size,
        "gradient_accumulation_steps": settings.gradient_accumulation_steps,
        "train_batch_size": settings.batch_size * settings.gradient_accumulation_steps * settings.world_size,
        "gradient_clipping": settings.max_grad_norm,
        **number_format(settings),
        "zero_optimization": zero_block(settings.zero, offload),
    }
    if "optimizer" in rest:
        typed["optimizer"] = {"params": adam(settings)}
    if settings.lr_scheduler_type in DEEPSPEED_SCHEDULES:
        typed["scheduler"] = schedule(settings)
    return merged(merged(defaults(settings.zero, rest, cuda=cuda), rest), typed)


def defaults(zero: Zero, rest: Mapping[str, Any], *, cuda: bool) -> dict[str, Any]:
    """Return what holds unless a DeepSpeed file says otherwise.

    An optimizer in C++ pays beside a GPU; on a CPU alone it would only have to be compiled. Torch's own does the same,
    but for the bias correction that it cannot leave out. Before any parameter goes to a folder, DeepSpeed would keep a
    billion of them in memory.
    """
    below: dict[str, Any] = {**HOUSE, "zero_force_ds_cpu_optimizer": cuda}
    if "optimizer" in rest and not cuda and "bias_correction" not in rest["optimizer"].get("params", {}):
        below["optimizer"] = {"params": {"torch_adam": True}}
    if zero.offload_param == "nvme":
        below["zero_optimization"] = {"offload_param": {"max_in_cpu": 0}}
    return below


def number_format(settings: Settings) -> dict[str, Any]:
    """Return the blocks of the number format: DeepSpeed's own 16 bits, or single precision that torch casts."""
    own = weight_format(settings.precision, torch_autocast=settings.torch_autocast)
    blocks: dict[str, Any] = {name: {"enabled": own == name} for name in ("bf16", "fp16")}
    if settings.torch_autocast:
        blocks["torch_autocast"] = {"enabled": True, "dtype": DTYPES[settings.precision]}
    return blocks


def adam(settings: Settings) -> dict[str, Any]:
    """Return the parameters of DeepSpeed's own optimizer."""
    return {
        "lr": settings.learning_rate,
        "betas": [settings.adam_beta1, settings.adam_beta2],
        "eps": settings.adam_epsilon,
        "weight_decay": settings.weight_decay,
    }


def schedule(settings: Settings) -> dict[str, Any]:
    """Return one of DeepSpeed's own schedules; the trainer knows the steps that are ``auto`` here."""
    steps = {"total_num_steps": "auto"} if settings.lr_scheduler_type == "WarmupDecayLR" else {}
    warmup = {"warmup_max_lr": settings.learning_rate, "warmup_num_steps": "auto"}
    return {"type": settings.lr_scheduler_type, "params": {**warmup, **steps}}


def zero_block(zero: Zero, offload: Path) -> dict[str, Any]:
    """Return the ``zero_optimization`` block; sizes that the trainer can derive from the model are ``auto``."""
    block: dict[str, Any] = {"stage": zero.stage, "reduce_bucket_size": "auto"}
    if zero.stage == PARAMETERS:
        # what DeepSpeed 0.19 fetches ahead from a folder it fetches twice, and fails
        ahead = 0 if zero.offload_param == "nvme" else "auto"
        block |= {"stage3_prefetch_bucket_size": ahead, "stage3_param_persistence_threshold": "auto"}
    block |= {name: value for name in BUCKETS if (value := getattr(zero, name)) is not None}
    if zero.overlap_comm is not None:
        block["overlap_comm"] = zero.overlap_comm
    for name in ("offload_optimizer", "offload_param"):
        if (device := getattr(zero, name)) != "none":
            block[name] = {"device": device}
        if device == "nvme":
            block[name]["nvme_path"] = str(offload)
    if zero.buffer_size is not None:
        block["offload_param"]["buffer_size"] = zero.buffer_size
    return block
