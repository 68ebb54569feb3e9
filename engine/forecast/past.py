"""Past attempts by what they have in common with a trial."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from xp.dsl.quantity import plural
from xp.dsl.trial import COLUMNS, Trial, canonical, non_default
from xp.engine.folders import find_folder
from xp.engine.forecast.memory import Parameters
from xp.engine.layout import Layout
from xp.engine.warehouse.history import Taken, history

LENGTH = frozenset(
    {
        "adam_beta1",
        "adam_beta2",
        "adam_epsilon",
        "early_stopping",
        "epochs",
        "learning_rate",
        "lr_scheduler_type",
        "max_steps",
        "warmup_steps",
        "weight_decay",
    }
)
"""Settings that change how many steps there are, or what they lead to, and not what one of them takes."""


@dataclass(frozen=True)
class Past:
    """A completed attempt: what it was asked to do, and what that took."""

    trial: Trial
    taken: Taken


class Kinship(Enum):
    """How attempts are related to the trial that they speak for."""

    OWN = "measured"
    SEEDS = "measured with other seeds"
    LENGTHS = "measured at another length"
    NONE = "unknown"


@dataclass(frozen=True)
class Evidence:
    """Attempts that speak for a trial, all of one kind."""

    kinship: Kinship
    remark: str = ""
    """What sets them apart from attempts that this machine made undisturbed."""

    pasts: tuple[Past, ...] = ()

    def worded(self, count: int, relation: str = "") -> str:
        """Return the basis of a number that so many of them have, for people."""
        return f"{relation or self.kinship.value}{self.remark}, {plural(count, 'attempt')}"


NOTHING = Evidence(Kinship.NONE)


class Attempts:
    """All past attempts that may speak for some trials of a plan."""

    def __init__(self, pasts: Iterable[Past], here: tuple[str | None, str | None]) -> None:
        self.here = here
        self.by_trial, self.by_variant, self.by_step, self.by_model = (
            defaultdict[str, list[Past]](list) for _ in range(4)
        )
        for past in pasts:
            self.by_trial[past.trial.id].append(past)
            self.by_variant[variant(past.trial)].append(past)
            self.by_step[step(past.trial)].append(past)
            self.by_model[model(past.trial)].append(past)

    def evidence(self, trial: Trial) -> Evidence:
        """Return the nearest relatives of a trial: its own attempts, those of other seeds, those of other lengths."""
        relatives = {
            Kinship.OWN: self.by_trial[trial.id],
            Kinship.SEEDS: self.by_variant[variant(trial)],
            Kinship.LENGTHS: self.by_step[step(trial)],
        }
        return next((self.best(kinship, pasts) for kinship, pasts in relatives.items() if pasts), NOTHING)

    def best(self, kinship: Kinship, pasts: Sequence[Past]) -> Evidence:
        """Return those of some attempts whose numbers say most: of this machine first, undisturbed first."""
        elsewhere, contended = least = min(self.distance(past) for past in pasts)
        remark = (" on another machine" if elsewhere else "") + (" beside others" if contended else "")
        return Evidence(kinship, remark, tuple(past for past in pasts if self.distance(past) == least))

    def distance(self, past: Past) -> tuple[bool, bool]:
        """Return what sets an attempt apart from one of this machine that had it for itself."""
        return ((past.taken.cpu, past.taken.gpu) != self.here, past.taken.contended)

    def parameters(self, trial: Trial) -> Parameters | None:
        """Return what attempts with the same model found it to have, the same parts being frozen."""
        for past in self.by_model[model(trial)]:
            if None not in (found := (past.taken.parameters, past.taken.trained, past.taken.largest_layer)):
                return Parameters(*(int(number or 0) for number in found))
        return None


def attempts(layout: Layout, trials: Sequence[Trial], here: tuple[str | None, str | None]) -> Attempts:
    """Return the past attempts that may speak for *trials*; *here* are this machine's processor and GPU."""
    asked = (
        {trial.id for trial in trials},
        {trial.model_name for trial in trials},
        {trial.dataset_name for trial in trials},
    )
    known = {trial.id: trial for trial in trials}
    pasts = ((trial_of(layout, taken) or known.get(taken.trial), taken) for taken in history(layout, *asked))
    # a search takes what its trainings take, and they speak for themselves
    return Attempts([Past(trial, taken) for trial, taken in pasts if trial and trial.search is None], here)


def trial_of(layout: Layout, taken: Taken) -> Trial | None:
    """Return the trial of an attempt, None where it was written by an xp whose trials say other things."""
    file = layout.attempt(taken.trial, taken.attempt).trial_file
    try:
        return Trial.model_validate_json(file.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def variant(trial: Trial) -> str:
    """Return what two trials have in common that differ in their seeds at most."""
    return canonical([non_default(trial.settings), dict(trial.deepspeed), subject(trial)])


def step(trial: Trial) -> str:
    """Return what two trials have in common whose steps take as much."""
    settings = {name: value for name, value in non_default(trial.settings).items() if name not in LENGTH}
    return canonical([settings, dict(trial.deepspeed), subject(trial)])


def model(trial: Trial) -> str:
    """Return what two trials have in common whose models have as many parameters."""
    return canonical([trial.settings.freeze, subject(trial)])


def subject(trial: Trial) -> list[Any]:
    """Return what is trained on what."""
    place = find_folder(trial.model.checkpoint, Path(trial.folder)) if trial.model.checkpoint else None
    columns = [getattr(trial.dataset, column) for column in COLUMNS]
    own = str(place) if place else ""
    return [trial.model.model_dump(mode="json", exclude_defaults=True), own, trial.fingerprint, columns]
