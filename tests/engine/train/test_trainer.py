"""What the trainer takes from Hugging Face's own."""

from __future__ import annotations

import pytest
import transformers

from xp.engine.train import trainer
from xp.engine.train.errors import TrialError


def test_a_trainer_that_would_never_call_what_is_replaced_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(transformers.Trainer, "_run_epoch")

    with pytest.raises(TrialError, match=r"the trainer of transformers [\d.]+ has no _run_epoch: take the version"):
        trainer.require_replaced_methods()


def test_the_installed_trainer_has_all_that_is_replaced() -> None:
    trainer.require_replaced_methods()

    assert {*trainer.REPLACED} <= {*vars(trainer.SummaryTrainer)}
