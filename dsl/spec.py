"""The experiment file as models: one per TOML table."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    Strict,
    model_validator,
)

from xp.dsl.claims import Claim
from xp.dsl.countries import Country
from xp.dsl.partial import Partial
from xp.dsl.presets import DATASETS, MODELS, written_out
from xp.dsl.refusals import Refusals, refusal
from xp.dsl.settings import Settings
from xp.dsl.spelling import excerpt, leaves
from xp.dsl.table import Slug, Table
from xp.dsl.tuning import Tuning

DURATION = r"^[0-9]+(\.[0-9]+)?(s|m|h)$"

SECONDS = {"s": 1, "m": 60, "h": 3600}
"""Seconds of the units of a duration."""


def seconds(duration: str | None) -> float | None:
    """Return a duration in seconds, None where there is none.

    >>> seconds("1.5m")
    90.0
    """
    return None if duration is None else float(duration[:-1]) * SECONDS[duration[-1]]


def with_unit(value: Any) -> Any:
    """Refuse a number without a unit."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise refusal(f"a duration is text with a unit, got {excerpt(value)}", f"write '{excerpt(value)}s' for seconds")
    return value


def lasting(duration: str) -> str:
    """Refuse a duration of nothing."""
    if not seconds(duration):
        raise refusal(f"should be longer than nothing, got '{duration}'")
    return duration


Duration = Annotated[str, Field(pattern=DURATION), BeforeValidator(with_unit)]
"""A number and its unit: ``90s``, ``30m`` or ``2h``."""

Timeout = Annotated[Duration, AfterValidator(lasting)]
"""A duration that has to pass before something ends."""


