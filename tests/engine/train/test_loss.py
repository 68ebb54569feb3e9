"""Each token of an optimizer step weighs the same, however the step is cut into passes."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from xp.engine.train.encode import IGNORED
from xp.engine.train.loss import TokenMean, per_example

LOGITS = torch.randn(3, 5, 11, generator=torch.Generator().manual_seed(0))
LABELS = torch.tensor([[1, 2, 3, 4, 5], [6, 7, IGNORED, IGNORED, IGNORED], [8, IGNORED, IGNORED, IGNORED, IGNORED]])


def test_passes_of_a_step_add_up_to_the_mean_of_all_tokens() -> None:
    loss, tokens = TokenMean(0.0), torch.tensor(8)

    parts = [loss({"logits": LOGITS[row : row + 1]}, LABELS[row : row + 1], tokens) for row in range(3)]

    whole = functional.cross_entropy(LOGITS.flatten(0, 1), LABELS.flatten(), ignore_index=IGNORED)
    assert torch.stack(parts).sum() == pytest.approx(whole.item(), abs=1e-6)
    assert loss({"logits": LOGITS}, LABELS, None) == pytest.approx(whole.item(), abs=1e-6)


def test_smoothing_moves_mass_to_all_tokens() -> None:
    smoothed = TokenMean(0.1)({"logits": LOGITS[:1]}, LABELS[:1], None)

    logs = LOGITS[0].log_softmax(-1)
    right = -logs.gather(-1, LABELS[0][:, None]).mean()
    assert smoothed == pytest.approx((0.9 * right - 0.1 * logs.mean()).item(), abs=1e-6)


def test_each_example_has_its_own_sum_and_its_own_tokens() -> None:
    losses, tokens = per_example(LOGITS, LABELS)

    assert tokens.tolist() == [5, 2, 1]
    assert losses[2].item() == pytest.approx(functional.cross_entropy(LOGITS[2, :1], LABELS[2, :1]).item())
