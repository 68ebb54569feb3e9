"""Weights that are not those of the checkpoint are found before a step is taken with them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from xp.engine.layout import Layout
from xp.engine.train.errors import SettingError
from xp.engine.train.rank_agreement import Meetings
from xp.engine.train.saving import CheckpointPolicy, Saving, rank_file
from xp.engine.train.weights import checksum


def model(seed: int) -> torch.nn.Linear:
    torch.manual_seed(seed)
    return torch.nn.Linear(2, 2)


def begin(empty: Layout, source: Path, weights: str) -> dict[str, Any]:
    """Begin with the first model, from a checkpoint that was taken of *weights*, and return what is told."""
    kept = {"open_loss": 0.0, "whole_loss": 0.0, "last_logged": 4, "over": False, "epoch_begin": None}
    torch.save({**kept, "weights": weights}, source / rank_file(0))
    told: dict[str, Any] = {}
    record: Any = SimpleNamespace(rank=0, facts=lambda *said: told.update(said[2]))
    attempt = empty.new_attempt("0" * 12)
    saving = Saving(CheckpointPolicy(attempt, None, None, keep=False), Meetings(source, True, 0), record)
    trainer: Any = SimpleNamespace(
        model=model(1), _tr_loss=0.0, over=False, callback_handler=SimpleNamespace(callbacks=[])
    )
    saving.trainer, saving.source = trainer, source
    saving.on_train_begin(None, SimpleNamespace(global_step=4, max_steps=8), None)
    return told


def test_the_weights_of_a_checkpoint_are_told(empty: Layout, tmp_path: Path) -> None:
    assert begin(empty, tmp_path, checksum(model(1))) == {"weights": checksum(model(1)), "weights_step": 4}


def test_other_weights_end_the_trial(empty: Layout, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="not those that the checkpoint of step 4 was taken of"):
        begin(empty, tmp_path, checksum(model(2)))


def test_a_single_bit_makes_another_checksum() -> None:
    one, other = model(1), model(1)
    assert checksum(one) == checksum(other)
    with torch.no_grad():
        other.bias[0] = torch.nextafter(other.bias[0], torch.tensor(9.0))
    assert checksum(one) != checksum(other)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_weights_of_every_format_have_a_checksum(dtype: torch.dtype) -> None:
    assert len(checksum(model(1).to(dtype))) == 64
