"""When a checkpoint is taken, what is in it besides Hugging Face's own, and how a training goes on from one."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import distributed
from transformers import EarlyStoppingCallback

from xp.dsl.trial import Trial
from xp.engine import checkpoints
from xp.engine.layout import AttemptLayout
from xp.engine.train import swap_checkpoint
from xp.engine.train.callbacks import Watcher
from xp.engine.train.errors import SettingError, StoppedError
from xp.engine.train.rank_agreement import Meetings, Reason
from xp.engine.train.record import Record
from xp.engine.train.trainer import NEVER, SummaryTrainer
from xp.engine.train.weights import checksum

SHARE = 50
"""Saving may take this part of the time between two checkpoints; where it takes more, they are further apart."""


@dataclass(frozen=True)
class CheckpointPolicy:
    """Where the checkpoints of an attempt lie, and when they are due."""

    attempt: AttemptLayout
    every: float | None
    """Seconds between two of them."""

    until: int | None
    """The step behind which the trial ends although its training could go on."""

    keep: bool
    """Whether the end of the training is saved for others to go on from."""

    swaps: bool = False
    """Whether optimizer states live in a folder: of those DeepSpeed's checkpoint holds the files alone."""

    @classmethod
    def of(cls, trial: Trial, attempt: AttemptLayout) -> CheckpointPolicy:
        """Return what a trial says of its checkpoints."""
        zero = trial.settings.zero
        every = None if zero is not None and zero.begins_anew else trial.checkpoint_seconds  # nobody goes on from it
        swaps = zero is not None and zero.offload_optimizer == "nvme"
        return cls(attempt, every, trial.until, trial.keep, swaps)


