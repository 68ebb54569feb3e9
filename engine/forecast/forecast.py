"""What a trial will need: measured where it or its like has been tried, else by formula, else unknown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from xp.dsl.trial import Trial
from xp.engine.forecast.amounts import Amount, Forecast, mean, repeated
from xp.engine.forecast.configuration import configuration
from xp.engine.forecast.cost import UNIT, Tariff
from xp.engine.forecast.memory import Parameters, of_rank, states
from xp.engine.forecast.parameters import counts
from xp.engine.forecast.past import Attempts, Evidence, Kinship, Past
from xp.engine.forecast.steps import steps

GRAMS = 1000
"""In a kilogram."""

DEEPSPEED = "DeepSpeed formula"
ADAMW = "AdamW formula"
"""What memory is counted by: with and without a ZeRO stage."""


@dataclass(frozen=True)
class Forecaster:
    """Knows the past, whether this machine's ranks have a memory of their own, and what it costs."""

    attempts: Attempts
    apart: bool
    tariff: Tariff | None = None

    def forecast(self, trial: Trial) -> Forecast:
        """Return what a trial will need; a search needs what its trainings need, one after another."""
        if trial.search is None:
            return self.training(trial)
        one = self.training(trial.model_copy(update={"id": "", "search": None}))
        return repeated(one, trial.search.trainings)

    def training(self, trial: Trial) -> Forecast:
        """Return what a trial that trains once will need."""
        past = Measured(self.attempts.evidence(trial), trial)
        memory, time = past.memory(), past.time()
        return Forecast(
            memory=memory if memory.known else self.model_states(trial),
            time=time,
            energy=past.energy(),
            emissions=past.emissions(),
            cost=self.tariff.cost(time, trial.settings.world_size) if self.tariff else Amount(UNIT),
        )

    def model_states(self, trial: Trial) -> Amount:
        """Return the memory of one rank's weights, gradients and moments."""
        known = self.parameters(trial)
        if known is None:
            return Amount("B")
        partitioned = trial.settings.zero is not None and trial.settings.zero.stage > 0
        return Amount("B", of_rank(trial.settings, known, apart=self.apart), DEEPSPEED if partitioned else ADAMW)

    def offloaded(self, trial: Trial) -> float | None:
        """Return the bytes that a trial puts into a folder, None where nobody knows its model yet."""
        known = self.parameters(trial)
        return None if known is None else states(trial.settings, known).disk

    def parameters(self, trial: Trial) -> Parameters | None:
        """Return how many parameters a trial's model has, None where nobody knows yet."""
        if found := self.attempts.parameters(trial):
            return found
        config = configuration(trial.model, Path(trial.folder))
        counted = counts(config) if config else None
        return counted.frozen(trial.settings.freeze) if counted else None


@dataclass(frozen=True)
class Measured:
    """What past attempts say about one trial."""

    evidence: Evidence
    trial: Trial

    def memory(self) -> Amount:
        """Return the peak memory of one rank, which does not depend on the length of a training."""
        return self.mean("B", lambda past: past.taken.memory)

    def time(self) -> Amount:
        """Return the time from start to end."""
        return self.mean("s", lambda past: times(past.taken.seconds, self.share(past)), self.relation)

    def energy(self) -> Amount:
        """Return the energy, which grows with time."""
        return self.mean("kWh", lambda past: times(past.taken.energy, self.share(past)), self.relation)

    def emissions(self) -> Amount:
        """Return the emissions: those that were measured where the electricity is the same."""
        return self.mean("kg", self.emitted, self.relation)

    def emitted(self, past: Past) -> float | None:
        """Return the emissions that one attempt speaks for."""
        share, carbon = self.share(past), self.trial.carbon
        if past.trial.carbon == carbon:
            return times(past.taken.emissions, share)
        energy = times(past.taken.energy, share)
        return None if carbon.intensity is None else times(energy, carbon.intensity / GRAMS)

    @property
    def relation(self) -> str:
        """How a number that depends on the length of the training was come by, where it is not what was measured."""
        if self.evidence.kinship is not Kinship.LENGTHS:
            return ""
        return "at most, scaled by steps" if self.trial.settings.early_stopping else "scaled by steps"

    def share(self, past: Past) -> float | None:
        """Return how long the trial takes for each second of an attempt."""
        if self.evidence.kinship is not Kinship.LENGTHS:
            return 1.0
        taken = past.taken
        planned = steps(self.trial.settings, taken.samples)
        if planned is None or not taken.steps or not taken.seconds or taken.runtime is None:
            return None
        return (taken.seconds + taken.runtime * (planned / taken.steps - 1)) / taken.seconds

    def mean(self, unit: str, number: Callable[[Past], float | None], relation: str = "") -> Amount:
        """Return the mean of one number over the attempts that have it."""
        numbers = [found for past in self.evidence.pasts if (found := number(past)) is not None and isfinite(found)]
        return mean(unit, numbers, self.evidence.worded(len(numbers), relation))


def times(number: float | None, factor: float | None) -> float | None:
    """Return a product, None where either is not known."""
    return None if number is None or factor is None else number * factor
