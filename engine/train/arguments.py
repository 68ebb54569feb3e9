"""Settings to the trainer's arguments, under the names that transformers 5 has for them."""

from __future__ import annotations

from typing import Any

from transformers import Seq2SeqTrainingArguments

from xp.dsl.settings import DEEPSPEED_SCHEDULES, Settings
from xp.dsl.trial import Trial
from xp.engine.layout import AttemptLayout
from xp.engine.train.deepspeed_config import deepspeed_config


def training_arguments(trial: Trial, attempt: AttemptLayout, *, cuda: bool) -> Seq2SeqTrainingArguments:
    """Return the arguments of the trainer; label smoothing is not among them, the loss does it."""
    settings = trial.settings
    return Seq2SeqTrainingArguments(
        output_dir=str(attempt.work / "trainer"),
        seed=trial.seed,
        data_seed=trial.seed,
        num_train_epochs=settings.epochs,
        max_steps=settings.max_steps or -1,
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=settings.eval_batch_size or settings.batch_size,
        gradient_accumulation_steps=settings.gradient_accumulation_steps,
        max_grad_norm=settings.max_grad_norm,
        activation_checkpointing=settings.gradient_checkpointing,
        # the trainer brings its own sampler for "sortish": transformers has the name no more
        train_sampling_strategy="random" if (order := settings.train_sampling_strategy) == "sortish" else order,
        **optimizer(settings),
        **evaluation(settings),
        **machine(settings, cuda=cuda),
        deepspeed=deepspeed_config(settings, trial.deepspeed, attempt.offload, cuda=cuda),
        **quiet(settings),
    )


def optimizer(settings: Settings) -> dict[str, Any]:
    """Return the arguments of optimizer and scheduler."""
    schedule = settings.lr_scheduler_type
    return {
        "optim": "adamw_torch_fused",  # no temporary copies of a whole ZeRO partition, also on CPUs
        "learning_rate": settings.learning_rate,
        # DeepSpeed's own schedules are in its configuration, and the trainer then makes none
        "lr_scheduler_type": "constant" if schedule in DEEPSPEED_SCHEDULES else schedule,
        "warmup_steps": settings.warmup_steps,
        "weight_decay": settings.weight_decay,
        "adam_beta1": settings.adam_beta1,
        "adam_beta2": settings.adam_beta2,
        "adam_epsilon": settings.adam_epsilon,
    }


def evaluation(settings: Settings) -> dict[str, Any]:
    """Return the arguments of the evaluations during training, and of what they decide."""
    watched = settings.early_stopping.metric if settings.early_stopping else None
    return {
        "eval_strategy": settings.eval_strategy,
        "eval_steps": settings.eval_steps,
        "predict_with_generate": True,
        "metric_for_best_model": watched,
        "greater_is_better": None if watched is None else watched != "eval_loss",
    }


def machine(settings: Settings, *, cuda: bool) -> dict[str, Any]:
    """Return the arguments of devices, number formats and processes."""
    own = not settings.torch_autocast  # otherwise DeepSpeed casts, and the trainer must not
    return {
        "use_cpu": not cuda,
        "bf16": own and settings.precision == "bf16",
        "fp16": own and settings.precision == "fp16",
        "ddp_backend": None if settings.world_size == 1 else "nccl" if cuda else "gloo",
        "ddp_find_unused_parameters": False,
        "dataloader_pin_memory": cuda,
    }


def quiet(settings: Settings) -> dict[str, Any]:
    """Return the arguments of what the trainer writes: the journal is written by callbacks, nothing else is."""
    return {
        "logging_strategy": "steps",
        "logging_steps": settings.logging_steps,
        "logging_nan_inf_filter": False,  # a loss that is no number must be seen
        "save_strategy": "no",
        "report_to": [],
        "disable_tqdm": True,
        "log_level": "warning",
        "remove_unused_columns": False,  # the collator makes just what is needed
    }
