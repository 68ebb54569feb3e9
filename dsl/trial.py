"""A trial: one variant with one seed, with everything that a worker has to know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import PositiveInt

from xp.dsl.dotted import setting_values
from xp.dsl.settings import Settings
from xp.dsl.spec import Carbon, Dataset, Model
from xp.dsl.table import Table
from xp.dsl.tuning import Tuning

IDENTITY = 2
"""Version of the identity below. A setting is part of it only where it differs from its default, so a new setting
with a default that keeps the old behaviour changes no id. Whoever changes a default, or what a value does, adds one
here: all old results then count as results of other trials, which they are."""

UNSEEN = frozenset({"logging_steps"})
"""Settings that change what is written down, and no result."""

DIGITS = 12
"""Hexadecimal digits of an id."""

OVERRULED = {"epochs": "max_steps"}
"""Settings that do nothing where another one is set."""

COLUMNS = ("source", "target", "id")
"""What an experiment file says of a data set's content besides the content itself."""


class Start(Table):
    """Where a trial goes on from: a checkpoint of another one, weights and optimizer as they were there."""

    trial: str
    """Id of the trial whose checkpoint it is; that trial keeps it."""

    step: PositiveInt
    """Optimizer step of the checkpoint."""


class Segment(NamedTuple):
    """Which part of a training a trial is."""

    start: Start | None = None
    """Unset, it begins at the first step."""

    until: int | None = None
    """Optimizer step behind which it ends; unset, it goes to the end."""


class Trial(Table):
    """The unit of work, of identity and of caching."""

    id: str
    """12 hexadecimal digits that follow from everything that can change a result, and from nothing else."""

    experiment: str
    """Name of the experiment."""

    method: str
    """Name of the method."""

    baseline: str
    """The method that it is compared with."""

    label: str
    """For people, unique inside a plan: ``zero2 · dialogues · seed 1``."""

    variant: Mapping[str, Any]
    """Axis → value without the seed; ``method``, ``model`` and ``dataset`` are always there."""

    context: Mapping[str, Any]
    """The variant without the method: what has to be equal for two trials to be compared."""

    seed: int
    """Seed of weights, order and dropout."""

    settings: Settings
    """What is trained with, complete."""

    deepspeed: Mapping[str, Any] = {}
    """What DeepSpeed is told besides the settings: the rest of the file that the method starts from."""

    model_name: str
    """Key of the model, or its hub id or folder."""

    model: Model
    """The model."""

    checkpoint: str | None = None
    """Hash of the files that the model's checkpoint names, where it names any here."""

    tokenizer: str | None = None
    """Hash of the files that the model's own tokenizer names, where it names any here."""

    dataset_name: str
    """Key of the data set, or its hub id or path."""

    dataset: Dataset
    """The data set."""

    fingerprint: str
    """Hash of the data set's content."""

    folder: str
    """Absolute folder of the experiment file, from which relative paths start."""

    carbon: Carbon
    """Where the electricity comes from."""

    timeout_seconds: float | None
    """Longest time of one attempt."""

    stall_seconds: float | None = None
    """Longest time without a step of training or evaluation; unset, nobody looks. No part of its id."""

    swept: tuple[str, ...]
    """Dotted names of the settings that an axis, an include rule or a method of the experiment sets."""

    search: Tuning | None = None
    """Set, it trains nothing itself: it looks for settings, and the best of its trainings speaks for it."""

    start: Start | None = None
    """Where its training goes on from; unset, it begins at the first step."""

    until: PositiveInt | None = None
    """Optimizer step behind which it ends, of a training as long as the settings say. Such a trial is a segment of a
    longer training: it is evaluated on the validation split and, being no finished model, predicts nothing."""

    keep: bool = False
    """Whether its last checkpoint stays when it has completed, for others to go on from; no part of its id."""

    checkpoint_seconds: float | None = None
    """Time between two checkpoints; unset, there is one when it is stopped only. No part of its id."""

    sample_seconds: float | None = None
    """Time between two looks at how busy the machine is; unset or 0, nobody looks. No part of its id."""

    @property
    def dotted_settings(self) -> dict[str, Any]:
        """Every setting by its dotted name, None where it is unset."""
        return setting_values(self.settings)


class Subject(NamedTuple):
    """What a trial is about: everything that can change its result, but the seed."""

    settings: Settings
    model: Model
    checkpoint: str | None
    """Hash of the files that ``model.checkpoint`` names; None where it names none, or nobody has looked."""

    dataset: Dataset
    fingerprint: str
    deepspeed: Mapping[str, Any] = MappingProxyType({})
    search: Tuning | None = None
    tokenizer: str | None = None
    """Hash of the files that ``model.tokenizer`` names; None where it names none, or nobody has looked."""


WHOLE = Segment()
"""A training from its first step to its last."""


def identity(subject: Subject, seed: int, segment: Segment = WHOLE) -> str:
    """Return the id of a trial."""
    content = {**identity_parts(subject), "settings": non_default(subject.settings), "seed": seed}
    if segment.start is not None:
        content["start"] = [segment.start.trial, segment.start.step]
    if segment.until is not None:
        content["until"] = segment.until
    return sha256(canonical(content).encode()).hexdigest()[:DIGITS]


def identity_parts(subject: Subject) -> dict[str, Any]:
    """Return what an id is made of besides settings, seed and segment."""
    content: dict[str, Any] = {
        "identity": IDENTITY,
        "model": model_identity(subject.model, subject.checkpoint, subject.tokenizer),
        "data": [subject.fingerprint, *(getattr(subject.dataset, column) for column in COLUMNS)],
    }
    if subject.deepspeed:
        content["deepspeed"] = subject.deepspeed
    if subject.search is not None:
        content["search"] = subject.search.model_dump(mode="json", exclude_defaults=True)
    return content


def model_identity(model: Model, checkpoint: str | None, tokenizer: str | None = None) -> dict[str, Any]:
    """Return what makes a model what it is; files are known by their content, wherever they lie."""
    content = model.model_dump(mode="json", exclude_defaults=True, exclude={"preset"})
    hashes = {"checkpoint": checkpoint, "tokenizer": tokenizer}
    return content | {key: f"sha256:{digest}" for key, digest in hashes.items() if digest is not None}


def canonical(content: Any) -> str:
    """Return the one spelling of *content* as JSON: ``1``, ``1.0``, ``true`` and ``"1"`` stay apart."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


def non_default(settings: Settings) -> dict[str, Any]:
    """Return the settings that differ from their defaults and change a result."""
    overruled = {name for name, ruler in OVERRULED.items() if getattr(settings, ruler) is not None}
    return settings.model_dump(mode="json", exclude_defaults=True, exclude={*UNSEEN, *overruled})
