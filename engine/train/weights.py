"""A checksum of weights: whether a model has those of another is seen, and not only hoped for."""

from __future__ import annotations

from hashlib import sha256

import torch
from torch import nn


def checksum(model: nn.Module) -> str:
    """Return the hash of all parameters as this rank holds them: whole, or its part of each under ZeRO 3."""
    digest = sha256()
    for parameter in model.parameters():
        held: torch.Tensor = getattr(parameter, "ds_tensor", parameter)
        digest.update(held.detach().flatten().cpu().view(torch.uint8).numpy().data)
    return digest.hexdigest()
