"""One cell becomes a trial: its settings are put together and every rule is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from xp.dsl.deepspeed.meaning import STAGE
from xp.dsl.errors import Problem
from xp.dsl.experiment import Experiment
from xp.dsl.labels import labels
from xp.dsl.matrix import Cell, Variant
from xp.dsl.origin import place_of_setting
from xp.dsl.resources import Machine
from xp.dsl.rules import Finding
from xp.dsl.shape import Contents, Resolved, Shape, settings_of
from xp.dsl.tuning_rules import objections


class Draft(NamedTuple):
    """A trial that no rule objects to, before it is known to be the only one of its kind."""

    variant: Variant
    seed: int
    resolved: Resolved
    id: str


class Drafts:
    """Makes drafts of one experiment, noting what is wrong on the way."""

    def __init__(self, experiment: Experiment, contents: Contents, machine: Machine | None) -> None:
        self.experiment = experiment
        self.contents = contents
        self.machine = machine
        self.shapes: dict[tuple[str, ...], Shape] = {}
        self.seen: dict[int, tuple[Variant, Resolved | None]] = {}
        """Variants by their place in memory, which they keep as they are kept here: seeds of one share it."""

        self.wrong: dict[Problem, list[Variant]] = {}
        constraints = experiment.matrix.constraints
        self.named = frozenset(name for constraint in constraints for name in constraint.names)
        self.broken_by: dict[int, tuple[Variant, str]] = {}

    def shape(self, variant: Variant) -> Shape:
        """Return what a variant has in common with others."""
        key = (variant["method"], variant["model"], variant["dataset"], *variant)
        if key not in self.shapes:
            self.shapes[key] = Shape(self.experiment, self.contents, self.machine, variant)
        return self.shapes[key]

    def broken(self, cell: Cell) -> str:
        """Return the constraint that a cell does not meet, as the file names it."""
        if not self.named:
            return ""
        if "seed" in self.named:
            return self.unmet(cell)
        if id(cell.variant) not in self.broken_by:
            self.broken_by[id(cell.variant)] = cell.variant, self.unmet(cell)
        return self.broken_by[id(cell.variant)][1]

    def unmet(self, cell: Cell) -> str:
        """Return the first constraint that a cell does not meet."""
        lookup = self.shape(cell.variant).lookup(cell.variant, cell.seed, self.named)
        for number, constraint in enumerate(self.experiment.matrix.constraints):
            if not constraint.holds(lookup):
                return f"matrix.constraints[{number}]: {constraint.text}"
        return ""

    def impossible(self, cell: Cell) -> str:
        """Return why this machine cannot run the cell of an optional method, nothing where it can."""
        method = cell.variant["method"]
        if not self.experiment.method(method).optional:
            return ""
        shape = self.shape(cell.variant)
        reason = shape.out_of_reach(shape.values(cell.variant))
        return f"methods.{method}.optional: {reason}" if reason else ""

    def draft(self, cell: Cell) -> Draft | None:
        """Return the trial of a cell, None where it is wrong."""
        variant, seed, _, _ = cell
        known = self.seen.get(id(variant))
        if known is None:
            known = self.seen[id(variant)] = variant, self.resolve(variant)
        resolved = known[1]
        return None if resolved is None else Draft(variant, seed, resolved, resolved.id(seed))

    def resolve(self, variant: Variant) -> Resolved | None:
        """Return a variant with its settings, None where something is wrong with them."""
        shape = self.shape(variant)
        written = shape.written(variant)
        values = shape.completed(written)
        gaps = [*shape.base.gaps(written)] if shape.base else []
        findings = [*shape.base.contradictions(written)] if shape.base else []
        # where a file leaves the stage to the experiment, that is a gap and told as one
        missing = [STAGE] if shape.base and STAGE not in values else self.lacking(shape, values, variant)
        if not missing:
            if not (shape.search and shape.search.space):  # otherwise they are asked of what it trains with
                findings += shape.objections(values)
            gaps += self.unsearchable(shape, values, variant)
        for problem in [*gaps, *(self.placed(finding, variant) for finding in findings)]:
            self.note(problem, variant)
        return None if gaps or findings or missing else Resolved(shape, values)

    def lacking(self, shape: Shape, values: Mapping[str, Any], variant: Variant) -> list[str]:
        """Return the settings that have no default and are not given, and note them."""
        missing = shape.missing(values)
        for name in missing:
            beside = next(other for other in values if other.startswith(name.rpartition(".")[0]))
            where = place_of_setting(self.experiment, variant, beside)
            self.note(Problem(f"lacks {name}", where, f"set {name} in the same place, or in [defaults]"), variant)
        return missing

    def unsearchable(self, shape: Shape, values: Mapping[str, Any], variant: Variant) -> Iterator[Problem]:
        """Yield what the search of a method cannot try with these settings, and what it would not look at."""
        if shape.search is None:
            return
        most, asked = self.experiment.limits.max_trials, shape.search.trainings
        if asked > most:
            message = f"{asked:,} trainings of each trial, more than the {most:,} that limits.max_trials permits"
            where = self.experiment.where("methods", variant["method"], "search")
            yield Problem(message, where, "raise max_trials if all of them are meant")
        for key, message, hint, setting in objections(shape.search, shape.case.of(settings_of(values))):
            inside = self.experiment.where("methods", variant["method"], "search", *key)
            yield Problem(message, place_of_setting(self.experiment, variant, setting) if setting else inside, hint)
        for name in shape.search.decided:
            if name in variant:  # by an include rule: of axes it is said before anything is planned
                hint = "take it out, or name in the rule the methods that it is for"
                where = place_of_setting(self.experiment, variant, name)
                yield Problem("has no effect: the method's search decides", where, hint)

    def placed(self, finding: Finding, variant: Variant) -> Problem:
        """Return a finding as a problem at the place that decides its setting."""
        return Problem(finding.message, place_of_setting(self.experiment, variant, finding.setting), finding.hint)

    def note(self, problem: Problem, variant: Variant) -> None:
        """Remember what is wrong with a variant."""
        self.wrong.setdefault(problem, []).append(variant)

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong, each with the variants it is wrong in."""
        if not self.wrong:
            return
        variants = [variant for variant, _ in self.seen.values()]
        names = dict(zip(map(id, variants), labels(variants), strict=True))
        for problem, wrong in self.wrong.items():
            more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
            message = f"{problem.message} (in {names[id(wrong[0])]}{more})"
            yield Problem(message, problem.where, problem.hint)
