"""What variants with the same method, model, data set and keys have in common, worked out once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType
from typing import Any, NamedTuple

from xp.dsl.canonical import Pieces
from xp.dsl.deepspeed.base import Base
from xp.dsl.dotted import SETTINGS, applies, flatten, nest
from xp.dsl.experiment import Experiment
from xp.dsl.matrix import Variant
from xp.dsl.origin import file_defaults
from xp.dsl.resources import Machine
from xp.dsl.rules import OF_THE_MACHINE, RULES, Case, Finding
from xp.dsl.settings import Settings
from xp.dsl.traced import Traced
from xp.dsl.trial import DIGITS, Subject, canonical, identity_parts, non_default
from xp.dsl.tuning import Tuning

DEFAULTS = {name: setting.default for name, setting in SETTINGS.items()}

REQUIRED = {name: name.partition(".")[0] for name, setting in SETTINGS.items() if setting.field.is_required()}
"""Settings that have no default, each with the table that needs it."""


class Contents(NamedTuple):
    """What lies behind names, as hashes: two things of one name may differ, two of one content do not."""

    datasets: Mapping[str, str]
    """Name of a data set → hash of its content."""

    checkpoints: Mapping[str, str]
    """Name of a model → hash of its checkpoint's files, where it has any here."""

    tokenizers: Mapping[str, str] = MappingProxyType({})
    """Name of a model → hash of the files of its own tokenizer, where it has any here."""


class Shape:
    """One method with one model and one data set, and the settings that axes and include rules add."""

    def __init__(self, experiment: Experiment, contents: Contents, machine: Machine | None, variant: Variant) -> None:
        method, model, dataset = (variant[name] for name in ("method", "model", "dataset"))
        self.base: Base | None = experiment.base_of(method)
        self.search = search_of(experiment, method)
        self.fixed = {**file_defaults(experiment), **flatten(experiment.method(method).settings)}
        self.varying = [name for name in variant if name in SETTINGS]
        self.case = Case(Settings(), experiment.model(model), machine, experiment.resources)
        self.model, self.dataset = self.case.model, experiment.dataset(dataset)
        self.fingerprint = contents.datasets[dataset]
        self.checkpoint, self.tokenizer = contents.checkpoints.get(model), contents.tokenizers.get(model)
        self.whole = False
        """Whether nothing was missing in a variant; without a file, others of this shape have the same keys."""

        self.findings: Traced[tuple[Finding, ...]] = Traced(self.broken_rules, self.varying)

    def written(self, variant: Variant) -> dict[str, Any]:
        """Return what defaults, method and axes say, the later ones winning."""
        return {**self.fixed, **{name: variant[name] for name in self.varying}}

    def values(self, variant: Variant) -> dict[str, Any]:
        """Return what is written, completed by the DeepSpeed file that the method starts from."""
        return self.completed(self.written(variant))

    def completed(self, written: dict[str, Any]) -> dict[str, Any]:
        """Return what is written, completed by the DeepSpeed file that the method starts from."""
        return written if self.base is None else self.base.completed(written)

    def lookup(self, variant: Variant, seed: int, names: Iterable[str]) -> dict[str, Any]:
        """Return settings and axes of a cell by their names, defaults where nothing is said."""
        found: dict[str, Any] = {**self.values(variant), **variant, "seed": seed}
        opened = {name.partition(".")[0] for name in found}
        return {
            name: found[name] if name in found else DEFAULTS[name] if applies(name, opened) else None for name in names
        }

    def broken_rules(self, settings: Settings) -> tuple[Finding, ...]:
        """Return what rules over a whole trial object to."""
        case = self.case.of(settings)
        return tuple(finding for rule in RULES for finding in rule(case))

    def missing(self, values: Mapping[str, Any]) -> list[str]:
        """Return the settings that have no default and are not given, of the tables that are."""
        if self.base is None and self.whole:
            return []
        missing = [
            name
            for name, table in REQUIRED.items()
            if name not in values and any(other.startswith(f"{table}.") for other in values)
        ]
        self.whole = not missing
        return missing

    def objections(self, values: Mapping[str, Any]) -> tuple[Finding, ...]:
        """Return what rules object to in settings by their dotted names, asking only what is not known yet."""
        if self.base is not None:  # its file may open other tables for other values
            return self.broken_rules(settings_of(values))
        return self.findings.answer(lambda name: values.get(name, DEFAULTS[name]), lambda: settings_of(values))

    def out_of_reach(self, values: Mapping[str, Any]) -> str:
        """Return what of this machine stands against these settings, and how to mend it; nothing if nothing does."""
        if any(self.missing(values)):
            return ""  # told elsewhere
        case = self.case.of(settings_of(values))
        finding = next((finding for rule in OF_THE_MACHINE for finding in rule(case)), None)
        return "" if finding is None else "; ".join(filter(None, (finding.message, finding.hint)))

    @cached_property
    def pieces(self) -> Pieces | None:
        """What puts the text of settings together; a DeepSpeed file leaves it open which settings there are."""
        return Pieces(self.fixed, self.varying) if self.base is None else None

    @cached_property
    def digest(self) -> Any:
        """The hash of everything that an id is made of, up to the seed: ``seed`` and ``settings`` sort last."""
        return sha256(f'{canonical(identity_parts(self.subject(Settings())))[:-1]},"seed":'.encode())

    def subject(self, settings: Settings) -> Subject:
        """Return what trials with these settings are about."""
        return Subject(
            settings,
            self.model,
            self.checkpoint,
            self.dataset,
            self.fingerprint,
            self.base.rest if self.base else {},
            self.search,
            self.tokenizer,
        )


class Resolved:
    """A variant with all its settings; they are made into a table only when somebody wants to see it."""

    def __init__(self, shape: Shape, values: Mapping[str, Any]) -> None:
        self.shape = shape
        self.values = values
        self.tail = f',"settings":{self.text()}}}'

    def text(self) -> str:
        """Return its settings as an id is made of them."""
        pieces = self.shape.pieces
        return canonical(non_default(self.subject.settings)) if pieces is None else pieces.text(self.values)

    @cached_property
    def subject(self) -> Subject:
        """What its trials are about."""
        return self.shape.subject(settings_of(self.values))

    def id(self, seed: int) -> str:
        """Return the id of its trial with a seed."""
        digest = self.shape.digest.copy()
        digest.update(f"{seed}{self.tail}".encode())
        return str(digest.hexdigest()[:DIGITS])


def settings_of(values: Mapping[str, Any]) -> Settings:
    """Return settings by their dotted names as a table."""
    return Settings.model_validate(nest(values))


def search_of(experiment: Experiment, method: str) -> Tuning | None:
    """Return the search of a method, with the metric that it looks at."""
    search, objective = experiment.method(method).search, experiment.objective
    own = experiment.measures.get(objective.metric) if objective else None
    return search and search.judged_by(own.metric if own else objective.metric if objective else None)
