"""The whole experiment file, read and understood."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from pydantic import PrivateAttr

from xp.dsl.axes import Matrix
from xp.dsl.claims import Claims
from xp.dsl.deepspeed.base import Base
from xp.dsl.document import Document
from xp.dsl.measures import Measure
from xp.dsl.objective import Objective
from xp.dsl.own_measures import BUILT_IN, OwnMeasure
from xp.dsl.price import Price
from xp.dsl.resources import Resources
from xp.dsl.sampling import Search
from xp.dsl.spec import Carbon, Dataset, Defaults, Header, Limits, Method, Model
from xp.dsl.table import Slug, Table

UNCHANGED = Method()
"""The method of a file that has none: it changes nothing."""


class Experiment(Table):
    """The whole file."""

    extends: str | None = None
    """A file, relative to this one, whose tables are taken over, but for ``[experiment]``; what this file says wins."""

    experiment: Header
    """What the file is about."""

    defaults: Defaults = Defaults()
    """What every trial starts from."""

    models: Mapping[Slug, Model] = {}
    """Models by the names that ``model`` uses."""

    datasets: Mapping[Slug, Dataset] = {}
    """Data sets by the names that ``dataset`` uses."""

    methods: Mapping[Slug, Method] = {}
    """Methods by the names that ``method`` uses."""

    matrix: Matrix = Matrix()
    """Which combinations are tried."""

    search: Search = Search()
    """Whether all of these are tried, or some that are drawn."""

    claims: Claims = Claims()
    """What it takes to believe a claim."""

    measures: Mapping[Slug, OwnMeasure] = {}
    """Measures of this experiment's own, beside those that every experiment has."""

    carbon: Carbon = Carbon()
    """Where the electricity comes from."""

    resources: Resources = Resources()
    """What each trial takes of the machine."""

    limits: Limits = Limits()
    """When enough is enough."""

    prices: Mapping[Slug, Price] = {}
    """What the machine costs, by tariff; the measure ``cost`` takes the first. They can be changed after the run."""

    objective: Objective | None = None
    """What the best trial is best at."""

    _document: Document = PrivateAttr(default_factory=Document)
    _bases: Mapping[str, Base] = PrivateAttr(default_factory=dict)

    def written_in(self, document: Document, bases: Mapping[str, Base]) -> Experiment:
        """Remember the file that this was read from, and the DeepSpeed files that it names; return self."""
        self._document = document
        self._bases = bases
        return self

    @property
    def file(self) -> Path:
        """The file."""
        return self._document.file

    @property
    def folder(self) -> Path:
        """The folder that relative paths start from, absolute."""
        return self._document.folder

    @property
    def text(self) -> str:
        """The file's text, as it was read."""
        return self._document.text

    @property
    def further_files(self) -> tuple[tuple[str, str], ...]:
        """Name and text of every other file that it is made of: those that it extends, and those of DeepSpeed."""
        extended = [(one.file.name, one.text) for one in self._document.chain[1:]]
        return (*extended, *((Path(base.file.file).name, base.file.text) for base in self._bases.values()))

    @property
    def overrides(self) -> tuple[str, ...]:
        """What the command line sets, as it was typed."""
        return tuple(self._document.given.values())

    def where(self, *key: str | int) -> str:
        """Return ``file:line:column: dotted.key`` of a key of this file."""
        return self._document.where(key)

    def given(self, *key: str | int) -> bool:
        """Tell whether the command line sets this key."""
        return bool(self._document.argument(key))

    def says(self, *key: str | int) -> bool:
        """Tell whether this file, the one that it extends or the command line says this very key."""
        return self._document.says(key)

    def model(self, name: str) -> Model:
        """Return a model by its name in ``[models]``; any other name is a hub id or a folder."""
        return self.models.get(name) or Model(checkpoint=name)

    def dataset(self, name: str) -> Dataset:
        """Return a data set by its name in ``[datasets]``; any other name is a hub id or a path."""
        return self.datasets.get(name) or Dataset(path=name)

    def measure(self, name: str) -> Measure:
        """Return a measure by its name: one of this file's own, or one that every experiment has."""
        return self.measures[name].measure(name) if name in self.measures else BUILT_IN[name]

    @cached_property
    def grid(self) -> Matrix:
        """The matrix with ``method``, ``model`` and ``dataset`` as axes, whether the file varies them or not."""
        names = {
            "method": tuple(self.methods) or ("baseline",),
            "model": (self.defaults.model,),
            "dataset": (self.defaults.dataset,),
        }
        missing = {name: values for name, values in names.items() if name not in self.matrix.axes}
        return self.matrix.model_copy(update={"axes": {**missing, **self.matrix.axes}})

    def tried(self, kind: str) -> tuple[str, ...]:
        """Return the methods, models or data sets that the matrix names, include rules too."""
        included = [rule[kind] for rule in self.matrix.include if kind in rule]
        return tuple(dict.fromkeys([*self.grid.axes[kind], *included]))

    @property
    def method_names(self) -> tuple[str, ...]:
        """The methods that are tried."""
        return self.tried("method")

    def method(self, name: str) -> Method:
        """Return a method by its name; without ``[methods]`` there is one that changes nothing."""
        return self.methods[name] if self.methods else UNCHANGED

    def base_of(self, method: str) -> Base | None:
        """Return the DeepSpeed file that a method starts from, None where it starts from none."""
        name = self.method(method).deepspeed or self.defaults.deepspeed
        return self._bases[name] if name else None

    @property
    def baseline(self) -> str:
        """The method that others are compared with, unless they name another."""
        names = self.method_names
        return self.experiment.baseline or ("baseline" if "baseline" in names else names[0])

    def baseline_of(self, method: str) -> str:
        """Return the method that *method* is compared with."""
        return self.method(method).baseline or self.baseline
