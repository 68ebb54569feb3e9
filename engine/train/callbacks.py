"""What is written down, measured and stopped while the trainer trains."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import distributed
from transformers import TrainerCallback

from xp.engine.measure.clock import StepClock
from xp.engine.measure.memory import PeakMemory
from xp.engine.measure.others import Others
from xp.engine.measure.tensors import gradient_metrics, tensor_metrics
from xp.engine.train.errors import DivergedError
from xp.engine.train.record import Record
from xp.engine.train.trainer import NEVER, SummaryTrainer

LOSSES = ("loss", "train_loss", "eval_loss")


class Watcher(TrainerCallback):
    """A callback that asks the trainer itself, which is made after it."""

    trainer: SummaryTrainer


class Measuring(Watcher):
    """Time and memory of training steps; evaluations and whatever comes before the first step are told apart."""

    def __init__(self, clock: StepClock, memory: PeakMemory, record: Record) -> None:
        self.clock = clock
        self.memory = memory
        self.record = record
        self.others = Others()
        self.taken_by_others = 0.0
        """Part of the cores' time."""

        self.tensors: dict[str, float] = {}
        self.tokens: Sequence[int] = ()
        record.watchers.append(memory.enter)

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Begin."""
        self.record.enter("train")
        if self.trainer.is_deepspeed_enabled:
            self.ask_before_step(self.trainer.deepspeed.optimizer)
        self.others.start()
        self.clock.start()

    def ask_before_step(self, optimizer: Any) -> None:
        """Count gradients when the optimizer first steps: DeepSpeed's engine calls nobody before that."""
        step = optimizer.step

        def first(*args: Any, **kwargs: Any) -> Any:
            optimizer.step = step
            self.count_gradients(optimizer)
            return step(*args, **kwargs)

        optimizer.step = first

    def on_pre_optimizer_step(self, *_: Any, **__: Any) -> None:
        """Count gradients before the first step."""
        if not self.trainer.is_deepspeed_enabled and not self.tensors:
            self.count_gradients(self.trainer.optimizer)

    def count_gradients(self, optimizer: Any) -> None:
        """Count the bytes of the gradients that there are now."""
        self.tensors |= gradient_metrics(self.trainer.model.parameters(), optimizer)

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """Take in one step; the kernel, or the device, keeps its peak of memory meanwhile."""
        self.clock.step()

    def on_evaluate(self, *_: Any, **__: Any) -> None:
        """Go on behind an evaluation."""
        if self.trainer.is_in_train:
            self.record.enter("train")
            self.clock.start()

    def on_save(self, *_: Any, **__: Any) -> None:
        """Go on behind a checkpoint."""
        self.memory.start()
        self.clock.start()

    def on_train_end(self, *_: Any, **__: Any) -> None:
        """Stop. Every optimizer state exists now, so its bytes can be counted."""
        self.clock.stop()
        device = self.trainer.args.device
        (ranks,) = summed(torch.tensor([self.others.stop()], dtype=torch.float64, device=device))
        self.taken_by_others = self.others.share(ranks)
        self.memory.look()
        self.tensors |= tensor_metrics(self.trainer.model.parameters(), self.trainer.optimizer)
        self.tokens = over_ranks(self.clock.tokens)


def over_ranks(tokens: Any) -> list[int]:
    """Return what all ranks have counted together; nothing where nothing was counted."""
    return [int(count) for count in summed(tokens)] if isinstance(tokens, torch.Tensor) else []


def summed(numbers: torch.Tensor) -> list[float]:
    """Return the sums over all ranks of some numbers."""
    total = numbers.clone()
    if distributed.is_initialized():
        distributed.all_reduce(total)
    return list(total.tolist())


class Journalling(Watcher):
    """Hands what the trainer logs, and how far it is, to the record."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.seen = 0

    def on_log(self, _args: Any, state: Any, _control: Any, logs: Mapping[str, Any], **_: Any) -> None:
        """Record what is logged."""
        self.record.metrics({name: number(value) for name, value in logs.items()}, state.global_step)

    def on_train_begin(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """Show the length of the training."""
        self.record.progress("train", 0, state.max_steps)

    def on_substep_end(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """Tell that a part of a step is done: with many of them, a step takes long."""
        self.record.beat("train", state.global_step)

    def on_step_end(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """Show the progress of the training."""
        self.record.progress("train", state.global_step, state.max_steps)

    def on_prediction_step(self, _args: Any, _state: Any, _control: Any, eval_dataloader: Any, **_: Any) -> None:
        """Show the progress of an evaluation."""
        self.seen += 1
        self.record.progress(self.trainer.phase, self.seen, len(eval_dataloader))
        if self.seen == len(eval_dataloader):
            self.seen = 0


class Divergence(Watcher):
    """Ends a training whose loss is no finite number any more: all ranks log the same loss, so all of them stop."""

    def on_log(self, _args: Any, state: Any, _control: Any, logs: Mapping[str, Any], **_: Any) -> None:
        """Stop at the first loss that is not finite."""
        for name in LOSSES:
            if name in logs and not math.isfinite(logs[name]):
                step = state.global_step if name == "eval_loss" else self.first_bad_step()
                raise DivergedError(f"{name} is {logs[name]} at step {step}", step)

    def first_bad_step(self) -> int:
        """Return the first step at which any rank had a loss that was not finite."""
        first = self.trainer.first_bad_step.clone()
        if distributed.is_initialized():
            distributed.all_reduce(first, op=distributed.ReduceOp.MIN)
        return int(first) if int(first) != NEVER else int(self.trainer.state.global_step)


class LastEvaluation(TrainerCallback):
    """Leaves out the evaluation behind the last step: the final one follows, and takes the same loss."""

    def __init__(self, until: int | None = None) -> None:
        self.until = until

    def on_step_end(self, _args: Any, state: Any, control: Any, **_: Any) -> None:
        """Look whether this was the last step."""
        if state.global_step in (state.max_steps, self.until):
            control.should_evaluate = False

    on_epoch_end = on_step_end


def number(value: Any) -> float | None:
    """Return *value* as a number, None when it is none."""
    if isinstance(value, torch.Tensor):
        return float(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
