"""The ranks of a trial find each other through a file: no port, no launcher, no name service."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import deepspeed
import torch
from torch import distributed


@dataclass(frozen=True)
class Seat:
    """Where one process of a trial sits."""

    rank: int
    world_size: int
    cuda: bool

    @property
    def leads(self) -> bool:
        """Whether this is rank 0."""
        return self.rank == 0


def join(rendezvous: Path, rank: int, world_size: int, threads: int) -> Seat:
    """Take a seat in the trial's process group and return it; DeepSpeed and accelerate use the same group."""
    cuda = torch.cuda.is_available()
    if cuda:
        torch.cuda.set_device(rank)
    else:
        # its C++ all-reduce serves tensor-parallel inference only, and would be compiled here
        deepspeed.ops.__compatible_ops__["deepspeed_shm_comm"] = False
    torch.set_num_threads(threads)
    distributed.init_process_group(
        "nccl" if cuda else "gloo", init_method=rendezvous.absolute().as_uri(), rank=rank, world_size=world_size
    )
    return Seat(rank, world_size, cuda)