def storable(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Refuse values that JSON has no word for: a configuration is stored as JSON."""
    refusals = Refusals("config")
    for key, value in leaves(config):
        if isinstance(value, float) and not isfinite(value):
            refusals.add(key, f"should be a finite number, got {value}")
        elif not isinstance(value, str | int | float):
            refusals.add(key, f"should be text, a number, true or false, got {value}", "put a date in quotes")
        elif len(key) == 1 and isinstance(value, str) and value.lower() in {"true", "false"}:
            # no field has such a text, and where transformers does not look at types, 'False' is true
            refusals.add(key, f"should be true or false, got the text {value!r}", f"write {value.lower()}")
    refusals.raise_any()
    return config


def is_changed(table: Table, name: str) -> bool:
    """Tell whether a field is not what it is by default."""
    return bool(getattr(table, name) != type(table).model_fields[name].default)


class Header(Table):
    """``[experiment]``: what the file is about."""

    name: Slug
    """Names the experiment in tables and reports."""

    description: str = ""
    """One sentence for the reader of the report."""

    baseline: str | None = None
    """The method that the others are compared with; unset, ``baseline``, or the first of the matrix."""


class Defaults(Settings):
    """``[defaults]``: what every trial starts from."""

    model: str | None = None
    """A key of ``[models]``, a hub id, or a folder relative to this file."""

    dataset: str | None = None
    """A key of ``[datasets]``, a hub id, or files relative to this file."""

    deepspeed: str | None = None
    """A DeepSpeed file that methods start from, relative to this one; what is written here may not contradict it."""


class Model(Table):
    """``[models.NAME]``: a checkpoint, or an architecture that is made from a configuration."""

    preset: Annotated[str | None, Field(json_schema_extra={"enum": list(MODELS)})] = None
    """The name of a known checkpoint: ``bart-base``, ``t5-small``, ``pegasus-xsum``, ``led-base-16384``, …"""

    checkpoint: str | None = None
    """A hub id, or a folder relative to the experiment file."""

    revision: str | None = None
    """Commit, tag or branch of a hub checkpoint."""

    architecture: str | None = None
    """A ``model_type`` of transformers (``bart``, ``t5``, …): weights are drawn at random from the trial's seed."""

    config: Annotated[Mapping[str, Any], AfterValidator(storable)] = {}
    """Fields of the model's configuration: what ``architecture`` is made with, or what is changed of a checkpoint's."""

    tokenizer: str | None = None
    """A hub id or folder; unset, the checkpoint's own, or one that is trained on the training split."""

    tokenizer_revision: str | None = None
    """Commit, tag or branch of a hub tokenizer; of one that is the checkpoint's, ``revision`` says it."""

    vocab_size: PositiveInt = 1000
    """Most entries of a tokenizer that is trained here (byte-level BPE)."""

    @model_validator(mode="before")
    @classmethod
    def of_preset(cls, raw: Any) -> Any:
        """Take over what a preset says."""
        return written_out(raw, MODELS)

    @model_validator(mode="after")
    def comes_from_somewhere(self) -> Self:
        """Refuse a model that has no origin, or two."""
        refusals = Refusals("Model")
        if (self.checkpoint is None) == (self.architecture is None):
            hint = 'write checkpoint = "…", a hub id or folder'
            refusals.add((), "a model has either a checkpoint or an architecture", hint)
        if self.revision is not None and self.checkpoint is None:
            refusals.add(("revision",), "has no effect without a checkpoint")
        if self.tokenizer_revision is not None and self.tokenizer is None:
            refusals.add(("tokenizer_revision",), "has no effect without a tokenizer")
        if self.tokenizer is not None and is_changed(self, "vocab_size"):
            refusals.add(("vocab_size",), "has no effect: the tokenizer is not trained here")
        refusals.raise_any()
        return self

    @property
    def own_tokenizer(self) -> str | None:
        """The tokenizer, where it is named and is not that of the checkpoint, in the checkpoint's revision."""
        return None if self.tokenizer == self.checkpoint and self.tokenizer_revision is None else self.tokenizer


class Dataset(Table):
    """``[datasets.NAME]``: documents and their summaries, in three splits."""

    preset: Annotated[str | None, Field(json_schema_extra={"enum": list(DATASETS)})] = None
    """The name of a known data set: ``cnn_dailymail``, ``xsum`` or ``samsum``; what is written beside it wins."""

    path: str | None = None
    """A hub id, or files relative to this file, with ``{split}`` for the name of a split: ``data/{split}.jsonl``."""

    revision: str | None = None
    """Commit, tag or branch of a hub data set."""

    config: str | None = None
    """Configuration of a hub data set, such as ``3.0.0`` of ``cnn_dailymail``."""

    mirrors: Annotated[tuple[str, ...], Strict(strict=False)] = ()
    """Other hub ids of the same data, asked in turn where the hub does not give the first."""

    builtin: Literal["dialogues"] | None = None
    """A corpus that is generated here, without any file: ``dialogues``."""

    size: PositiveInt = 2000
    """Training examples of a built-in corpus; validation and test have a tenth each."""

    source: str = "document"
    """Column of the text that is summarised."""

    target: str = "summary"
    """Column of the summary."""

    id: str | None = None
    """Column that names an example; unset, its row number does."""

    train: str = "train"
    """The split, or file, that is trained on."""

    validation: str = "validation"
    """The split, or file, that is evaluated on during training."""

    test: str = "test"
    """The split, or file, that is predicted at the end."""

    @model_validator(mode="before")
    @classmethod
    def of_preset(cls, raw: Any) -> Any:
        """Take over what a preset says."""
        return written_out(raw, DATASETS)

    @model_validator(mode="after")
    def comes_from_somewhere(self) -> Self:
        """Refuse a data set that has no origin, or two."""
        refusals = Refusals("Dataset")
        files = any(is_changed(self, split) for split in ("train", "validation", "test"))
        if self.path is not None and self.builtin is not None:
            refusals.add((), "a data set has either a path or a builtin")
        elif self.path is None and self.builtin is None and not files:
            refusals.add((), "a data set has a path, a builtin or files", 'write path = "…", a hub id or files')
        if self.builtin is None and is_changed(self, "size"):
            refusals.add(("size",), "has no effect: only a built-in corpus has a size to choose")
        for name in ("revision", "config", "mirrors"):
            if self.path is None and getattr(self, name):
                refusals.add((name,), "has no effect without a path")
        refusals.raise_any()
        return self


class Method(Table):
    """``[methods.NAME]``: a named bundle of settings that is compared with a baseline."""

    description: str = ""
    """One line for the reader of the report."""

    settings: Annotated[Mapping[str, Any], Partial(Settings)] = {}
    """Settings that differ from ``[defaults]``, with the same names."""

    deepspeed: str | None = None
    """A DeepSpeed file that the method starts from, relative to this one; unset, that of ``[defaults]``."""

    claims: Mapping[Slug, Claim] = {}
    """What the method is expected to do to a measure: ``reduces``, ``increases``, ``affects``, or a table as below."""

    baseline: str | None = None
    """The method it is compared with; unset, the experiment's."""

    search: Tuning | None = None
    """Set, each trial of the method is a search: it trains more than once and keeps the best."""

    optional: bool = False
    """Leave its trials out where the machine cannot run them, and say why; otherwise that is an error."""


class Carbon(Table):
    """``[carbon]``: where the electricity comes from."""

    country: Country | None = None
    """Three letters of ISO 3166, such as ``USA``; unset, what ``XP_COUNTRY`` says, or else the mean of the world."""

    intensity: PositiveFloat | None = None
    """Grams of CO2 equivalent per kWh, in place of the country's; both unset, what ``XP_CARBON_INTENSITY`` says."""


class Limits(Table):
    """``[limits]``: when enough is enough."""

    max_trials: PositiveInt = 1000
    """Most trials that a plan may have, and trainings that a search: a slip should not start a thousand of them."""

    trial_timeout: Timeout | None = None
    """Longest time of one attempt, such as ``90s``, ``30m`` or ``2h``."""

    stall_timeout: Timeout = "30m"
    """Longest time in which a rank ends no step of training or evaluation: one that hangs, or waits for another that
    does, ends its attempt; four times as long before its first step, while it loads, tokenizes or compiles."""

    timeout: Timeout | None = None
    """Longest time of one ``xp run``; when it is up, the running trial is interrupted, and the same command goes on."""

    checkpoint_every: Duration = "5m"
    """Least time between two checkpoints of a trial; a trial that is stopped saves one besides."""

    sample_every: Duration = "2s"
    """Time between two looks at how busy the machine is (processor, memory, disk, network, GPUs); ``0s`` is never."""

    max_retries: NonNegativeInt = 0
    """Further attempts of a trial whose failure a retry can mend."""

    max_concurrent: PositiveInt = 1
    """Trials, and trainings of searches, side by side, each on cores or GPUs of its own; ``--jobs`` overrides it."""

    fail_fast: bool = False
    """Whether the first trial that does not complete, retries included, ends the run; the others stay pending."""
