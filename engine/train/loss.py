"""Cross-entropy per token of the whole effective batch, however it is split over passes and ranks."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from xp.engine.train.encode import IGNORED


class TokenMean:
    """The loss that is minimised: label smoothing included, each token of an optimizer step with equal weight."""

    def __init__(self, smoothing: float) -> None:
        self.smoothing = smoothing

    def __call__(self, outputs: Any, labels: torch.Tensor, num_items_in_batch: torch.Tensor | None) -> torch.Tensor:
        """Return the share of one forward pass in the loss of its step."""
        tokens = (labels != IGNORED).sum() if num_items_in_batch is None else num_items_in_batch
        total = functional.cross_entropy(
            outputs["logits"].flatten(0, 1).float(),
            labels.flatten(),
            ignore_index=IGNORED,
            label_smoothing=self.smoothing,
            reduction="sum",
        )
        return total / tokens


def per_example(logits: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the summed cross-entropy of each example and its tokens; nothing is smoothed."""
    each = functional.cross_entropy(
        logits.flatten(0, 1).float(), labels.flatten(), ignore_index=IGNORED, reduction="none"
    )
    return each.view(labels.shape).sum(dim=1), (labels != IGNORED).sum(dim=1)
