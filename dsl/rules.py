"""Rules over one whole trial, one function each, all of them asked before the first trial starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from xp.dsl.positions import positions
from xp.dsl.settings import DEEPSPEED_SCHEDULES, Settings
from xp.dsl.spec import Model
from xp.dsl.spelling import excerpt


@dataclass(frozen=True)
class Machine:
    """What is known of the machine that the trials will run on."""

    devices: Literal["cpu", "cuda"]
    """What computes."""

    count: int
    """How many GPUs, or cores, there are."""


class Finding(NamedTuple):
    """One thing that does not work in a trial."""

    setting: str
    """The setting that would have to change."""

    message: str
    hint: str = ""


@dataclass(frozen=True)
class Case:
    """What the rules look at."""

    settings: Settings
    model: Model
    machine: Machine | None = None
    """None: not known, and rules about it say nothing."""


Rule = Callable[[Case], Iterator[Finding]]

WORKS = (
    ("offload_optimizer", 1, 3),
    ("offload_param", 3, 3),
    ("reduce_bucket_size", 1, 3),
    ("allgather_bucket_size", 1, 2),
    ("overlap_comm", 1, 3),
    ("stage3_prefetch_bucket_size", 3, 3),
    ("stage3_param_persistence_threshold", 3, 3),
)
"""First and last stage at which a key of ``zero`` does something, read from DeepSpeed 0.19."""


def has_effect(key: str, stage: int) -> bool:
    """Tell whether a key of ``zero`` does something at a stage."""
    return all(first <= stage <= last for name, first, last in WORKS if name == key)


def zero_without_effect(case: Case) -> Iterator[Finding]:
    """Most keys of ``zero`` belong to some stages; at the others DeepSpeed takes them and does nothing."""
    zero = case.settings.zero
    if zero is None:
        return
    for key, first, last in WORKS:
        value = getattr(zero, key)
        if value not in {None, "none"} and not first <= zero.stage <= last:
            rule = f"below stage {first}" if zero.stage < first else f"above stage {last}"
            message = f"{key} has no effect {rule}, got {excerpt(value)} at stage {zero.stage}"
            yield Finding(f"zero.{key}", message)


def early_stopping_needs_evaluations(case: Case) -> Iterator[Finding]:
    """What is never evaluated never stops improving."""
    if case.settings.early_stopping and case.settings.eval_strategy == "no":
        hint = 'use "epoch" or "steps"'
        yield Finding("eval_strategy", "early_stopping needs evaluations during training, got 'no'", hint)


def evaluation_steps(case: Case) -> Iterator[Finding]:
    """``eval_steps`` and ``eval_strategy = "steps"`` belong together."""
    steps, strategy = case.settings.eval_steps, case.settings.eval_strategy
    if strategy == "steps" and steps is None:
        yield Finding("eval_strategy", "'steps' needs eval_steps: how many steps lie between evaluations")
    if strategy != "steps" and steps is not None:
        hint = 'set eval_strategy = "steps"'
        yield Finding("eval_steps", f"eval_steps has no effect with eval_strategy = '{strategy}', got {steps}", hint)


def precision_suits_the_device(case: Case) -> Iterator[Finding]:
    """Half precision with loss scaling exists on GPUs only."""
    if case.settings.precision == "fp16" and case.machine and case.machine.devices == "cpu":
        yield Finding("precision", "fp16 needs a GPU, and this machine has none", "bf16 and fp32 run on CPUs")


def ranks_have_devices(case: Case) -> Iterator[Finding]:
    """Each rank needs a GPU of its own; CPUs are shared."""
    ranks, machine = case.settings.world_size, case.machine
    if machine and machine.devices == "cuda" and ranks > machine.count:
        yield Finding("world_size", f"{ranks} ranks need {ranks} GPUs, this machine has {machine.count}")


def sequences_fit_the_model(case: Case) -> Iterator[Finding]:
    """A position embedding ends somewhere; a longer sequence is an index error in the middle of training."""
    settings, bounds = case.settings, positions(case.model)
    lengths = (
        ("max_source_length", settings.max_source_length, bounds.source),
        ("max_target_length", settings.max_target_length, bounds.target),
        ("generation.max_new_tokens", settings.generation.max_new_tokens, bounds.target),
    )
    for name, length, bound in lengths:
        if length is not None and bound is not None and length > bound:
            yield Finding(name, f"{length} tokens are more than the {bound} positions of the model")


def generation_makes_sense(case: Case) -> Iterator[Finding]:
    """The shortest summary is no longer than the longest, and only a beam search weighs lengths."""
    generation = case.settings.generation
    longest = generation.max_new_tokens or case.settings.max_target_length
    shortest = generation.min_new_tokens
    if shortest is not None and shortest > longest:
        message = f"the shortest summary, {shortest} tokens, is longer than the longest, {longest}"
        yield Finding("generation.min_new_tokens", message)
    if generation.num_beams == 1 and generation.length_penalty is not None:
        yield Finding("generation.length_penalty", "length_penalty has no effect with num_beams = 1", "use more beams")


def warmup_makes_sense(case: Case) -> Iterator[Finding]:
    """A warm-up is a share or a number of steps, and the constant schedule has none."""
    steps = case.settings.warmup_steps
    if steps > 1 and not steps.is_integer():
        yield Finding("warmup_steps", f"from 1 on it is a number of whole steps, got {steps}", "a share is below 1")
    if steps and case.settings.lr_scheduler_type == "constant":
        hint = 'use lr_scheduler_type = "constant_with_warmup"'
        yield Finding("warmup_steps", f"warmup_steps has no effect with the constant schedule, got {steps}", hint)


def schedules_of_deepspeed(case: Case) -> Iterator[Finding]:
    """DeepSpeed's schedules come with DeepSpeed, and make two steps of any shorter warm-up."""
    schedule, steps = case.settings.lr_scheduler_type, case.settings.warmup_steps
    if schedule not in DEEPSPEED_SCHEDULES:
        return
    if case.settings.zero is None:
        message = f"'{schedule}' is DeepSpeed's, and without zero plain PyTorch trains"
        yield Finding("lr_scheduler_type", message, "set zero, or take another schedule")
    if steps in {0, 1}:
        message = f"{schedule} warms up for 2 steps or more, got {steps:g}"
        yield Finding("warmup_steps", message, "a share of all steps is below 1")


