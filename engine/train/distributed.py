"""The ranks of a trial find each other through a file: no port, no launcher, no name service."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from pathlib import Path

import deepspeed
import torch
from torch import distributed

from xp.dsl.settings import Settings

VARIABLES = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
"""What tells a training library that it is one of several."""


@dataclass(frozen=True)
class RankContext:
    """Where one process of a trial sits."""

    rank: int
    world_size: int
    cuda: bool

    @property
    def leads(self) -> bool:
        """Whether this is rank 0."""
        return self.rank == 0


def join(rendezvous: Path, rank: int, world_size: int, settings: Settings) -> RankContext:
    """Take a seat in the trial's process group and return it; DeepSpeed and accelerate use the same group."""
    cuda = torch.cuda.is_available()
    if cuda:
        torch.cuda.set_device(rank)
    torch.set_num_threads(settings.threads)
    if world_size == 1 and settings.zero is None:
        for name in VARIABLES:  # with them, the trainer would wrap a lone model for ranks that do not exist
            os.environ.pop(name, None)
        return RankContext(rank, world_size, cuda)
    # DeepSpeed calls these by their old names, hundreds of times
    warnings.filterwarnings("ignore", r"`torch\.distributed\.\w+` is deprecated", FutureWarning)
    if not cuda:
        # its C++ all-reduce serves tensor-parallel inference only, and would be compiled here
        deepspeed.ops.__compatible_ops__["deepspeed_shm_comm"] = False
    distributed.init_process_group(
        "nccl" if cuda else "gloo", init_method=rendezvous.absolute().as_uri(), rank=rank, world_size=world_size
    )
    return RankContext(rank, world_size, cuda)
