"""A trial that goes on from another's checkpoint trains with its own settings, though the donor's come along."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xp.dsl.settings import DEEPSPEED_SCHEDULES, Settings
from xp.dsl.trial import Trial
from xp.engine.train.callbacks import Watcher
from xp.engine.train.effective import innermost
from xp.engine.train.errors import SettingError
from xp.engine.train.record import Record


class Continuing(Watcher):
    """Puts the trial's own optimizer settings in force behind the loading, and holds the first step to them."""

    def __init__(self, trial: Trial, record: Record) -> None:
        self.trial = trial
        self.record = record
        self.checked = trial.start is None

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Put in force: the trainer has loaded the checkpoint by now, optimizer and schedule with it."""
        if self.trial.start is not None:
            schedule = innermost(self.trainer.lr_scheduler)
            for holder in holders(self.trainer):
                write_settings(holder.param_groups, self.trial.settings)
            reschedule(schedule, self.trial.settings.learning_rate)
            for holder in holders(self.trainer):
                for group, rate in zip(holder.param_groups, schedule.get_last_lr(), strict=True):
                    group["lr"] = rate

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        """Compare what the optimizer is about to step with with what it should, once."""
        if self.checked:
            return
        self.checked = True
        wanted = innermost(self.trainer.lr_scheduler).get_last_lr()
        wrong = [
            fault
            for holder in holders(self.trainer)
            for fault in faults(holder.param_groups, wanted, self.trial.settings)
        ]
        if wrong:
            raise SettingError("behind the checkpoint of another trial: " + "; ".join(wrong))
        start = self.trial.start
        told = {"trial": start.trial if start else "", "step": start.step if start else 0, "learning_rate": wanted[0]}
        self.record.facts("measurement", "start", told, {"step": "steps"})


def holders(trainer: Any) -> list[Any]:
    """Return all that has groups of parameters: what the trainer holds, and what DeepSpeed steps with."""
    engine = trainer.deepspeed
    return [trainer.optimizer, *([engine.optimizer, engine.basic_optimizer] if engine else [])]


def write_settings(groups: list[dict[str, Any]], settings: Settings) -> None:
    """Write the settings into an optimizer's groups."""
    for place, group in enumerate(groups):
        group["initial_lr"] = settings.learning_rate
        group["weight_decay"] = decay(settings, place)
        group["betas"] = (settings.adam_beta1, settings.adam_beta2)
        group["eps"] = settings.adam_epsilon


def decay(settings: Settings, place: int) -> float:
    """Return how much a group is decayed: the first one alone is, as Hugging Face makes them."""
    return settings.weight_decay if place == 0 else 0.0


def reschedule(schedule: Any, peak: float) -> None:
    """Give a schedule another peak, at the step where it stands."""
    if type(schedule).__name__ in DEEPSPEED_SCHEDULES:
        schedule.max_lrs = [peak for _ in schedule.max_lrs]
        schedule.delta_lrs = [high - low for high, low in zip(schedule.max_lrs, schedule.min_lrs, strict=True)]
        rates = schedule.get_lr()
    else:
        schedule.base_lrs = [peak for _ in schedule.base_lrs]
        rates = [peak * shape(schedule.last_epoch) for shape in schedule.lr_lambdas]
    schedule._last_lr = list(rates)  # noqa: SLF001 - what torch and DeepSpeed report as the rate in force


def faults(groups: Sequence[Mapping[str, Any]], rates: Sequence[float], settings: Settings) -> Iterator[str]:
    """Yield what an optimizer's groups hold and should not."""
    for place, (group, rate) in enumerate(zip(groups, rates, strict=True)):
        wanted = {
            "lr": rate,
            "weight_decay": decay(settings, place),
            "eps": settings.adam_epsilon,
        }
        for name, value in wanted.items():
            if not math.isclose(float(group[name]), value, rel_tol=1e-9, abs_tol=0.0):
                yield f"group {place} steps with {name} {float(group[name])}, not {value}"
        if tuple(group["betas"]) != (settings.adam_beta1, settings.adam_beta2):
            yield f"group {place} steps with betas {tuple(group['betas'])}"
