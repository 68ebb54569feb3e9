"""One cell becomes a trial: its settings are put together and every rule is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from xp.dsl.dotted import SETTINGS, completed, flatten, nest
from xp.dsl.errors import Problem
from xp.dsl.experiment import Experiment
from xp.dsl.labels import labels
from xp.dsl.matrix import Cell, Variant
from xp.dsl.origin import given, origin
from xp.dsl.rules import RULES, Case, Machine
from xp.dsl.settings import Settings
from xp.dsl.spelling import dotted
from xp.dsl.trial import Subject, identity


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
        self.checked: dict[str, Settings | None] = {}
        self.seen: dict[str, Variant] = {}
        self.wrong: dict[Problem, list[Variant]] = {}

    def written(self, variant: Variant) -> dict[str, Any]:
        """Return what defaults, method and axes say, the later ones winning."""
        axes = {name: value for name, value in variant.items() if name in SETTINGS}
        return {**self.given, **self.methods[variant["method"]], **axes}

    def broken(self, cell: Cell) -> str:
        """Return the constraint that a cell does not meet, as the file names it."""
        constraints = self.experiment.matrix.constraints
        if not constraints:
            return ""
        lookup = {**completed(self.written(cell.variant)), **cell.variant, "seed": cell.seed}
        for place, constraint in enumerate(constraints):
            if not constraint.holds(lookup):
                return f"matrix.constraints[{place}]: {constraint.text}"
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
        )
        return Draft(variant, cell.seed, subject, identity(subject, cell.seed))

    def check(self, variant: Variant) -> Settings | None:
        """Return the settings of a variant, None where something is wrong with them."""
        settings = self.settings(variant)
        if settings is None:
            return None
        case = Case(settings, self.experiment.model(variant["model"]), self.machine)
        findings = [finding for rule in RULES for finding in rule(case)]
        for setting, message, hint in findings:
            where = self.experiment.where(*origin(self.experiment, variant, setting))
            self.note(Problem(message, where, hint), variant)
        return None if findings else settings

    def settings(self, variant: Variant) -> Settings | None:
        """Return the settings of a variant, None where one is missing."""
        written = self.written(variant)
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
        where = self.experiment.where(*origin(self.experiment, variant, beside))
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
