"""Rules over one whole trial, one function each, all of them asked before the first trial starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from xp.dsl import attention
from xp.dsl.positions import positions
from xp.dsl.quantity import plural
from xp.dsl.resources import NOTHING, Machine, Resources
from xp.dsl.settings import DEEPSPEED_SCHEDULES, Settings, weight_format
from xp.dsl.spec import Model
from xp.dsl.spelling import excerpt


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

    resources: Resources = NOTHING
    """What a trial may take of it."""

    def of(self, settings: Settings) -> Case:
        """Return the same with other settings."""
        return replace(self, settings=settings)


Rule = Callable[[Case], Iterator[Finding]]

WORKS = (
    ("offload_optimizer", 1, 3),
    ("offload_param", 3, 3),
    ("nvme_path", 3, 3),
    ("buffer_size", 3, 3),
    ("reduce_bucket_size", 1, 3),
    ("allgather_bucket_size", 1, 2),
    ("overlap_comm", 1, 3),
    ("stage3_prefetch_bucket_size", 3, 3),
    ("stage3_param_persistence_threshold", 3, 3),
)
"""First and last stage at which a key of ``zero`` does something, read from DeepSpeed 0.19."""


INFINITY = 3
"""The ZeRO stage that offloads to a folder."""

HIGHEST = 3
"""The last stage."""


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
            yield Finding(f"zero.{key}", message, exclude_rule(key, value, first, last))


def exclude_rule(key: str, value: Any, first: int, last: int) -> str:
    """Return how a matrix is kept from the cells in which a key of ``zero`` has a value and no effect.

    The condition holds where ``zero`` is unset, too: otherwise it would take those trials out.
    """
    stages = f"== {first}" if first == last else f">= {first}" if last == HIGHEST else f"in [{first}, {last}]"
    value_off = f"!= {value!r}" if isinstance(value, str) else "== none"
    return f'take it out, or those cells of a matrix: constraints = ["zero.stage {stages} or zero.{key} {value_off}"]'


def offloading_to_a_folder(case: Case) -> Iterator[Finding]:
    """DeepSpeed offloads optimizer states to a folder at stage 3 only, and reads keys of the folder only then."""
    zero = case.settings.zero
    if zero is None:
        return
    if zero.offload_optimizer == "nvme" and zero.stage in {1, 2}:
        message = f"'nvme' is the same as 'cpu' below stage 3, got it at stage {zero.stage}"
        yield Finding("zero.offload_optimizer", message, "set zero.stage = 3")
    homes = (zero.offload_optimizer, zero.offload_param)
    if zero.nvme_path is not None and zero.stage == INFINITY and "nvme" not in homes:
        yield Finding("zero.nvme_path", "nvme_path has no effect: nothing is offloaded to 'nvme'")
    if zero.buffer_size is not None and zero.stage == INFINITY and zero.offload_param != "nvme":
        hint = "set zero.offload_param = 'nvme'"
        yield Finding("zero.buffer_size", "buffer_size has no effect: no parameters are offloaded to 'nvme'", hint)


def parameters_in_a_folder(case: Case) -> Iterator[Finding]:
    """DeepSpeed 0.19 puts parameters into a folder in 16 bits only, and fails where it fetches them ahead."""
    settings, zero = case.settings, case.settings.zero
    if zero is None or zero.stage != INFINITY or zero.offload_param != "nvme":
        return
    if weight_format(settings.precision, torch_autocast=settings.torch_autocast) == "fp32":
        got = "torch_autocast = true" if settings.torch_autocast else "precision = 'fp32'"
        message = f"DeepSpeed offloads parameters to 'nvme' in its own 16 bits only, got {got}"
        hint = "set precision = \"bf16\", without torch_autocast; optimizer states go to 'nvme' in any precision"
        yield Finding("zero.offload_param", message, hint)
    if zero.stage3_prefetch_bucket_size:
        message = f"DeepSpeed fails where it fetches ahead from 'nvme', got {zero.stage3_prefetch_bucket_size}"
        yield Finding("zero.stage3_prefetch_bucket_size", message, "take it out, or set it to 0")


def offloading_suits_the_machine(case: Case) -> Iterator[Finding]:
    """A folder is written by an operator of DeepSpeed that has to be compiled, past the cache of the system."""
    zero, machine = case.settings.zero, case.machine
    if zero is None or machine is None or machine.lacks is None:
        return
    setting = next((name for name in ("offload_param", "offload_optimizer") if getattr(zero, name) == "nvme"), None)
    if setting and (lack := machine.lacks(zero.nvme_path)):
        yield Finding(f"zero.{setting}", f"'nvme' cannot be offloaded to here: {lack.what}", lack.mend)


def gathered_buckets_are_even(case: Case) -> Iterator[Finding]:
    """DeepSpeed lays partitions out in steps of 4 bytes, two numbers of 16 bits."""
    zero = case.settings.zero
    size = zero.allgather_bucket_size if zero and has_effect("allgather_bucket_size", zero.stage) else None
    if size is not None and size % 2:
        yield Finding("zero.allgather_bucket_size", f"should be even, got {size}", f"write {size + 1:_}")


def autocast_makes_sense(case: Case) -> Iterator[Finding]:
    """Torch casts anyway where DeepSpeed does not train, and where 32 bits are asked for there is nothing to cast."""
    settings = case.settings
    if settings.torch_autocast and settings.zero is None:
        hint = "take it out: without zero, precision is torch's already"
        yield Finding("torch_autocast", "torch_autocast has no effect without zero", hint)
    if settings.torch_autocast and settings.precision == "fp32":
        hint = 'set precision = "bf16" or "fp16"'
        yield Finding("torch_autocast", "torch_autocast has no effect with precision = 'fp32'", hint)


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
    """Each rank needs a GPU of its own; CPUs are shared, unless a trial is kept on some of the cores."""
    ranks, machine = case.settings.world_size, case.machine
    for kind, each in (("GPU", case.resources.gpus_per_trial), ("core", case.resources.cores_per_trial)):
        if each is not None and ranks > each:
            hint = f"raise {kind.lower()}s_per_trial in [resources]"
            yield Finding("world_size", f"{ranks} ranks need {plural(ranks, kind)}, a trial has {each}", hint)
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


def sparse_attention(case: Case) -> Iterator[Finding]:
    """Each way to attend sparsely belongs to some encoders, and to texts that are long enough."""
    for setting, message, hint in attention.objections(case.settings, case.model):
        yield Finding(setting, message, hint)


OF_THE_MACHINE: tuple[Rule, ...] = (precision_suits_the_device, ranks_have_devices, offloading_suits_the_machine)
"""Rules that another machine may not mind."""

RULES: tuple[Rule, ...] = (
    zero_without_effect,
    gathered_buckets_are_even,
    offloading_to_a_folder,
    parameters_in_a_folder,
    autocast_makes_sense,
    early_stopping_needs_evaluations,
    evaluation_steps,
    *OF_THE_MACHINE,
    sequences_fit_the_model,
    generation_makes_sense,
    warmup_makes_sense,
    schedules_of_deepspeed,
    sparse_attention,
)
