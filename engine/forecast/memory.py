"""Memory of a trial's model states (weights, gradients, AdamW's moments), by DeepSpeed's own accounting.

DeepSpeed 0.19 counts for every parameter the weight and its gradient in the number format of training, and in single
precision the gradient (4 B), the weight (4 B) and two moments (8 B): 18 B in all where 16 bits are trained with. What
a ZeRO stage partitions is divided by the ranks. The formulas are those of its estimators, with the bytes of fp32 and
with frozen parameters put in where the estimators know but 16 bits and trained ones:

- stage 2: ``estimate_zero2_model_states_mem_needs`` in ``deepspeed/runtime/zero/stage_1_and_2.py``
- stage 3: ``estimate_zero3_model_states_mem_needs`` in ``deepspeed/runtime/zero/stage3.py``, ``zero_init=False``:
  every rank builds the whole model first
- stage 1 has no estimator: as stage 2, with gradients that are not partitioned (ZeRO, arXiv 1910.02054, figure 1)

Activations, buckets and the libraries themselves are in none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from xp.dsl.settings import Home, Settings, Zero, weight_format

SINGLE = 4
"""Bytes of a number in single precision."""

HALF = 2
"""Bytes of a number in bf16 and fp16."""

MOMENTS = 8
"""Bytes of AdamW's two moments of one parameter."""

STEP = SINGLE + SINGLE + MOMENTS
"""Bytes of what an optimizer step works on: gradient, weight and moments in single precision."""

BUFFER = 1.5
"""DeepSpeed's ``additional_buffer_factor``: what the host needs beside the states themselves."""

GRADIENTS = 2
PARAMETERS = 3
"""The ZeRO stages that partition gradients and parameters too."""


class Parameters(NamedTuple):
    """How many numbers a model has."""

    total: int
    trained: int
    largest_layer: int
    """Of the module that has most: at stage 3 it is gathered as a whole."""


class States(NamedTuple):
    """Bytes of the model states."""

    device: float
    """Of one rank, where it computes."""

    host: float
    """Of all ranks together, in the memory of the machine: what is offloaded, or needed while the model is loaded."""

    disk: float
    """Of all ranks together, in the folder that is offloaded to: at most, as small tensors stay in memory."""


@dataclass(frozen=True)
class Partitioned:
    """The formulas of ZeRO for one model on the ranks of one machine."""

    zero: Zero
    model: Parameters
    ranks: int
    number: int
    """Bytes of a weight, and of its gradient."""

    @property
    def offloads(self) -> bool:
        """Whether the optimizer states are kept elsewhere than where it computes."""
        return self.zero.offload_optimizer != "none"

    def sent_to(self, home: Home) -> float:
        """Return the bytes of all ranks whose home that is."""
        weights, step = self.number * self.model.total, STEP * self.model.trained
        sent = ((self.zero.offload_optimizer, step), (self.zero.offload_param, weights))
        return sum(states for place, states in sent if place == home)

    def states(self) -> States:
        """Return the bytes at the trial's stage."""
        return self.partitioned_parameters() if self.zero.stage == PARAMETERS else self.whole_parameters()

    def whole_parameters(self) -> States:
        """Return the bytes at stages 1 and 2: every rank has all weights."""
        weights, gradients = self.number * self.model.total, self.number * self.model.trained
        whole = gradients if self.zero.stage < GRADIENTS else 0
        if self.offloads:
            return States(weights + whole, self.kept(STEP * self.model.trained), 0)
        shared = (gradients - whole + STEP * self.model.trained) / self.ranks
        return States(weights + whole + shared, self.kept(0), 0)

    def partitioned_parameters(self) -> States:
        """Return the bytes at stage 3: beside its share, a rank has the weights and gradients of one layer."""
        layer = 2 * self.number * self.model.largest_layer
        weights, step = self.number * self.model.total, STEP * self.model.trained
        away = self.sent_to("cpu") + self.sent_to("nvme")
        return States(
            layer + (weights + step - away) / self.ranks, self.kept(self.sent_to("cpu")), self.sent_to("nvme")
        )

    def kept(self, offloaded: float) -> float:
        """Return the bytes of the host: what is offloaded, or the whole model once per rank while it is loaded."""
        return max(SINGLE * self.model.total * self.ranks, offloaded) * BUFFER


def states(settings: Settings, model: Parameters) -> States:
    """Return the bytes of a model's states, all ranks being on one machine."""
    if settings.zero is None or settings.zero.stage == 0:
        return unpartitioned(settings, model)
    return Partitioned(settings.zero, model, settings.world_size, width(settings)).states()


def unpartitioned(settings: Settings, model: Parameters) -> States:
    """Return the bytes where every rank has everything: plain PyTorch, and DeepSpeed at stage 0.

    Torch AMP keeps weights in single precision, DeepSpeed's 16 bits have a copy of them. PyTorch's DDP gathers
    gradients in buckets beside the gradients themselves (``gradient_as_bucket_view`` is off by default).
    """
    load = SINGLE * model.total * settings.world_size * BUFFER
    if settings.zero is not None and width(settings) == HALF:
        return States(HALF * model.total + (HALF + STEP) * model.trained, load, 0)
    buckets = SINGLE if settings.zero is None and settings.world_size > 1 else 0
    return States(SINGLE * model.total + (SINGLE + MOMENTS + buckets) * model.trained, load, 0)


def width(settings: Settings) -> int:
    """Return the bytes of a weight as DeepSpeed keeps it."""
    return SINGLE if weight_format(settings.precision, torch_autocast=settings.torch_autocast) == "fp32" else HALF


def of_rank(settings: Settings, model: Parameters, *, apart: bool) -> float:
    """Return the bytes that one rank needs; *apart*: it computes on a device with a memory of its own.

    On a CPU what is offloaded goes from the memory of the machine to the memory of the machine.
    """
    needed = states(settings, model)
    offloads = settings.zero is not None and {settings.zero.offload_optimizer, settings.zero.offload_param} != {"none"}
    return needed.device if apart or not offloads else needed.device + needed.host / settings.world_size
