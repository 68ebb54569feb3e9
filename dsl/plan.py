"""From an experiment to its trials: every variant with every seed, checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from xp.dsl.comparisons import twins, uncompared
from xp.dsl.dotted import SETTINGS, flatten
from xp.dsl.draft import Contents, Draft, Drafts
from xp.dsl.errors import Problem, SpecError
from xp.dsl.experiment import Experiment
from xp.dsl.labels import labels, plain
from xp.dsl.matrix import Cell, Expansion, count
from xp.dsl.problems import in_order
from xp.dsl.rules import Machine
from xp.dsl.search import RULE, context, draw, wasted
from xp.dsl.spec import seconds
from xp.dsl.trial import Trial

NOTHING: Mapping[str, str] = MappingProxyType({})


class Excluded(NamedTuple):
    """A cell that is not tried, and why."""

    variant: dict[str, Any]
    seed: int
    rule: str
    """The rule as the file names it: ``matrix.exclude[0]``, or ``matrix.constraints[0]`` and its text."""


@dataclass(frozen=True)
class Plan:
    """What will be done, before anything is."""

    trials: list[Trial]
    excluded: list[Excluded]


def plan(
    experiment: Experiment,
    fingerprints: Mapping[str, str],
    machine: Machine | None = None,
    checkpoints: Mapping[str, str] = NOTHING,
) -> Plan:
    """Return the trials of *experiment*; raise SpecError with everything that is wrong in any of them.

    *fingerprints* are hashes of the content of data sets, *checkpoints* those of models that are files here, both by
    name. Without a *machine*, rules about it say nothing.
    """
    expansion = Expansion(experiment.grid)
    drafts = Drafts(experiment, Contents(fingerprints, checkpoints), machine)
    kept, excluded, problems = gather(experiment, expansion, drafts)
    problems += [Problem(message, experiment.where(*key), hint) for key, message, hint in expansion.idle()]
    problems += drafts.problems()
    if problems := problems or [*twins(experiment, kept), *uncompared(experiment, kept), *empty(experiment, kept)]:
        raise SpecError(*in_order(problems))
    return Plan(trials(experiment, kept), excluded)


def gather(
    experiment: Experiment, expansion: Expansion, drafts: Drafts
) -> tuple[list[Draft], list[Excluded], list[Problem]]:
    """Return the cells that are tried, those that are not, and the include rules that a constraint undoes."""
    kept: list[Draft | None] = []
    excluded: list[Excluded] = []
    drawn, missed = sample(experiment, drafts)
    undone: dict[Problem, None] = dict.fromkeys(missed)
    for cell in expansion:
        if drawn is not None and cell.included is None and context(cell.variant) not in drawn:
            excluded.append(Excluded(plain(cell.variant), cell.seed, excluding_rule(cell, drafts) or RULE))
        elif rule := excluding_rule(cell, drafts):
            excluded.append(Excluded(plain(cell.variant), cell.seed, rule))
            if cell.included is not None:
                where = experiment.where("matrix", "include", cell.included)
                undone[Problem(f"the trial of this rule is taken out again by {rule}", where)] = None
        elif len(kept) == experiment.limits.max_trials:
            raise SpecError(too_many(experiment))
        else:
            kept.append(drafts.draft(cell))
    return [draft for draft in kept if draft], excluded, [*undone]


def sample(experiment: Experiment, drafts: Drafts) -> tuple[frozenset[str] | None, list[Problem]]:
    """Return the contexts that a random search has drawn, None where all are tried, and what is wrong with the draw."""
    if experiment.search.algorithm == "grid":
        return None, []
    cells = Expansion(experiment.grid).grid()
    drawn, there = draw(
        experiment.search, (context(cell.variant) for cell in cells if not excluding_rule(cell, drafts))
    )
    where = experiment.where("search", "samples")
    return drawn, [Problem(message, where, hint) for message, hint in wasted(experiment.search, there)]


def excluding_rule(cell: Cell, drafts: Drafts) -> str:
    """Return what takes a cell out, as the file names it."""
    return f"matrix.exclude[{cell.excluded}]" if cell.excluded is not None else drafts.broken(cell)


def empty(experiment: Experiment, drafts: list[Draft]) -> Iterator[Problem]:
    """Yield a problem where nothing is left to try."""
    if not drafts:
        hint = "exclude rules and constraints take out all of them"
        yield Problem(f"0 of {count(experiment.grid):,} trials left", experiment.where("matrix"), hint)


def too_many(experiment: Experiment) -> Problem:
    """Return the problem of a plan that is longer than it should be."""
    limit = experiment.limits.max_trials
    asked = count(experiment.grid)
    message = f"more than {limit:,} trials, of {asked:,} cells in the matrix"
    return Problem(message, experiment.where("limits", "max_trials"), "raise max_trials if all of them are meant")


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
            settings=draft.subject.settings,
            deepspeed=draft.subject.deepspeed,
            search=draft.subject.search,
            model_name=draft.variant["model"],
            model=draft.subject.model,
            checkpoint=draft.subject.checkpoint,
            dataset_name=draft.variant["dataset"],
            dataset=draft.subject.dataset,
            fingerprint=draft.subject.fingerprint,
            folder=str(experiment.folder),
            carbon=experiment.carbon,
            timeout_seconds=seconds(experiment.limits.trial_timeout),
            checkpoint_seconds=seconds(experiment.limits.checkpoint_every),
            swept=swept,
        )
        for draft, label in zip(drafts, labels([draft.variant for draft in drafts]), strict=True)
    ]


def swept_settings(experiment: Experiment) -> tuple[str, ...]:
    """Return the settings that anything but the defaults sets: these are read back from the running engine."""
    named = [*experiment.grid.axes, *(key for rule in experiment.matrix.include for key in rule)]
    for name in experiment.method_names:
        method, base = experiment.method(name), experiment.base_of(name)
        named += [*flatten(method.settings), *(base.said if base and method.deepspeed else ())]
    return tuple(name for name in SETTINGS if name in named)
