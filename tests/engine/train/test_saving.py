"""A rank that saves shows that it goes on: whoever watches knows it from one that hangs."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from xp.engine.layout import Layout
from xp.engine.train.rank_agreement import Meetings
from xp.engine.train.saving import CheckpointPolicy, Saving
from xp.engine.train.trainer import NEVER


def test_a_rank_that_saves_beats_with_every_file(empty: Layout, tmp_path: Path) -> None:
    beats: list[tuple[str, int]] = []
    record: Any = SimpleNamespace(
        rank=0,
        leads=True,
        beat=lambda phase, step: beats.append((phase, step)),
        so_far=dict,
        metrics=lambda _: None,
    )
    trainer: Any = SimpleNamespace(
        state=SimpleNamespace(global_step=4, max_steps=8),
        args=SimpleNamespace(world_size=1),
        clock=SimpleNamespace(metrics=dict),
        callback_handler=SimpleNamespace(callbacks=[]),
        first_bad_step=torch.tensor(NEVER),
        is_in_train=True,
        store=lambda folder: (folder / "model").write_bytes(b"weights"),
        _tr_loss=0.0,
        _total_loss_scalar=0.0,
        _globalstep_last_logged=0,
    )
    attempt = empty.new_attempt("0" * 12)
    saving = Saving(CheckpointPolicy(attempt, None, None, keep=False), Meetings(tmp_path, True, 0), record)
    saving.trainer = trainer

    saving.save()

    assert attempt.saved_steps() == [4]
    # both files are written, read and brought to disk, and so are the manifest and the folder
    assert beats == [("train", 4)] * (2 + 2 + 2 + 2)
