"""What one trial is trained with: every setting has a type, a default, a unit and its name in Hugging Face."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, Strict

from xp.dsl.table import Share, Table

Group = Literal["embeddings", "encoder"]

Schedule = Literal["linear", "cosine", "constant", "constant_with_warmup", "polynomial", "WarmupLR", "WarmupDecayLR"]

DEEPSPEED_SCHEDULES = ("WarmupLR", "WarmupDecayLR")
"""Schedules of DeepSpeed: constant, and linear to 0. Their warm-up is logarithmic and begins one step late."""

Stage = Annotated[int, Field(ge=0, le=3)]
"""A ZeRO stage. Not a ``Literal``: that would take ``true`` and ``1.0`` for 1."""


def in_order(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """Return the groups sorted and once each: the order they are written in means nothing."""
    return tuple(sorted(set(groups)))


Precision = Literal["fp32", "bf16", "fp16"]
"""A floating point format."""

Home = Literal["none", "cpu", "nvme"]
"""Where states live that are not kept where they are computed with; ``nvme`` is a folder (ZeRO-Infinity)."""

Groups = Annotated[tuple[Group, ...], Strict(strict=False), AfterValidator(in_order)]
"""A TOML list is read as a tuple; what it holds is as strict as everything else."""


class Zero(Table):
    """``zero``: DeepSpeed's ``zero_optimization`` block, with its own names and units."""

    stage: Stage
    """What is partitioned over ranks: 0 nothing, 1 optimizer states, 2 and gradients, 3 and parameters."""

    offload_optimizer: Home = "none"
    """Where optimizer states live: ``cpu`` at stages 1 to 3; ``nvme``, a folder for tensors from 1 MiB, at stage 3."""

    offload_param: Home = "none"
    """Where parameters live (stage 3 only); ``nvme``, in DeepSpeed's own 16 bits, and nothing is fetched ahead."""

    nvme_path: Annotated[str, Field(min_length=1)] | None = None
    """Folder of a fast local disk that ``nvme`` offloads to; unset, the results folder. It is emptied afterwards."""

    buffer_size: PositiveInt | None = None
    """Elements in each of the five buffers between ``offload_param = "nvme"`` and memory; unset, 100,000,000."""

    reduce_bucket_size: PositiveInt | None = None
    """Elements reduced at a time; unset, Hugging Face's ``auto``: hidden size squared."""

    allgather_bucket_size: PositiveInt | None = None
    """Elements gathered at a time; unset, DeepSpeed's default of 500,000,000."""

    stage3_prefetch_bucket_size: NonNegativeInt | None = None
    """Elements prefetched at stage 3, 0 for none; unset, 0.9 times hidden size squared."""

    stage3_param_persistence_threshold: NonNegativeInt | None = None
    """Parameters smaller than this many elements stay whole at stage 3; unset, ten times the hidden size."""

    overlap_comm: bool | None = None
    """Whether gradients are reduced while the backward pass goes on; unset, DeepSpeed's default."""

    @property
    def on_disk(self) -> bool:
        """Whether states live in a folder."""
        return "nvme" in {self.offload_optimizer, self.offload_param}

    @property
    def begins_anew(self) -> bool:
        """Whether nothing goes on from a checkpoint: DeepSpeed 0.19 does not load parameters back into a folder."""
        return self.offload_param == "nvme"


class EarlyStopping(Table):
    """``early_stopping``: when an evaluation that brings no progress ends the training."""

    patience: PositiveInt
    """Evaluations without progress that end the training."""

    threshold: NonNegativeFloat = 0.0
    """Progress smaller than this, in the unit of the metric, does not count."""

    metric: Literal["eval_loss", "eval_rouge1", "eval_rouge2", "eval_rougeL", "eval_rougeLsum"] = "eval_loss"
    """What is watched; a loss should fall, a ROUGE score should rise."""


class Generation(Table):
    """``generation``: how summaries are written at evaluation; unset keys keep the model's own value."""

    num_beams: PositiveInt | None = None
    """Beams of the search; 1 is greedy."""

    max_new_tokens: PositiveInt | None = None
    """Longest summary, in tokens; unset, the model's own limit, or ``max_target_length`` where it has none."""

    min_new_tokens: NonNegativeInt | None = None
    """Shortest summary, in tokens; 0 where the model's own limit should not hold."""

    length_penalty: float | None = None
    """Exponent of the length in a beam's score; above 0 favours longer summaries."""

    no_repeat_ngram_size: NonNegativeInt | None = None
    """Neighbours of this number of word pieces that may not occur twice; 0 permits them whatever the model says."""


