"""No silent no-op: what is in force is compared with what the trial declares before the first step is taken."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from xp.dsl.dotted import flatten
from xp.dsl.trial import OVERRULED, Trial
from xp.engine.train.callbacks import Watcher
from xp.engine.train.effective import effective_settings
from xp.engine.train.encode import Splits
from xp.engine.train.errors import SettingError
from xp.engine.train.record import Record
from xp.engine.train.sparse import require_sparse_still

AT_MOST = frozenset({"max_train_samples", "max_eval_samples", "max_predict_samples"})
"""Limits that a small corpus may stay below."""

SMALL = "DeepSpeed keeps tensors of less than 1 MiB per rank in memory, and as many parameters as max_in_cpu says"


class Readback(Watcher):
    """Reads every setting back when training begins, and ends a trial whose settings did not take."""

    def __init__(self, trial: Trial, splits: Splits, record: Record) -> None:
        self.trial = trial
        self.splits = splits
        self.record = record

    def on_train_begin(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
        """Read, record, compare."""
        found = effective_settings(self.trainer, self.splits, self.trial.settings)
        self.record.effective(found)
        base = flatten({"deepspeed": self.trial.deepspeed})
        declared, swept = {**self.trial.dotted_settings, **base}, [*self.trial.swept, *base]
        wrong = list(differences(declared, found, swept, state.max_steps))
        if wrong:
            raise SettingError("; ".join(wrong))

    def on_train_end(self, _args: Any, _state: Any, _control: Any, **_: Any) -> None:
        """Look again at what may change on the way."""
        require_sparse_still(self.trainer.model, self.trial.settings)


def differences(
    declared: Mapping[str, Any], found: Mapping[str, Any], swept: Iterable[str], steps: int
) -> Iterator[str]:
    """Yield a sentence for every declared setting that is not in force, and for every swept one nobody could read."""
    for name, wanted in declared.items():
        if wanted is not None and name in found and not is_in_force(name, wanted, found[name], steps):
            why = f": {SMALL}" if wanted == "nvme" else ""
            yield f"{name}: {as_in_file(wanted)} was declared, {as_in_file(found[name])} is in force{why}"
    for name in swept:
        if declared.get(name) is not None and name not in found and declared.get(OVERRULED.get(name, "")) is None:
            yield f"{name}: {as_in_file(declared[name])} was declared, but it has no effect here"
    for name, value in found.items():
        if value == "auto":
            yield f"{name}: 'auto' was not filled in"


def is_in_force(name: str, wanted: Any, found: Any, steps: int) -> bool:
    """Tell whether the value in force is what was asked for in a training of so many *steps*."""
    if name == "warmup_steps" and 0 < wanted < 1:
        return bool(found == math.ceil(wanted * steps))
    if name in AT_MOST:
        return bool(found <= wanted)
    if name == "zero.nvme_path":
        return Path(wanted).resolve() == Path(found)
    if isinstance(wanted, list | tuple):
        return set(wanted) == set(found)
    if isinstance(wanted, float) and isinstance(found, float):
        return math.isclose(wanted, found, rel_tol=1e-9)
    return bool(wanted == found)


def as_in_file(value: Any) -> str:
    """Return a value as it is written in an experiment file.

    >>> as_in_file(True), as_in_file(["encoder"]), as_in_file(0.5), as_in_file("bf16")
    ('true', "['encoder']", '0.5', "'bf16'")
    """
    if isinstance(value, bool):
        return str(value).lower()
    return repr(list(value) if isinstance(value, tuple) else value)