class Saving(Watcher):
    """Saves when it is time, stops when it is told to, and lets nothing of a step be half in a checkpoint."""

    def __init__(
        self, orders: CheckpointPolicy, meetings: Meetings, record: Record, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.orders = orders
        self.meetings = meetings
        self.record = record
        self.now = now
        self.stopped = False
        self.source: Path | None = None
        """The checkpoint that the training goes on from."""

        self._pending: set[Reason] = set()
        self._began = self._last = now()
        self._longest = self._spent = 0.0
        self._saved_step: int | None = None
        self._epoch_begin: torch.Tensor | None = None

    def on_train_begin(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """Take up what a checkpoint holds besides Hugging Face's own."""
        self._began = self._last = self.now()
        kept: Mapping[str, Any] = {}
        if self.source is not None:
            self._saved_step = state.global_step
            kept = torch.load(self.source / rank_file(self.record.rank), weights_only=True)
            self._epoch_begin = kept["epoch_begin"]
            restore_sums(self.trainer, kept)
            if "swapped" in kept:
                swap_checkpoint.put_back(self.trainer.deepspeed.optimizer, kept["swapped"])
            self.trainer.over |= state.global_step >= last_step(state, self.orders.until)
        if self.orders.keep or "weights" in kept:
            self.weigh(kept, state.global_step)

    def weigh(self, kept: Mapping[str, Any], step: int) -> None:
        """Tell the weights that the training begins with, and hold them to those that the checkpoint was taken of."""
        found = checksum(self.trainer.model)
        if kept.get("weights", found) != found:
            raise SettingError(f"the weights are not those that the checkpoint of step {step} was taken of")
        self.record.facts("measurement", "start", {"weights": found, "weights_step": step}, {"weights_step": "steps"})

    def on_epoch_begin(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """Draw the order of an epoch that is half over again as it was drawn; keep what others are drawn from."""
        if self._epoch_begin is not None and not ends_epoch(state):
            torch.random.set_rng_state(self._epoch_begin)
        else:
            self._epoch_begin = torch.random.get_rng_state()

    def on_step_end(self, _args: Any, state: Any, control: Any, **_: Any) -> None:
        """Look whether to save or to stop here; behind the last step of an epoch its evaluation comes first."""
        self.look()
        last = state.global_step >= last_step(state, self.orders.until)
        if last:
            control.should_training_stop = True
            self._pending |= {"save"} if self.orders.keep else set()
        if last or not ends_epoch(state):
            self.act(control)

    def on_epoch_end(self, _args: Any, state: Any, control: Any, **_: Any) -> None:
        """Do what waited for the epoch's evaluation; an epoch that was stopped in its middle has none."""
        if self.stopped and not ends_epoch(state):
            control.should_evaluate = False
        self.act(control)

    def on_evaluate(self, _args: Any, _state: Any, control: Any, **_: Any) -> None:
        """Save what an evaluation has decided: it may have ended the training."""
        if self.trainer.is_in_train:
            self._pending |= {"save"} if self.orders.keep and control.should_training_stop else set()
            self.act(control)

    def on_prediction_step(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """Look whether to save or to stop while the trained model is evaluated."""
        self.look()
        if self._pending and not self.trainer.is_in_train:
            if self._saved_step != state.global_step:
                self.save()
            if "stop" in self._pending:
                raise StoppedError("stopped on request while it was evaluated; its training is saved")
            self._pending.clear()

    def on_save(self, *_: Any, **__: Any) -> None:
        """Forget what has been done."""
        self._pending.clear()

    def look(self) -> None:
        """Count a beat, call the others where rank 0 must, and see whether all meet here."""
        self.meetings.beat()
        if self.meetings.leads:
            if self.orders.attempt.stop_file.exists():
                self.meetings.call("stop")
            if is_due(self.now() - self._last, self.orders.every, self._longest):
                self.meetings.call("save")
        reasons: tuple[Reason, ...] = ("save", "stop")
        self._pending |= {reason for reason in reasons if self.meetings.held(reason)}

    def act(self, control: Any) -> None:
        """Have the trainer do what is due."""
        if self._pending:
            control.should_save = self._saved_step != self.trainer.state.global_step
        if "stop" in self._pending:
            control.should_training_stop = self.stopped = True

    def save(self) -> None:
        """Save everything that the training goes on from; weights that are no numbers any more are nothing of it."""
        trainer, step = self.trainer, self.trainer.state.global_step
        if went_bad(trainer):
            return
        began = self.now()
        beat = partial(self.record.beat, "train" if trainer.is_in_train else trainer.phase, step)
        folder = checkpoints.begin_checkpoint(self.orders.attempt, step)
        trainer.store(folder)
        beat()
        kept = trainer_sums(trainer) | {"epoch_begin": self._epoch_begin}
        if self.orders.keep:
            kept["weights"] = checksum(trainer.model)
            self.record.facts("measurement", "kept", {"weights": kept["weights"], "step": step}, {"step": "steps"})
        if self.orders.swaps:
            kept["swapped"] = swap_checkpoint.states_outside_folder(trainer.deepspeed.optimizer)
        torch.save(kept, folder / rank_file(self.record.rank))
        beat()
        if distributed.is_initialized():
            distributed.barrier()
        if self.record.leads:
            checkpoints.finish_checkpoint(self.orders.attempt, step, beat)
        self._saved_step, self._last = step, self.now()
        self._longest = max(self._longest, self._last - began)
        self._spent += self._last - began
        self.tell()

    def tell(self) -> None:
        """Record what has been used so far: should this attempt be killed, it counts up to here."""
        runtime = self._last - self._began
        used = {"checkpoint_seconds": self._spent, **self.record.so_far()}
        if self.trainer.is_in_train:
            used |= {"train_runtime": runtime, "train_device_seconds": runtime * self.trainer.args.world_size}
            used |= self.trainer.clock.metrics()
        self.record.metrics(used)


def rank_file(rank: int) -> str:
    """Return the name of the file in which a rank keeps what is its own."""
    return f"trainer_state_{rank}.pt"


def is_due(passed: float, every: float | None, longest: float) -> bool:
    """Tell whether it is time to save.

    >>> is_due(299, 300, 0.5), is_due(300, 300, 0.5), is_due(300, 300, 10.0), is_due(1e9, None, 0.0)
    (False, True, False, False)
    """
    return every is not None and passed >= max(every, SHARE * longest)


def ends_epoch(state: Any) -> bool:
    """Tell whether the last step was the last one of its epoch."""
    return float(state.epoch or 0.0).is_integer()


def last_step(state: Any, until: int | None) -> int:
    """Return the step behind which a training ends."""
    return int(state.max_steps) if until is None else min(until, int(state.max_steps))


def went_bad(trainer: SummaryTrainer) -> bool:
    """Tell whether a loss of any rank has not been a finite number."""
    first = trainer.first_bad_step.clone()
    if distributed.is_initialized():
        distributed.all_reduce(first, op=distributed.ReduceOp.MIN)
    return int(first) != NEVER


def trainer_sums(trainer: SummaryTrainer) -> dict[str, Any]:
    """Return what the trainer adds up between two steps, and whether it is at its end."""
    early = stopper(trainer)
    return {
        # the trainer has added the open sum when it stopped training, and has not set it to zero
        "open_loss": float(trainer._tr_loss) if trainer.is_in_train else 0.0,  # noqa: SLF001 - it has no other name
        "whole_loss": float(trainer._total_loss_scalar),  # noqa: SLF001
        "last_logged": int(trainer._globalstep_last_logged),  # noqa: SLF001
        "patience": early.early_stopping_patience_counter if early else 0,
        "over": has_ended(trainer),
    }


def restore_sums(trainer: SummaryTrainer, kept: Mapping[str, Any]) -> None:
    """Put back what `whole` has told."""
    trainer._tr_loss += kept["open_loss"]  # noqa: SLF001
    trainer._total_loss_scalar = kept["whole_loss"]  # noqa: SLF001
    trainer._globalstep_last_logged = kept["last_logged"]  # noqa: SLF001
    trainer.over = kept["over"]
    if early := stopper(trainer):
        early.early_stopping_patience_counter = kept["patience"]


def has_ended(trainer: SummaryTrainer) -> bool:
    """Tell whether the training has ended, by its last step or by early stopping."""
    early = stopper(trainer)
    patient = early is None or early.early_stopping_patience_counter < early.early_stopping_patience
    return bool(trainer.state.global_step >= trainer.state.max_steps) or not patient


def stopper(trainer: SummaryTrainer) -> Any:
    """Return what may end the training early, None where nothing does."""
    found = (one for one in trainer.callback_handler.callbacks if isinstance(one, EarlyStoppingCallback))
    return next(found, None)
