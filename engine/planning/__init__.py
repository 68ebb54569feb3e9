"""From an experiment file to a plan: what it points to is found and hashed, trials are named."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xp.dsl import only as selection
from xp.dsl import source
from xp.dsl.errors import Problem, SpecError
from xp.dsl.experiment import Experiment
from xp.dsl.plan import Plan, plan
from xp.dsl.problems import in_order
from xp.dsl.resources import Machine
from xp.dsl.trial import Trial
from xp.engine.machine import environment
from xp.engine.planning import configurations, references, remote, surroundings


@dataclass(frozen=True)
class Planned:
    """An experiment, its trials, and those of them that were asked for."""

    experiment: Experiment
    plan: Plan
    wanted: Sequence[Trial]
    """All trials of the plan, unless the command line narrowed them."""

    machine: Machine
    """The machine that it was planned on."""

    missing: remote.Missing = field(default_factory=dict)
    """What is neither here nor to be had from the hub: no trial of it can run."""

    def lacking(self, trials: Sequence[Trial]) -> dict[str, Problem]:
        """Return what those of some trials lack that cannot run, by their ids."""
        return {trial.id: found[0] for trial in trials if (found := self.nowhere(trial))}

    def partly_lacking(self, due: Sequence[Trial]) -> dict[str, Problem]:
        """Return the same of the trials of a run; raise SpecError where none of them could run."""
        lacking = self.lacking(due)
        if due and len(lacking) == len(due):
            raise SpecError(*dict.fromkeys(problem for trial in due for problem in self.nowhere(trial)))
        return lacking

    def nowhere(self, trial: Trial) -> list[Problem]:
        """Return why the model and the data set of a trial cannot be had; nothing where they can."""
        wanted: list[tuple[remote.Kind, str]] = [("model", trial.model_name), ("dataset", trial.dataset_name)]
        return [self.missing[key] for key in wanted if key in self.missing]


def make(file: Path, overrides: Sequence[str] = (), only: Sequence[str] = ()) -> Planned:
    """Return the plan of *file*; raise SpecError naming everything that is wrong with it."""
    experiment = surroundings.with_surroundings(source.load(file, overrides), os.environ)
    experiment, missing = from_hub(experiment)
    hashes = pointed_to(experiment)
    machine = environment.machine()
    whole = plan(experiment, hashes, machine, references.checkpoints(experiment), references.tokenizers(experiment))
    return Planned(experiment, whole, selection.narrow(whole, only).trials, machine, missing)


def pointed_to(experiment: Experiment) -> dict[str, str]:
    """Return the fingerprint of each data set; raise SpecError with all that is wrong with data sets and models."""
    problems = [*configurations.objections(experiment)]
    try:
        found = references.fingerprints(experiment)
    except SpecError as error:
        problems += error.problems
    if problems:
        raise SpecError(*in_order(problems))
    return found


def from_hub(experiment: Experiment) -> tuple[Experiment, remote.Missing]:
    """Return an experiment that names the commit of all that lies on the hub, and what can be had from nowhere."""
    if next(remote.needed_downloads(experiment), None) is None:
        return experiment, {}
    from xp.engine.planning import hub  # noqa: PLC0415 - whoever needs no hub does not pay for its client

    return hub.resolve_revisions(experiment)
