"""Rules over one whole trial, one function each, all of them checked before the first trial starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from xp.dsl.settings import Settings
from xp.dsl.spec import Model


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
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Case:
    """What the rules look at."""

    settings: Settings
    model: Model
    machine: Machine | None = None


def offload_needs_a_stage(case: Case) -> Iterator[Finding]:
    """Offload moves what a ZeRO stage has partitioned; below that stage DeepSpeed ignores it in silence."""
    zero = case.settings.zero
    if zero is None:
        return
    if zero.offload_optimizer != "none" and zero.stage == 0:
        yield Finding("zero.offload_optimizer", "offload_optimizer has no effect at stage 0", "use stage 1, 2 or 3")
    if zero.offload_param != "none" and zero.stage < 3:
        yield Finding("zero.offload_param", "offload_param has no effect below stage 3", "use stage 3")


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (offload_needs_a_stage,)
