"""What the values of keys that go to DeepSpeed as they are may be: it looks when its ranks have started."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any, NamedTuple

from xp.dsl.deepspeed.meaning import ZERO
from xp.dsl.spelling import either, excerpt


class Range(NamedTuple):
    """Numbers between two bounds."""

    least: float
    most: float = inf
    ends: bool = True
    """Whether the bounds belong to them."""

    def __str__(self) -> str:
        """Return it in words."""
        if self.most == inf:
            return f"{'at least' if self.ends else 'greater than'} {self.least:g}"
        return f"between {self.least:g} and {self.most:g}" + ("" if self.ends else ", and neither")

    def holds(self, value: float) -> bool:
        """Tell whether it has a number."""
        return self.least <= value <= self.most if self.ends else self.least < value < self.most


COUNT, SHARE = Range(0), Range(0, 1)

RANGES: Mapping[str, Range] = {
    **{
        f"{ZERO}.{key}": COUNT
        for key in (
            "sub_group_size",
            "stage3_model_persistence_threshold",
            "stage3_max_live_parameters",
            "stage3_max_reuse_distance",
            "zero_hpz_partition_size",
            "offload_param.buffer_count",
            "offload_param.max_in_cpu",
            "offload_optimizer.buffer_count",
        )
    },
    f"{ZERO}.offload_optimizer.ratio": SHARE,
    f"{ZERO}.offload_optimizer.cpuadam_cores_perc": SHARE,
    f"{ZERO}.zenflow.topk_ratio": Range(0, 1, ends=False),
    f"{ZERO}.zenflow.auto_ratio": SHARE,
    f"{ZERO}.zenflow.pt_reserved_cores_perc": SHARE,
    "fp16.loss_scale": COUNT,
    "fp16.loss_scale_window": Range(0, ends=False),
    "fp16.min_loss_scale": Range(0, ends=False),
    "gradient_predivide_factor": Range(0, ends=False),
}
"""Key → the numbers that it takes."""

NUMBERS = ("fp32", "fp16", "bf16")

WORDS: Mapping[str, tuple[str, ...]] = {
    "communication_data_type": NUMBERS,
    "seq_parallel_communication_data_type": NUMBERS,
    **dict.fromkeys(
        ("data_types.grad_accum_dtype", "data_types.param_dtype", "data_types.buffer_dtype"),
        (
            *NUMBERS,
            "float32",
            "float16",
            "bfloat16",
            "float",
            "half",
            "torch.float32",
            "torch.float16",
            "torch.bfloat16",
        ),
    ),
    "gradient_allreduce_op": ("mean", "sum"),
    "log_level": ("debug", "info", "warning", "error", "critical"),
    "checkpoint.tag_validation": ("warn", "ignore", "fail"),
}
"""Key → the words that it takes, in capitals or not."""


def value_problem(path: str, value: Any) -> str:
    """Return what is wrong with the value of a key, which is of the right type; nothing where nothing is.

    >>> value_problem("fp16.min_loss_scale", 0), value_problem("gradient_allreduce_op", "max")
    ('should be greater than 0, got 0', "should be 'mean' or 'sum', got 'max'")
    """
    if path in RANGES and not RANGES[path].holds(value):
        return f"should be {RANGES[path]}, got {excerpt(value)}"
    if path in WORDS and value.lower() not in WORDS[path]:
        return f"should be {either([excerpt(word) for word in WORDS[path]])}, got {excerpt(value)}"
    return ""
