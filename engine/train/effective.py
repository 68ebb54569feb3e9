"""Settings as they are in force: read from the running trainer, its optimizer, its engine, its model and its data."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import SequentialSampler
from transformers import EarlyStoppingCallback
from transformers.trainer_pt_utils import LengthGroupedSampler

from xp.dsl.dotted import flatten
from xp.dsl.settings import DEEPSPEED_SCHEDULES, Generation, Settings
from xp.engine.data.places import Split
from xp.engine.train import sparse, swapping
from xp.engine.train.deepspeed_config import PARAMETERS
from xp.engine.train.encode import Splits
from xp.engine.train.freezing import frozen
from xp.engine.train.sampling import SortishSampler
from xp.engine.train.trainer import SummaryTrainer

Values = dict[str, Any]

LIMITED: tuple[tuple[str, Split], ...] = (("train", "train"), ("eval", "validation"), ("predict", "test"))
"""What a limit is named after, and the split it limits."""

SCHEDULES = {
    "_get_linear_schedule_with_warmup_lr_lambda": "linear",
    "_get_cosine_schedule_with_warmup_lr_lambda": "cosine",
    "_get_constant_schedule_with_warmup_lr_lambda": "constant_with_warmup",
    "_get_polynomial_decay_schedule_with_warmup_lr_lambda": "polynomial",
    "_get_constant_lambda": "constant",
}
"""The function that gives a learning rate its shape, to the name of that shape."""


def effective_settings(trainer: SummaryTrainer, splits: Splits, settings: Settings) -> Values:
    """Return the settings by their dotted names; the trainer must stand before its first step."""
    return {
        **of_length(trainer),
        **of_optimizer(trainer),
        **of_schedule(trainer),
        **of_batches(trainer),
        **of_model(trainer),
        **of_generation(trainer, settings.generation),
        **of_corpus(splits, settings),
        **of_stopping(trainer),
        **of_engine(trainer.deepspeed),
        "threads": torch.get_num_threads(),
    }


def of_length(trainer: SummaryTrainer) -> Values:
    """Return how long the training is and how often it is looked at; steps, where they are set, overrule epochs."""
    arguments, state = trainer.args, trainer.state
    length = {"max_steps": state.max_steps} if arguments.max_steps > 0 else {"epochs": arguments.num_train_epochs}
    strategy = arguments.eval_strategy.value
    steps = {"eval_steps": int(state.eval_steps)} if strategy == "steps" else {}
    return {**length, **steps, "eval_strategy": strategy, "logging_steps": int(state.logging_steps)}


def of_optimizer(trainer: SummaryTrainer) -> Values:
    """Return what AdamW steps with."""
    groups = trainer.optimizer.param_groups
    betas = [group["betas"] for group in groups]
    return {
        "learning_rate": common_value(peaks(trainer)),
        # the group of biases and norms is never decayed
        "weight_decay": max(group["weight_decay"] for group in groups),
        "adam_beta1": common_value(beta for beta, _ in betas),
        "adam_beta2": common_value(beta for _, beta in betas),
        "adam_epsilon": common_value(group["eps"] for group in groups),
        "max_grad_norm": trainer.deepspeed.gradient_clipping() if trainer.deepspeed else trainer.args.max_grad_norm,
        "label_smoothing_factor": trainer.compute_loss_func.smoothing,
    }


def peaks(trainer: SummaryTrainer) -> list[float]:
    """Return the highest learning rate of each group; DeepSpeed's schedules know them, torch's leave them there."""
    schedule = innermost(trainer.lr_scheduler)
    if type(schedule).__name__ in DEEPSPEED_SCHEDULES:
        return list(schedule.max_lrs)
    return [group["initial_lr"] for group in trainer.optimizer.param_groups]


def common_value(values: Iterable[Any]) -> Any:
    """Return the value that all share, or all of them as text where they differ."""
    found = sorted(set(values))
    return found[0] if len(found) == 1 else " and ".join(map(str, found))


def of_schedule(trainer: SummaryTrainer) -> Values:
    """Return the shape of the learning rate and its warm-up, in steps."""
    schedule = innermost(trainer.lr_scheduler)
    if type(schedule).__name__ in DEEPSPEED_SCHEDULES:
        return {"lr_scheduler_type": type(schedule).__name__, "warmup_steps": schedule.warmup_num_steps}
    shape = schedule.lr_lambdas[0]
    name = getattr(shape, "func", shape).__name__
    warm_up = getattr(shape, "keywords", {}).get("num_warmup_steps", 0)
    return {"lr_scheduler_type": SCHEDULES.get(name, name), "warmup_steps": warm_up}


def innermost(schedule: Any) -> Any:
    """Return a schedule without what accelerate and DeepSpeed wrap around it."""
    while hasattr(schedule, "scheduler"):
        schedule = schedule.scheduler
    return schedule


def of_batches(trainer: SummaryTrainer) -> Values:
    """Return what makes up a step."""
    batches = trainer.callback_handler.train_dataloader.batch_sampler
    while hasattr(batches, "batch_sampler"):  # what each rank takes of them
        batches = batches.batch_sampler
    orders = {SortishSampler: "sortish", LengthGroupedSampler: "group_by_length", SequentialSampler: "sequential"}
    engine = trainer.deepspeed
    accumulation = engine.gradient_accumulation_steps() if engine else trainer.args.gradient_accumulation_steps
    return {
        "batch_size": engine.train_micro_batch_size_per_gpu() if engine else batches.batch_size,
        "eval_batch_size": trainer.args.per_device_eval_batch_size,
        "gradient_accumulation_steps": accumulation,
        "world_size": trainer.accelerator.num_processes,
        "train_sampling_strategy": orders.get(type(batches.sampler), "random"),
    }


def of_model(trainer: SummaryTrainer) -> Values:
    """Return what the model computes with and what of it is trained."""
    model = trainer.model
    formats = {torch.float32: "fp32", torch.bfloat16: "bf16", torch.float16: "fp16"}
    weights = common_value(formats.get(parameter.dtype, str(parameter.dtype)) for parameter in model.parameters())
    engine, mixed = trainer.deepspeed, trainer.accelerator.mixed_precision
    casts = bool(engine and engine.torch_autocast_enabled())
    if casts and weights == "fp32":
        weights = formats[engine.torch_autocast_dtype()]
    return {
        "precision": weights if engine or mixed == "no" else mixed,
        "torch_autocast": casts,
        "freeze": [group for group in frozen(model) if group in ("embeddings", "encoder")],
        "gradient_checkpointing": model.is_activation_checkpointing,
        "attn_implementation": model.config._attn_implementation,  # noqa: SLF001 - it has no public name
        **{name: common_value(values) for name, values in sparse.sparse_settings(model).items()},
    }


def of_generation(trainer: SummaryTrainer, wanted: Generation) -> Values:
    """Return how summaries will be written."""
    config = trainer.model.generation_config
    return {f"generation.{name}": getattr(config, name) for name in type(wanted).model_fields}


def of_corpus(splits: Splits, settings: Settings) -> Values:
    """Return what of the corpus is used."""
    return {
        "max_source_length": splits["train"].sources.limit,
        "max_target_length": splits["train"].targets.limit,
        "source_prefix": splits["train"].prefix,
        **{
            f"max_{name}_samples": len(splits[split].examples)
            for name, split in LIMITED
            if getattr(settings, f"max_{name}_samples") is not None
        },
    }


def of_stopping(trainer: SummaryTrainer) -> Values:
    """Return what may end the training early."""
    for callback in trainer.callback_handler.callbacks:
        if isinstance(callback, EarlyStoppingCallback):
            return {
                "early_stopping.patience": callback.early_stopping_patience,
                "early_stopping.threshold": callback.early_stopping_threshold,
                "early_stopping.metric": trainer.args.metric_for_best_model,
            }
    return {}


def of_engine(engine: Any) -> Values:
    """Return DeepSpeed's ZeRO settings and its whole configuration, nothing for a trial without it."""
    if not engine:
        return {}
    stage, optimizer = engine.zero_optimization_stage(), engine.optimizer
    found = {"stage": stage, "offload_optimizer": "none", "offload_param": "none"}
    if stage in (1, 2):
        found |= {
            "offload_optimizer": "cpu" if optimizer.cpu_offload else "none",
            "reduce_bucket_size": optimizer.reduce_bucket_size,
            "allgather_bucket_size": optimizer.allgather_bucket_size,
        }
    elif stage == PARAMETERS:
        found |= {
            "offload_optimizer": place_of_states(optimizer.offload_optimizer, *swapping.states_in_folder(optimizer)),
            "offload_param": place_of_states(optimizer.offload_param, *swapping.parameters_in_folder(optimizer)),
            **folder(optimizer),
            "reduce_bucket_size": optimizer.reduce_bucket_size,
            "stage3_prefetch_bucket_size": optimizer.prefetch_elements,
            "stage3_param_persistence_threshold": optimizer.parameter_offload.param_numel_persistence_threshold,
        }
    if stage:
        found["overlap_comm"] = engine.zero_overlap_comm()
    configuration = flatten({"deepspeed": engine.config})
    return {f"zero.{name}": value for name, value in found.items()} | configuration


def place_of_states(away: bool, *in_folder: bool) -> str:
    """Return where states live: small ones stay in memory, and where all are small, all do."""
    return "nvme" if any(in_folder) else "cpu" if away else "none"


def folder(optimizer: Any) -> Values:
    """Return the folder that DeepSpeed's swappers write to, and the size of their buffers."""
    found: Values = {}
    folders: list[str] = []
    if optimizer.swap_optimizer:
        folders.append(optimizer.optimizer_swapper.swap_folder)
    if optimizer.params_in_nvme_and_cpu:
        swapper = next(optimizer.module.parameters()).nvme_swapper
        folders.append(swapper.swap_folder)
        found["buffer_size"] = swapper.elements_per_buffer
    if folders:
        # in it: the attempt, the stage, what is kept, the rank
        found["nvme_path"] = common_value(str(Path(folder).resolve().parents[3]) for folder in folders)
    return found