WITHOUT_BLOCKS = ("bigbird_pegasus", "led", "longt5", "prophetnet", "t5")
"""Architectures whose encoders compute their attention in a way of their own."""


def sparse_attention(case: Case) -> Iterator[Finding]:
    """The block-local kernel needs the size of its blocks, and an encoder that calls it; LED has a window itself."""
    kernel, window, architecture = (
        case.settings.attn_implementation,
        case.settings.attention_window,
        case.model.architecture,
    )
    if kernel == "block_local" and architecture in WITHOUT_BLOCKS:
        message = f"'block_local' serves BART and its like, and {architecture} has an attention of its own"
        yield Finding("attn_implementation", message, "set what its configuration has: config = { … }")
    elif kernel == "block_local" and window is None:
        yield Finding("attention_window", "'block_local' needs attention_window: how many tokens a block has")
    if window is not None and kernel != "block_local" and architecture not in {None, "led"}:
        hint = 'set attn_implementation = "block_local"'
        yield Finding("attention_window", f"attention_window has no effect here, got {window}", hint)
    if window is not None and window % 2 and architecture == "led":
        yield Finding("attention_window", f"the window of LED is an even number of tokens, got {window}")


RULES: tuple[Rule, ...] = (
    zero_without_effect,
    early_stopping_needs_evaluations,
    evaluation_steps,
    precision_suits_the_device,
    ranks_have_devices,
    sequences_fit_the_model,
    generation_makes_sense,
    warmup_makes_sense,
    schedules_of_deepspeed,
    sparse_attention,
)
