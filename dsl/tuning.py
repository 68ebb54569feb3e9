"""``search`` of a method: a trial that trains several times and keeps the best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf, prod
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PositiveFloat, PositiveInt, Strict, ValidationError, model_validator

from xp.dsl.dotted import SETTINGS
from xp.dsl.errors import did_you_mean
from xp.dsl.kinds import sort_of
from xp.dsl.metrics import ROUGES
from xp.dsl.objective import Goal
from xp.dsl.partial import Partial
from xp.dsl.refusals import Refusals, refusal
from xp.dsl.settings import Settings
from xp.dsl.spelling import Key, excerpt
from xp.dsl.table import Table
from xp.dsl.vocabulary import hint

METRICS = ("eval_loss", *(f"eval_{rouge}" for rouge in ROUGES))
"""What a search may look at: numbers of the validation split."""

MUTABLE = (
    "learning_rate",
    "weight_decay",
    "adam_beta1",
    "adam_beta2",
    "adam_epsilon",
    "max_grad_norm",
    "label_smoothing_factor",
)
"""What can change in the middle of a training. The optimizer reads the first five at every step, clipping and loss the
others; anything else is built into the model, the data order or the partitions, which a donor's checkpoint fixes."""

OF = {
    "space": ("grid", "random", "pbt"),
    "schedule": ("replay",),
    "samples": ("random",),
    "population": ("pbt",),
    "generations": ("pbt",),
    "quantile_fraction": ("pbt",),
    "resample_probability": ("pbt",),
    "perturbation_factors": ("pbt",),
}
"""Keys that mean something to some algorithms only."""

NEEDED = {"grid": (), "random": ("samples",), "pbt": ("population", "generations"), "replay": ("schedule",)}
"""Keys that an algorithm cannot do without."""

PAIR = 2

Values = Annotated[tuple[Any, ...], Strict(strict=False)]
Factors = Annotated[tuple[PositiveFloat, ...], Strict(strict=False), Field(min_length=1)]


class Space(Table):
    """``space.SETTING`` of a search: the values that one setting may take, listed or between two bounds."""

    values: Values = ()
    """Values to choose from, in order: a neighbour in this list is what a perturbed member moves to."""

    low: float | None = None
    """Least value of a range."""

    high: float | None = None
    """Greatest value of a range."""

    log: bool = False
    """Whether a range is drawn from evenly in its logarithm."""

    @property
    def ranges(self) -> bool:
        """Whether it is a range."""
        return not self.values

    @model_validator(mode="before")
    @classmethod
    def is_no_list(cls, raw: Any) -> Any:
        """Refuse a list in place of the table that holds it."""
        if isinstance(raw, list):
            raise refusal(f"should be a table, got {excerpt(raw)}", f"write {{ values = {excerpt(raw)} }}")
        return raw

    @model_validator(mode="after")
    def says_one_thing(self) -> Self:
        """Refuse a space that is both a list and a range, or neither."""
        refusals = Refusals("Space")
        bounds = [bound for bound in (self.low, self.high) if bound is not None]
        if bool(self.values) == bool(bounds):
            refusals.add(
                (), "a space has either values or low and high", "write { low = 1e-5, high = 1e-3, log = true }"
            )
        elif self.values and self.log:
            refusals.add(("log",), "has no effect on a list of values")
        elif self.values and len(self.values) < PAIR:
            refusals.add(("values",), "there is nothing to search: give two values or more")
        elif bounds and (len(bounds) < PAIR or bounds[0] >= bounds[1]):
            refusals.add((), "a range needs a low and a greater high")
        elif self.log and bounds[0] <= 0:
            refusals.add(("low",), f"should be greater than 0 where log = true, got {excerpt(self.low)}")
        refusals.raise_any()
        return self

    def size(self, whole: bool) -> float:
        """Return how many values there are to choose from; a range of *whole* numbers has both of its ends."""
        if self.low is None or self.high is None:
            return len(self.values)
        return self.high - self.low + 1 if whole else inf

    def samples(self) -> Iterator[tuple[Key, Any]]:
        """Yield values that stand for all, each with its key: the listed ones, or both ends of a range."""
        if self.ranges:
            yield ("low",), self.low
            yield ("high",), self.high
        for place, value in enumerate(self.values):
            yield ("values", place), value


