"""A setting that did not take behind a donor's checkpoint ends the trial."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch.optim.lr_scheduler import LambdaLR

from xp.dsl.settings import Settings
from xp.engine.train.continuing import Continuing, faults, reschedule, write_settings
from xp.engine.train.errors import SettingError

OWN = Settings(learning_rate=0.2, weight_decay=0.1, adam_beta1=0.5, adam_epsilon=1e-6)


def loaded() -> tuple[torch.optim.AdamW, LambdaLR]:
    """Return an optimizer and a schedule as a donor's checkpoint leaves them: half way, with its settings."""
    decayed, plain = (torch.nn.Parameter(torch.ones(2)) for _ in range(2))
    optimizer = torch.optim.AdamW(
        [{"params": [decayed], "weight_decay": 0.0}, {"params": [plain], "weight_decay": 0.0}]
    )
    schedule = LambdaLR(optimizer, lambda step: 1 - step / 10)
    for _ in range(5):
        optimizer.step()
        schedule.step()
    return optimizer, schedule


class Told:
    """A record that remembers."""

    def __init__(self) -> None:
        self.seen: dict[str, Any] = {}

    def facts(self, section: str, subject: str, values: dict[str, Any], units: dict[str, str]) -> None:
        del section, subject, units
        self.seen |= values


def callback(optimizer: Any, schedule: Any) -> Continuing:
    """Return the callback of a trainer that has these two."""
    trial: Any = SimpleNamespace(settings=OWN, start=SimpleNamespace(trial="donor", step=5))
    made = Continuing(trial, Told())  # type: ignore[arg-type]
    made.trainer = SimpleNamespace(optimizer=optimizer, lr_scheduler=schedule, deepspeed=None)  # type: ignore[assignment]
    return made


def test_the_trials_own_settings_are_in_force_and_only_what_decays_is_decayed() -> None:
    optimizer, schedule = loaded()
    made = callback(optimizer, schedule)
    made.on_train_begin()
    made.on_step_begin()
    first, second = optimizer.param_groups
    assert [group["lr"] for group in (first, second)] == pytest.approx([0.1, 0.1])
    assert (first["weight_decay"], second["weight_decay"]) == (0.1, 0.0)
    assert (first["betas"], first["eps"]) == ((0.5, 0.999), 1e-6)
    optimizer.step()
    schedule.step()
    assert first["lr"] == pytest.approx(0.2 * 0.4)


@pytest.mark.parametrize("name", ["lr", "weight_decay", "betas", "eps"])
def test_a_setting_that_something_put_back_ends_the_trial(name: str) -> None:
    optimizer, schedule = loaded()
    donors = optimizer.param_groups[0][name]
    made = callback(optimizer, schedule)
    made.on_train_begin()
    optimizer.param_groups[0][name] = donors
    with pytest.raises(SettingError, match="behind the checkpoint of another trial: group 0 steps with"):
        made.on_step_begin()


def test_without_it_a_checkpoint_wins() -> None:
    optimizer, schedule = loaded()
    assert [*faults(optimizer.param_groups, [0.1, 0.1], OWN)] != []
    write_settings(optimizer.param_groups, OWN)
    reschedule(schedule, OWN.learning_rate)
    assert schedule.get_last_lr() == pytest.approx([0.1, 0.1])
