"""One cell becomes a trial: its settings are put together and every rule is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from xp.dsl.deepspeed.meaning import STAGE
from xp.dsl.dotted import SETTINGS, completed, flatten, nest
from xp.dsl.errors import Problem
from xp.dsl.experiment import Experiment
from xp.dsl.labels import labels
from xp.dsl.matrix import Cell, Variant
from xp.dsl.origin import given, place
from xp.dsl.rules import RULES, Case, Finding, Machine
from xp.dsl.settings import Settings
from xp.dsl.spelling import dotted
from xp.dsl.trial import Subject, identity
from xp.dsl.tuned import objections
from xp.dsl.tuning import Tuning


class Draft(NamedTuple):
    """A trial that no rule objects to, before it is known to be the only one of its kind."""

    variant: Variant
    seed: int
    subject: Subject
    id: str


class Contents(NamedTuple):
    """What lies behind names, as hashes: two things of one name may differ, two of one content do not."""

    datasets: Mapping[str, str]
    """Name of a data set → hash of its content."""

    checkpoints: Mapping[str, str]
    """Name of a model → hash of its files, where it has any here."""


class Drafts:
    """Makes drafts of one experiment, noting what is wrong on the way."""

    def __init__(self, experiment: Experiment, contents: Contents, machine: Machine | None) -> None:
        self.experiment = experiment
        self.contents = contents
        self.machine = machine
        self.given = given(experiment)
        self.methods = {name: flatten(experiment.method(name).settings) for name in experiment.method_names}
        self.bases = {name: experiment.base_of(name) for name in experiment.method_names}
        self.searches = {name: searched(experiment, name) for name in experiment.method_names}
        self.checked: dict[str, Settings | None] = {}
        self.seen: dict[str, Variant] = {}
        self.wrong: dict[Problem, list[Variant]] = {}

    def written(self, variant: Variant) -> dict[str, Any]:
        """Return what defaults, method and axes say, the later ones winning."""
        axes = {name: value for name, value in variant.items() if name in SETTINGS}
        return {**self.given, **self.methods[variant["method"]], **axes}

    def based(self, variant: Variant) -> dict[str, Any]:
        """Return what is written, completed by the DeepSpeed file that the method starts from."""
        base, written = self.bases[variant["method"]], self.written(variant)
        return written if base is None else base.completed(written)

    def broken(self, cell: Cell) -> str:
        """Return the constraint that a cell does not meet, as the file names it."""
        constraints = self.experiment.matrix.constraints
        if not constraints:
            return ""
        lookup = {**completed(self.based(cell.variant)), **cell.variant, "seed": cell.seed}
        for number, constraint in enumerate(constraints):
            if not constraint.holds(lookup):
                return f"matrix.constraints[{number}]: {constraint.text}"
        return ""

    def draft(self, cell: Cell) -> Draft | None:
        """Return the trial of a cell, None where it is wrong."""
        variant = cell.variant
        key = repr(variant)
        if key not in self.checked:
            self.seen[key] = variant
            self.checked[key] = self.check(variant)
        settings = self.checked[key]
        if settings is None:
            return None
        subject = Subject(
            settings=settings,
            model=self.experiment.model(variant["model"]),
            checkpoint=self.contents.checkpoints.get(variant["model"]),
            dataset=self.experiment.dataset(variant["dataset"]),
            fingerprint=self.contents.datasets[variant["dataset"]],
            deepspeed=base.rest if (base := self.bases[variant["method"]]) else {},
            search=self.searches[variant["method"]],
        )
        return Draft(variant, cell.seed, subject, identity(subject, cell.seed))

    def check(self, variant: Variant) -> Settings | None:
        """Return the settings of a variant, None where something is wrong with them."""
        base, written = self.bases[variant["method"]], self.written(variant)
        gaps = [*base.gaps(written)] if base else []
        findings = [*base.contradictions(written)] if base else []
        settings = self.settings(variant)
        if settings is not None:
            case = Case(settings, self.experiment.model(variant["model"]), self.machine)
            findings += [finding for rule in RULES for finding in rule(case)]
            gaps += self.unsearchable(variant["method"], case)
        for problem in [*gaps, *(self.placed(finding, variant) for finding in findings)]:
            self.note(problem, variant)
        return None if gaps or findings else settings

    def unsearchable(self, method: str, case: Case) -> Iterator[Problem]:
        """Yield what the search of a method cannot try with these settings."""
        search = self.searches[method]
        for key, message, hint in objections(search, case) if search else ():
            yield Problem(message, self.experiment.where("methods", method, "search", *key), hint)

    def placed(self, finding: Finding, variant: Variant) -> Problem:
        """Return a finding as a problem at the place that decides its setting."""
        return Problem(finding.message, place(self.experiment, variant, finding.setting), finding.hint)

    def settings(self, variant: Variant) -> Settings | None:
        """Return the settings of a variant, None where one is missing."""
        written = self.based(variant)
        if self.bases[variant["method"]] and STAGE not in written:
            return None  # the file leaves it to the experiment: a gap, and told as one
        try:
            return Settings.model_validate(nest(written))
        except ValidationError as error:
            if any(detail["type"] != "missing" for detail in error.errors()):
                raise  # every value was checked when the file was read
            for detail in error.errors():
                self.lacks(dotted(detail["loc"]), [*written], variant)
            return None

    def lacks(self, name: str, written: list[str], variant: Variant) -> None:
        """Note a setting that has no default and is not given."""
        beside = next(other for other in written if other.startswith(name.rpartition(".")[0]))
        where = place(self.experiment, variant, beside)
        self.note(Problem(f"lacks {name}", where, f"set {name} in the same place, or in [defaults]"), variant)

    def note(self, problem: Problem, variant: Variant) -> None:
        """Remember what is wrong with a variant."""
        self.wrong.setdefault(problem, []).append(variant)

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong, each with the variants it is wrong in."""
        names = dict(zip(self.seen, labels([*self.seen.values()]), strict=True))
        for problem, variants in self.wrong.items():
            more = f" and {len(variants) - 1} more" if len(variants) > 1 else ""
            message = f"{problem.message} (in {names[repr(variants[0])]}{more})"
            yield Problem(message, problem.where, problem.hint)


def searched(experiment: Experiment, method: str) -> Tuning | None:
    """Return the search of a method, with the metric that it looks at."""
    search, objective = experiment.method(method).search, experiment.objective
    return search and search.judged_by(objective.metric if objective else None)
