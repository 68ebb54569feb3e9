"""From an experiment to its trials: every variant with every seed, checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from xp.dsl.dotted import SETTINGS, flatten
from xp.dsl.draft import Draft, Drafts
from xp.dsl.errors import Problem, SpecError
from xp.dsl.experiment import Experiment
from xp.dsl.labels import labels, plain
from xp.dsl.matrix import Expansion, Variant, count
from xp.dsl.problems import in_order
from xp.dsl.rules import Machine
from xp.dsl.trial import Trial


class Excluded(NamedTuple):
    """A cell that is not tried, and why."""

    variant: Variant
    seed: int
    rule: str
    """The rule as the file names it: ``matrix.exclude[0]``, or a constraint in its own words."""


@dataclass(frozen=True)
class Plan:
    """What will be done, before anything is."""

    trials: list[Trial]
    excluded: list[Excluded]


def plan(experiment: Experiment, fingerprints: Mapping[str, str], machine: Machine | None = None) -> Plan:
    """Return the trials of *experiment*; raise SpecError with everything that is wrong in any of them."""
    expansion = Expansion(experiment.grid)
    drafts = Drafts(experiment, fingerprints, machine)
    kept: list[Draft] = []
    excluded: list[Excluded] = []
    for cell in expansion:
        variant = cell.variant
        if cell.excluded is not None:
            excluded.append(Excluded(variant, cell.seed, f"matrix.exclude[{cell.excluded}]"))
        elif len(kept) == experiment.limits.max_trials:
            raise SpecError(too_many(experiment))
        elif draft := drafts.draft(variant, cell.seed):
            kept.append(draft)
    problems = [Problem(message, experiment.where(*key), hint) for key, message, hint in expansion.idle()]
    problems += drafts.problems()
    if problems := problems or [*twins(experiment, kept)]:
        raise SpecError(*in_order(problems))
    return Plan(trials(experiment, kept), excluded)


def too_many(experiment: Experiment) -> Problem:
    """Return the problem of a plan that is longer than it should be."""
    limit = experiment.limits.max_trials
    asked = count(experiment.grid)
    message = f"more than {limit:,} trials, of {asked:,} cells in the matrix"
    return Problem(message, experiment.where("limits", "max_trials"), "raise max_trials if all of them are meant")


def twins(experiment: Experiment, drafts: list[Draft]) -> Iterator[Problem]:
    """Yield the axes that change nothing: they would give one trial under two names."""
    first: dict[str, Draft] = {}
    noted: set[str] = set()
    names = labels([draft.variant for draft in drafts])
    for draft, name in zip(drafts, names, strict=True):
        twin = first.setdefault(draft.id, draft)
        keys = [key for key, value in draft.variant.items() if twin.variant.get(key) != value]
        if twin is draft or not noted.isdisjoint(keys or [name]):
            continue
        noted |= set(keys or [name])
        other = names[drafts.index(twin)]
        message = f"changes nothing: '{other}' and '{name}' are the same trial" if keys else f"'{name}' is there twice"
        yield Problem(message, experiment.where("matrix", *keys[:1]), f"{len({d.id for d in drafts})} of {len(drafts)} trials differ")


def trials(experiment: Experiment, drafts: list[Draft]) -> list[Trial]:
    """Return the finished trials."""
    swept = swept_settings(experiment)
    return [
        Trial(
            id=draft.id,
            experiment=experiment.experiment.name,
            method=draft.variant["method"],
            baseline=experiment.baseline_of(draft.variant["method"]),
            label=f"{label} · seed {draft.seed}",
            variant=plain(draft.variant),
            context=plain({key: value for key, value in draft.variant.items() if key != "method"}),
            seed=draft.seed,
            settings=draft.settings,
            model_name=draft.variant["model"],
            model=draft.model,
            dataset_name=draft.variant["dataset"],
            dataset=draft.dataset,
            fingerprint=draft.fingerprint,
            folder=str(experiment.folder),
            carbon=experiment.carbon,
            timeout_seconds=experiment.limits.timeout_seconds,
            swept=swept,
        )
        for draft, label in zip(drafts, labels([draft.variant for draft in drafts]), strict=True)
    ]


def swept_settings(experiment: Experiment) -> tuple[str, ...]:
    """Return the settings that anything but the defaults sets: these are read back from the running engine."""
    named = [*experiment.grid.axes, *(key for rule in experiment.matrix.include for key in rule)]
    named += [key for name in experiment.method_names for key in flatten(experiment.method(name).settings)]
    return tuple(name for name in SETTINGS if name in named)
