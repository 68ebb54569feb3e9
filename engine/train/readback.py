"""No silent no-op: what the running trainer really does, compared with what the trial declares."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import distributed
from transformers.trainer_pt_utils import LengthGroupedSampler

from xp.dsl.settings import Settings
from xp.engine.train.encode import Encoded
from xp.engine.train.errors import KnobError
from xp.engine.train.freezing import frozen
from xp.engine.train.trainer import SummaryTrainer

Values = dict[str, Any]


def effective(trainer: SummaryTrainer, splits: Mapping[str, Encoded], settings: Settings) -> Values:
    """Return every setting as it is in force, by its dotted name; the trainer must be at its first step."""
    return {
        **of_arguments(trainer.args, settings),
        **of_optimizer(trainer),
        **of_batches(trainer),
        **of_model(trainer),
        **of_data(splits, settings),
        **of_process(),
        **of_stopping(trainer),
        **of_deepspeed(trainer),
    }
