"""What a DeepSpeed file means: settings, and a rest that goes to DeepSpeed as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xp.dsl.deepspeed.clashes import clashes
from xp.dsl.deepspeed.keys import IDLE
from xp.dsl.deepspeed.meaning import MICRO, STAGE, STEPS, TOTAL
from xp.dsl.deepspeed.text import JsonFile
from xp.dsl.dotted import flatten
from xp.dsl.errors import Problem
from xp.dsl.rules import Finding, has_effect
from xp.dsl.settings import Precision, Settings, weight_format
from xp.dsl.spelling import excerpt, leaves

Flat = Mapping[str, Any]
"""Settings by their dotted names."""

CLIPPING = "max_grad_norm"

OF_A_FOLDER: Mapping[str, tuple[str, ...]] = {
    "zero.nvme_path": ("zero.offload_optimizer", "zero.offload_param"),
    "zero.buffer_size": ("zero.offload_param",),
}
"""What only means something while one of these is ``nvme``."""


class FileSetting(NamedTuple):
    """What a file says of a setting."""

    value: Any
    key: str
    """The key that says it, as the file spells it."""


@dataclass(frozen=True)
class Base:
    """A file that is understood."""

    file: JsonFile
    said: Mapping[str, FileSetting] = field(default_factory=dict)
    """The settings that it fixes."""

    silent: Mapping[str, Any] = field(default_factory=dict)
    """What DeepSpeed does where the file is silent, by settings: whatever is written goes before it."""

    auto: Mapping[str, str] = field(default_factory=dict)
    """The settings that it leaves to the experiment, each with the key that says ``auto``."""

    off: Mapping[str, str] = field(default_factory=dict)
    """The number formats that it switches off, each with the key that does."""

    total: int | None = None
    """Examples per optimizer step of all ranks, where it is a number."""

    rest: Mapping[str, Any] = field(default_factory=dict)
    """What is no setting, as DeepSpeed takes it."""

    keys: Mapping[str, str] = field(default_factory=dict)
    """The first name of each key that it has, to the name that it has in the file."""

    def completed(self, written: Flat) -> dict[str, Any]:
        """Return what is written in an experiment, completed by the file; what is written wins."""
        found = {**self.silent, **{name: said.value for name, said in self.said.items()}, **written}
        if self.total is not None:
            found |= batch_sizes(found, self.total)
        return {name: value for name, value in found.items() if name in written or is_taken_over(name, found)}

    def contradictions(self, written: Flat) -> Iterator[Finding]:
        """Yield the written settings that the file contradicts."""
        for name, said in self.said.items():
            if name in written and written[name] != said.value:
                yield self.contradiction(name, written[name], said.key)
        if (key := self.off.get(written.get("precision", ""))) is not None:
            yield self.contradiction("precision", written["precision"], key)

    def contradiction(self, name: str, value: Any, key: str) -> Finding:
        """Return what is wrong with a written value."""
        message = f"contradicts {self.file.where(key)} = {excerpt(self.file.value(key))}, got {excerpt(value)}"
        return Finding(name, message, f'take one of the two out, or write "auto" for {key}')

    def gaps(self, written: Flat) -> Iterator[Problem]:
        """Yield what file and experiment together do not settle."""
        if key := self.auto.get(STAGE) if STAGE not in written else None:
            yield Problem("'auto' is filled from zero.stage, which is not set", self.file.where(key))
        found = self.completed(written)
        if (stage := found.get(STAGE)) is not None:
            clipping = found.get(CLIPPING, Settings.model_fields[CLIPPING].default)
            for clash in clashes(flatten(self.rest), stage, weights_of(found), clipping):
                yield Problem(clash.message, self.file.where(self.keys[clash.key]), clash.hint)
        if MICRO not in {**found, **self.auto}:
            hint = "set batch_size, or train_micro_batch_size_per_gpu in the file"
            yield Problem("no batch size given", self.file.file, hint)
        if self.total is None:
            return
        micro, steps, ranks = found[MICRO], found[STEPS], ranks_of(found)
        if micro * steps * ranks != self.total:
            message = f"{self.total} ≠ {micro} × {steps} × {ranks} (micro × accumulation × processes)"
            hint = f'take it out, or write "auto": {TOTAL} follows from the others'
            yield Problem(message, self.file.where(TOTAL), hint)

    def idle(self) -> Iterator[str]:
        """Yield a line for each key that is switched on and does nothing here."""
        for key, why in IDLE.items():
            if key in self.rest and any(value for _, value in leaves(self.rest[key])):
                yield f"{self.file.where(self.keys[key])}: it does nothing here: {why}"

    def where(self, name: str) -> str:
        """Return where the file decides a setting, itself where its silence does; empty where it does not."""
        key = self.said[name].key if name in self.said else TOTAL if name in (MICRO, STEPS) else ""
        silent = self.file.file if name in self.silent else ""
        return self.file.where(key) if key in self.file.places else silent


def batch_sizes(found: Flat, total: int) -> dict[str, int]:
    """Return examples per rank and forward passes per step, as DeepSpeed derives what is not given.

    >>> batch_sizes({"batch_size": 3, "world_size": 2}, 24)
    {'batch_size': 3, 'gradient_accumulation_steps': 4}
    """
    ranks = ranks_of(found)
    micro = found.get(MICRO) or max(1, total // ranks // found.get(STEPS, 1))
    return {MICRO: micro, STEPS: found.get(STEPS) or max(1, total // micro // ranks)}


def ranks_of(found: Flat) -> int:
    """Return the ranks of a trial."""
    ranks: int = found.get("world_size", Settings.model_fields["world_size"].default)
    return ranks


def weights_of(found: Flat) -> str:
    """Return the number format of the weights."""
    precision: Precision = found.get("precision", Settings.model_fields["precision"].default)
    return weight_format(precision, torch_autocast=bool(found.get("torch_autocast")))


def is_taken_over(name: str, found: Flat) -> bool:
    """Tell whether a value of a file is taken over: files are templates, and say much that does nothing.

    Offloading is always taken over: where it does nothing, a rule says so.
    """
    table, _, key = name.partition(".")
    if name in OF_A_FOLDER:
        return any(found.get(setting) == "nvme" for setting in OF_A_FOLDER[name])
    stage = found.get(STAGE)
    return table != "zero" or key.startswith("offload") or stage is None or has_effect(key, stage)