class Settings(Table):
    """``[defaults]``, a method's ``settings`` or an axis: what a trial is trained with."""

    epochs: PositiveFloat = 3.0
    """Passes over the training split (``num_train_epochs``)."""

    max_steps: PositiveInt | None = None
    """Optimizer steps; set, it overrides ``epochs``."""

    batch_size: PositiveInt = 8
    """Examples per rank and forward pass (``per_device_train_batch_size``)."""

    eval_batch_size: PositiveInt | None = None
    """Examples per rank at evaluation (``per_device_eval_batch_size``); unset, ``batch_size``."""

    gradient_accumulation_steps: PositiveInt = 1
    """Forward passes per optimizer step."""

    learning_rate: PositiveFloat = 5e-5
    """Peak learning rate, reached after the warm-up."""

    lr_scheduler_type: Schedule = "linear"
    """How the learning rate falls after the warm-up; ``WarmupLR`` and ``WarmupDecayLR``, with ``zero``: DeepSpeed's."""

    warmup_steps: NonNegativeFloat = 0.0
    """Steps of linear warm-up; below 1, the share of all steps."""

    weight_decay: NonNegativeFloat = 0.0
    """Decoupled weight decay of AdamW."""

    adam_beta1: Share = 0.9
    """Decay of AdamW's running mean."""

    adam_beta2: Share = 0.999
    """Decay of AdamW's running variance."""

    adam_epsilon: PositiveFloat = 1e-8
    """Smallest divisor of AdamW."""

    max_grad_norm: NonNegativeFloat = 1.0
    """Norm to which gradients are clipped; 0 clips nothing."""

    label_smoothing_factor: Share = 0.0
    """Probability mass moved from the right token to all others."""

    precision: Precision = "fp32"
    """Floating point format: torch AMP, or DeepSpeed's where ``zero`` is set without ``torch_autocast``."""

    torch_autocast: bool = False
    """With ``zero``: weights stay in single precision and torch casts what is computed, as it does without ``zero``."""

    zero: Zero | None = None
    """Set, DeepSpeed trains with this ZeRO configuration; unset, plain PyTorch does (DDP on two ranks or more)."""

    world_size: PositiveInt = 1
    """Ranks of one trial: processes on CPUs, GPUs elsewhere."""

    freeze: Groups = ()
    """Parameters that are not trained: ``embeddings`` (and whatever is tied to them), ``encoder`` (its layers)."""

    gradient_checkpointing: bool = False
    """Compute activations a second time instead of keeping them (``activation_checkpointing``)."""

    train_sampling_strategy: Literal["random", "sequential", "group_by_length", "sortish"] = "random"
    """Order of the training examples; ``sortish``: batches of alike source length, the batches in random order."""

    attn_implementation: Literal["eager", "sdpa", "block_local"] | None = None
    """Attention kernel; unset, the model's own choice. ``block_local``: a sparse encoder, for BART and its like."""

    attention_window: PositiveInt | None = None
    """Tokens of a block (``block_local``; each sees its own and both neighbours), or those that a token of LED sees."""

    attention_type: Literal["block_sparse", "original_full"] | None = None
    """Attention of BigBird-Pegasus' encoder; unset, the model's own, and full where a text is short."""

    block_size: PositiveInt | None = None
    """Tokens of a block of BigBird-Pegasus: each sees its own, both neighbours, the first, the last and random ones."""

    num_random_blocks: PositiveInt | None = None
    """Random blocks that a block of BigBird-Pegasus sees."""

    encoder_attention_type: Literal["local", "transient-global"] | None = None
    """Attention of LongT5's encoder: to neighbours alone, or also to a summary of each block of the text."""

    local_radius: PositiveInt | None = None
    """Neighbours on either side that a token of LongT5 sees."""

    global_block_size: PositiveInt | None = None
    """Tokens that LongT5 sums up in one, with ``transient-global``."""

    max_source_length: PositiveInt = 512
    """Longest source in tokens; longer ones are cut."""

    max_target_length: PositiveInt = 128
    """Longest target in tokens; longer ones are cut."""

    source_prefix: str = ""
    """Text before every source, such as T5's ``summarize: ``."""

    max_train_samples: PositiveInt | None = None
    """Training examples used, the first ones of the file."""

    max_eval_samples: PositiveInt | None = None
    """Validation examples used, the first ones of the file."""

    max_predict_samples: PositiveInt | None = None
    """Test examples used, the first ones of the file."""

    eval_strategy: Literal["no", "epoch", "steps"] = "epoch"
    """When the validation loss is taken; ROUGE is taken once, at the end, unless early stopping watches it."""

    eval_steps: PositiveInt | None = None
    """Optimizer steps between evaluations, with ``eval_strategy = "steps"``."""

    logging_steps: PositiveInt = 10
    """Optimizer steps between two logged losses."""

    early_stopping: EarlyStopping | None = None
    """Set, training ends when evaluations stop improving."""

    generation: Generation = Generation()
    """How summaries are written at evaluation."""

    threads: PositiveInt = 1
    """CPU threads per rank; part of a trial's identity because results differ in the last bits between counts."""


def weight_format(precision: Precision, *, torch_autocast: bool) -> Precision:
    """Return the format in which DeepSpeed keeps weights: with autocast, torch casts what it computes and not them.

    >>> weight_format("bf16", torch_autocast=False), weight_format("bf16", torch_autocast=True)
    ('bf16', 'fp32')
    """
    return "fp32" if torch_autocast else precision