class Piece(Table):
    """``schedule`` of a replay: the settings of some steps."""

    until: PositiveInt
    """The optimizer step behind which they end."""

    settings: Annotated[Mapping[str, Any], Partial(Settings)]
    """What is trained with until then; the same settings in every piece."""


class Tuning(Table):
    """``search`` of a method: its trials train more than once; the best training speaks, and all of them cost."""

    algorithm: Literal["grid", "random", "pbt", "replay"]
    """All combinations, ``samples`` of them, Population Based Training, or one training by a schedule that it found."""

    space: Annotated[Mapping[str, Space], Field(json_schema_extra={"propertyNames": {"enum": list(SETTINGS)}})] = {}
    """Settings by their dotted names, each with the values it may take."""

    schedule: Annotated[tuple[Piece, ...], Strict(strict=False)] = ()
    """What a replay trains with, piece by piece: ``xp replay`` writes it."""

    samples: PositiveInt | None = None
    """Trainings of a random search."""

    population: PositiveInt | None = None
    """Members that train side by side with PBT, each the whole ``max_steps``."""

    generations: PositiveInt | None = None
    """Parts of equal length that PBT cuts a training into; between two of them members exploit and explore."""

    quantile_fraction: Annotated[float, Field(gt=0, le=0.5)] = 0.25
    """Share of the population that goes on from another member, and share of those that it may go on from."""

    resample_probability: Annotated[float, Field(ge=0, le=1)] = 0.25
    """How often a setting is drawn anew instead of being perturbed."""

    perturbation_factors: Factors = (0.8, 1.2)
    """What a setting with a range is multiplied by; it never leaves its range."""

    metric: str | None = None
    """What the best training is best at, on the validation split; unset, that of ``[objective]``, or ``eval_loss``."""

    @property
    def trainings(self) -> int:
        """How many trainings of full length it takes: searches with equal numbers have equal budgets."""
        if self.algorithm == "grid":
            return prod(len(space.values) for space in self.space.values())
        return (self.samples if self.algorithm == "random" else self.population) or 1

    @property
    def combinations(self) -> float:
        """How many different points its space has; infinitely many where a setting has a range of any numbers."""
        return prod(space.size(integral(name)) for name, space in self.space.items())

    @property
    def decided(self) -> dict[str, str]:
        """What stands for a setting that the search decides: over all its trainings, it has no one value."""
        names = [*self.space, *(name for piece in self.schedule for name in piece.settings)]
        return dict.fromkeys(names, "schedule" if self.algorithm in ("pbt", "replay") else "searched")

    @property
    def goal(self) -> Goal:
        """The way in which its metric is better."""
        return "minimize" if self.metric in (None, "eval_loss") else "maximize"

    def judged_by(self, objective: str | None) -> Tuning:
        """Return it with a metric: its own, that of an objective, or the loss."""
        return self.model_copy(update={"metric": self.metric or validation_metric(objective) or METRICS[0]})

    @model_validator(mode="after")
    def can_be_searched(self) -> Self:
        """Refuse what an algorithm cannot do, cannot do without, or would not look at."""
        refusals = Refusals("Tuning")
        self.check_keys(refusals)
        self.check_factors(refusals)
        self.check_metric(refusals)
        if self.algorithm == "replay":
            self.check_schedule(refusals)
        elif not self.space:
            refusals.add(("space",), "there is nothing to search", "name a setting and its values")
        for name, space in self.space.items():
            self.check_space(refusals, name, space)
        refusals.raise_any()
        if self.algorithm == "random" and self.trainings > self.combinations:
            message = f"there are {self.combinations:.0f} different trainings in this space, got {self.samples}"
            refusals.add(("samples",), message, "algorithm = 'grid' tries each of them once")
        refusals.raise_any()
        return self

    def check_keys(self, refusals: Refusals) -> None:
        """Note keys that are missing or belong to another algorithm."""
        for key in NEEDED[self.algorithm]:
            if not getattr(self, key):
                refusals.add((), f"algorithm = '{self.algorithm}' needs {key}")
        for key, algorithms in OF.items():
            changed = getattr(self, key) != type(self).model_fields[key].default
            if changed and self.algorithm not in algorithms:
                refusals.add((key,), f"has no effect with algorithm = '{self.algorithm}'")
        for key in ("population", "generations"):
            if getattr(self, key) == 1:
                refusals.add((key,), "should be 2 or more: one cannot learn from another")

    def check_factors(self, refusals: Refusals) -> None:
        """Note factors that change nothing."""
        for place, factor in enumerate(self.perturbation_factors):
            if factor == 1:
                refusals.add(("perturbation_factors", place), "a factor of 1 changes nothing")
        chosen = "perturbation_factors" in self.model_fields_set
        if self.algorithm == "pbt" and chosen and not any(space.ranges for space in self.space.values()):
            refusals.add(("perturbation_factors",), "has no effect: a value of a list moves to its neighbour")

    def check_metric(self, refusals: Refusals) -> None:
        """Note a metric that a search may not look at."""
        if self.metric is None or self.metric in METRICS:
            return
        meant = self.metric.replace("predict_", "eval_").replace("test_", "eval_")
        message = f"a search looks at the validation split only, got {excerpt(self.metric)}"
        if meant != self.metric:
            message += ": a test split that was searched on tests nothing any more"
        refusals.add(("metric",), message, did_you_mean(meant, METRICS) if meant not in METRICS else f"write '{meant}'")

    def check_schedule(self, refusals: Refusals) -> None:
        """Note what is wrong with a schedule."""
        names = [sorted(piece.settings) for piece in self.schedule]
        ends = [piece.until for piece in self.schedule]
        for place, piece in enumerate(self.schedule):
            key: Key = ("schedule", place)
            for name in piece.settings:
                if name not in MUTABLE:
                    refusals.add((*key, "settings", name), "cannot change in the middle of a training")
            if names[place] != names[0]:
                refusals.add((*key, "settings"), f"should set {', '.join(names[0])}, as the first piece does")
            if place and ends[place] <= ends[place - 1]:
                refusals.add(
                    (*key, "until"), f"should be greater than {ends[place - 1]}, where the piece before it ends"
                )

    def check_space(self, refusals: Refusals, name: str, space: Space) -> None:
        """Note what is wrong with the values of one setting."""
        key: Key = ("space", name)
        if name not in SETTINGS:
            refusals.add(key, "unknown setting", hint(name, list(SETTINGS)))
        elif self.algorithm == "pbt" and name not in MUTABLE:
            message = "cannot change in the middle of a training, as PBT does"
            refusals.add(key, message, f"pbt searches {', '.join(MUTABLE)}; grid and random search anything")
        elif space.ranges and (self.algorithm == "grid" or sort_of(name) != "number"):
            what = "a grid" if self.algorithm == "grid" else "a setting that is no number"
            refusals.add(key, f"{what} needs a list of values", "write { values = […] }")
        else:
            taken: list[Any] = []
            for inner, raw in space.samples():
                for value in self.read(refusals, (*key, *inner), name, raw):
                    if value in taken:
                        refusals.add((*key, *inner), f"{excerpt(value)} is given twice")
                    taken.append(value)

    def read(self, refusals: Refusals, key: Key, name: str, raw: Any) -> Iterator[Any]:
        """Yield a value as the setting takes it; note one that it cannot take."""
        try:
            yield SETTINGS[name].adapter.validate_python(int(raw) if is_whole(name, raw) else raw)
        except ValidationError as error:
            refusals.take(key, error)


def validation_metric(metric: str | None) -> str | None:
    """Return the number of the validation split that stands for a metric, None where there is none.

    >>> validation_metric("predict_rouge2"), validation_metric("energy_consumed")
    ('eval_rouge2', None)
    """
    found = (metric or "").replace("predict_", "eval_")
    return found if found in METRICS else None


def is_whole(name: str, value: Any) -> bool:
    """Tell whether a bound of a range stands for a whole number: bounds are read as numbers with a fraction.

    >>> is_whole("batch_size", 8.0), is_whole("batch_size", 8.5), is_whole("learning_rate", 1.0)
    (True, False, False)
    """
    return isinstance(value, float) and value.is_integer() and integral(name)


def integral(name: str) -> bool:
    """Tell whether a setting is a whole number."""
    return _takes(name, 1) and not _takes(name, 1.5) and not _takes(name, 0.5)


def _takes(name: str, value: Any) -> bool:
    """Tell whether a setting can have a value."""
    try:
        SETTINGS[name].adapter.validate_python(value)
    except ValidationError:
        return False
    return True
