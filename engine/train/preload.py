"""Does once what every trial needs: a parent imports this, then forks ranks. No tensor is computed here."""
# ruff: noqa: F401 - importing is all that is wanted

from __future__ import annotations

import tempfile
from pathlib import Path

import deepspeed
import torch
import transformers.models.bart.modeling_bart
import transformers.models.t5.modeling_t5
from deepspeed.runtime.zero.muon import muon_optimizer  # otherwise imported, slowly, when an engine starts

from xp.engine.measure import energy
from xp.engine.train import loop

COMPILERS_PROBED = not torch.cuda.is_available() and bool(deepspeed.ops.__compatible_ops__)
"""DeepSpeed asks the compilers what they can do. On a GPU's machine that touches drivers, which no fork survives."""

if not torch.cuda.is_available():
    energy.warm_up(Path(tempfile.gettempdir()))
