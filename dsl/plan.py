"""From an experiment to its trials: every variant with every seed, checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from xp.dsl.comparisons import twins, uncompared
from xp.dsl.context import context_key
from xp.dsl.draft import Draft, Drafts
from xp.dsl.errors import Problem, SpecError
from xp.dsl.experiment import Experiment
from xp.dsl.labels import as_json_values
from xp.dsl.matrix import Cell, Expansion, count_cells
from xp.dsl.problems import in_order
from xp.dsl.quantity import plural
from xp.dsl.resources import Machine, too_much
from xp.dsl.sampling import RULE, draw_contexts, problems_of_draw
from xp.dsl.shape import Contents
from xp.dsl.trial import Trial
from xp.dsl.trials import Trials

CELLS = 1_000_000
"""Most cells of a matrix: rules and draws look at each, and that takes a minute."""

NOTHING: Mapping[str, str] = MappingProxyType({})


class Excluded(NamedTuple):
    """A cell that is not tried, and why."""

    variant: dict[str, Any]
    seed: int
    rule: str
    """What takes it out: ``matrix.exclude[0]``, ``matrix.constraints[0]`` and its text, or why it cannot run here."""


@dataclass(frozen=True)
class Plan:
    """What will be done, before anything is."""

    trials: Sequence[Trial]
    excluded: list[Excluded]


def plan(
    experiment: Experiment,
    fingerprints: Mapping[str, str],
    machine: Machine | None = None,
    checkpoints: Mapping[str, str] = NOTHING,
    tokenizers: Mapping[str, str] = NOTHING,
) -> Plan:
    """Return the trials of *experiment*; raise SpecError with everything that is wrong in any of them.

    *fingerprints* are hashes of the content of data sets, *checkpoints* those of models that are files here, and
    *tokenizers* those of their tokenizers, all by name. Without a *machine*, rules about it say nothing.
    """
    if (asked := count_cells(experiment.grid)) > CELLS:
        message = f"a matrix of {asked:,} cells; at most {CELLS:,} can be looked through"
        raise SpecError(Problem(message, experiment.where("matrix"), "take values out of its axes"))
    expansion = Expansion(experiment.grid)
    drafts = Drafts(experiment, Contents(fingerprints, checkpoints, tokenizers), machine)
    kept, excluded, problems = gather(experiment, expansion, drafts)
    problems += [Problem(message, experiment.where(*key), hint) for key, message, hint in expansion.idle()]
    problems += drafts.problems()
    for key, message, hint in (
        too_much(experiment.resources, experiment.limits.max_concurrent, machine) if machine else ()
    ):
        problems.append(Problem(message, experiment.where(*key), hint))
    if problems := problems or [
        *twins(experiment, kept),
        *uncompared(experiment, kept),
        *problem_of_empty_plan(experiment, kept),
    ]:
        raise SpecError(*in_order(problems))
    return Plan(Trials(experiment, kept), excluded)


def gather(
    experiment: Experiment, expansion: Expansion, drafts: Drafts
) -> tuple[list[Draft], list[Excluded], list[Problem]]:
    """Return the cells that are tried, those that are not, and the include rules that a constraint undoes."""
    kept: list[Draft | None] = []
    excluded: list[Excluded] = []
    drawn, missed = sample(experiment, drafts)
    undone: dict[Problem, None] = dict.fromkeys(missed)
    for cell in expansion:
        if drawn is not None and cell.included is None and context_key(cell.variant) not in drawn:
            excluded.append(Excluded(as_json_values(cell.variant), cell.seed, excluding_rule(cell, drafts) or RULE))
        elif rule := excluding_rule(cell, drafts):
            excluded.append(Excluded(as_json_values(cell.variant), cell.seed, rule))
            if cell.included is not None:
                where = experiment.where("matrix", "include", cell.included)
                undone[Problem(f"the trial of this rule is taken out again by {rule}", where)] = None
        elif len(kept) == experiment.limits.max_trials:
            raise SpecError(problem_of_long_plan(experiment))
        else:
            kept.append(drafts.draft(cell))
    return [draft for draft in kept if draft], excluded, [*undone]


def sample(experiment: Experiment, drafts: Drafts) -> tuple[frozenset[str] | None, list[Problem]]:
    """Return the contexts that a random search has drawn, None where all are tried, and what is wrong with the draw."""
    if experiment.search.algorithm == "grid":
        return None, []
    cells = Expansion(experiment.grid).grid()
    drawn, there = draw_contexts(
        experiment.search, (context_key(cell.variant) for cell in cells if not excluding_rule(cell, drafts))
    )
    where = experiment.where("search", "samples")
    return drawn, [Problem(message, where, hint) for message, hint in problems_of_draw(experiment.search, there)]


def excluding_rule(cell: Cell, drafts: Drafts) -> str:
    """Return what takes a cell out, as the file names it."""
    if cell.excluded is not None:
        return f"matrix.exclude[{cell.excluded}]"
    return drafts.broken(cell) or drafts.impossible(cell)


def problem_of_empty_plan(experiment: Experiment, drafts: list[Draft]) -> Iterator[Problem]:
    """Yield a problem where nothing is left to try."""
    if not drafts:
        hint = "exclude rules and constraints take out all of them"
        yield Problem(f"0 of {plural(count_cells(experiment.grid), 'trial')} left", experiment.where("matrix"), hint)


def problem_of_long_plan(experiment: Experiment) -> Problem:
    """Return the problem of a plan that is longer than it should be."""
    limit = experiment.limits.max_trials
    asked = count_cells(experiment.grid)
    message = f"more than {limit:,} trials, of {asked:,} cells in the matrix"
    return Problem(message, experiment.where("limits", "max_trials"), "raise max_trials if all of them are meant")
