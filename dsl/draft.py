"""One cell becomes a trial: its settings are put together and every rule is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import ValidationError

from xp.dsl.dotted import SETTINGS, flatten, nest
from xp.dsl.errors import Problem
from xp.dsl.experiment import Experiment
from xp.dsl.labels import labels
from xp.dsl.matrix import Variant
from xp.dsl.origin import given, origin
from xp.dsl.rules import RULES, Case, Machine
from xp.dsl.settings import Settings
from xp.dsl.spec import Dataset, Model
from xp.dsl.spelling import dotted
from xp.dsl.trial import identity


class Draft(NamedTuple):
    """A trial that no rule objects to, before it is known to be the only one of its kind."""

    variant: Variant
    seed: int
    settings: Settings
    model: Model
    dataset: Dataset
    fingerprint: str
    id: str


class Drafts:
    """Makes drafts of one experiment, noting what is wrong on the way."""

    def __init__(self, experiment: Experiment, fingerprints: Mapping[str, str], machine: Machine | None) -> None:
        self.experiment = experiment
        self.fingerprints = fingerprints
        self.machine = machine
        self.given = given(experiment)
        self.checked: dict[str, Settings | None] = {}
        self.wrong: dict[Problem, list[Variant]] = {}

    def draft(self, variant: Variant, seed: int) -> Draft | None:
        """Return the trial of a cell, None where it is wrong."""
        key = repr(variant)
        if key not in self.checked:
            self.checked[key] = self.check(variant)
        settings = self.checked[key]
        if settings is None:
            return None
        model = self.experiment.model(variant["model"])
        dataset = self.experiment.dataset(variant["dataset"])
        fingerprint = self.fingerprints[variant["dataset"]]
        content = identity(settings, model, dataset, fingerprint, seed)
        return Draft(variant, seed, settings, model, dataset, fingerprint, content)

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
        """Return defaults, method and axes as one, the later ones winning."""
        method = flatten(self.experiment.method(variant["method"]).settings)
        axes = {name: value for name, value in variant.items() if name in SETTINGS}
        written = {**self.given, **method, **axes}
        try:
            return Settings.model_validate(nest(written))
        except ValidationError as error:
            for detail in error.errors():
                self.lacks(dotted(detail["loc"]), [*written], variant)
            return None

    def lacks(self, name: str, written: list[str], variant: Variant) -> None:
        """Note a setting that has no default and is not given: all others were checked when the file was read."""
        beside = next(other for other in written if other.startswith(name.rpartition(".")[0]))
        where = self.experiment.where(*origin(self.experiment, variant, beside))
        self.note(Problem(f"lacks {name}", where, f"set {name} in the same place, or in [defaults]"), variant)

    def note(self, problem: Problem, variant: Variant) -> None:
        """Remember what is wrong with a variant."""
        self.wrong.setdefault(problem, []).append(variant)

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong, each with the variants it is wrong in."""
        names = dict(zip(map(repr, self.seen()), labels(self.seen()), strict=True))
        for problem, variants in self.wrong.items():
            more = f" and {len(variants) - 1} more" if len(variants) > 1 else ""
            message = f"{problem.message} (in {names[repr(variants[0])]}{more})"
            yield Problem(message, problem.where, problem.hint)

    def seen(self) -> list[Variant]:
        """Return the variants that something is wrong with."""
        return list({repr(variant): variant for variants in self.wrong.values() for variant in variants}.values())
