"""Keys of a DeepSpeed file that work at some stages only, or not beside others: it says so when ranks have started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from xp.dsl.deepspeed.meaning import ZERO
from xp.dsl.spelling import either, excerpt

NORM = f"{ZERO}.compute_grad_norm"

STAGES: Mapping[str, tuple[Any, tuple[int, ...]]] = {
    "fp16.fp16_master_weights_and_grads": (True, (1, 2, 3)),
    "bf16.bf16_master_weights_and_grads": (True, (1, 2, 3)),
    "bf16.bf16_optimizer_states": (True, (1, 2, 3)),
    "gradient_allreduce_op": ("sum", (0, 1, 2)),
    NORM: (False, (1, 2)),
    f"{ZERO}.elastic_checkpoint": (True, (0, 1, 2)),
}
"""Key → a value, and the stages at which DeepSpeed takes it."""

RATIO = f"{ZERO}.offload_optimizer.ratio"
"""Which part of the optimizer states is offloaded: only stage 3 can part them."""

SCALED: Mapping[str, Any] = {"prescale_gradients": False, "gradient_predivide_factor": 1}
"""How gradients are scaled before they are added up; where they are scattered, they can only be scaled afterwards."""

SCATTERED = (2, 3)
"""Stages that partition gradients, and so scatter them."""

FORMATS: Mapping[str, str] = {
    **dict.fromkeys(("fp32", "float32", "float"), "fp32"),
    **dict.fromkeys(("fp16", "float16", "half"), "fp16"),
    **dict.fromkeys(("bf16", "bfloat16"), "bf16"),
}
"""DeepSpeed's words for number formats."""


class Clash(NamedTuple):
    """One key that does not go with the rest."""

    key: str
    """Its first name."""

    message: str
    hint: str = "take it out"


def clashes(said: Mapping[str, Any], stage: int, weights: str, clipping: float) -> Iterator[Clash]:
    """Yield the keys that DeepSpeed refuses at a stage, with weights of some number format and gradients clipped.

    *said* is what goes to it as it is, by dotted first names.
    """
    said = {key: value.lower() if isinstance(value, str) else value for key, value in said.items()}
    yield from at_other_stages(said, stage)
    if said.get(NORM) is False and clipping:
        yield Clash(NORM, f"gradients are clipped to {clipping:g} by their norm", "set max_grad_norm = 0")
    yield from of_gradients(said, stage)
    yield from of_formats(said, stage, weights)


def at_other_stages(said: Mapping[str, Any], stage: int) -> Iterator[Clash]:
    """Yield the keys that other stages have."""
    for key, (value, stages) in STAGES.items():
        if said.get(key) == value and stage not in stages:
            works = either([str(one) for one in stages])
            yield Clash(key, f"works at stage {works} only, got {excerpt(value)} at stage {stage}")
    if said.get(RATIO, 1) < 1 and stage != SCATTERED[-1]:
        yield Clash(RATIO, f"works at stage 3 only, got {excerpt(said[RATIO])} at stage {stage}")


def of_gradients(said: Mapping[str, Any], stage: int) -> Iterator[Clash]:
    """Yield the ways to scale and add up gradients that do not go with how they are reduced."""
    summed = said.get("gradient_allreduce_op") == "sum"
    if stage in SCATTERED and said.get(f"{ZERO}.reduce_scatter", True) and not (summed and stage == SCATTERED[0]):
        for key, usual in SCALED.items():
            if said.get(key, usual) != usual:
                message = f"does not go with reduce_scatter at stage {stage}, got {excerpt(said[key])}"
                yield Clash(key, message, f'take it out, or write "reduce_scatter": false in {ZERO}')
    for other in ("compile.deepcompile", f"{ZERO}.zenflow"):
        if summed and (said.get(other) or any(key.startswith(f"{other}.") for key in said)):
            yield Clash("gradient_allreduce_op", f"does not go with {other}, got 'sum'", "take one of the two out")


def of_formats(said: Mapping[str, Any], stage: int, weights: str) -> Iterator[Clash]:
    """Yield the number formats that contradict that of the weights."""
    if said.get("bf16.bf16_optimizer_states") and not said.get("bf16.bf16_master_weights_and_grads"):
        yield Clash("bf16.bf16_optimizer_states", "needs bf16_master_weights_and_grads", "set that to true, too")
    for key, everywhere in (("data_types.param_dtype", True), ("data_types.grad_accum_dtype", False)):
        word = said.get(key, weights).removeprefix("torch.")
        if (everywhere or stage == 0) and FORMATS.get(word, weights) != weights:
            where = "" if everywhere else " at stage 0"
            yield Clash(key, f"should be {weights}{where}, the format of the weights, got {excerpt(said[key])}")
