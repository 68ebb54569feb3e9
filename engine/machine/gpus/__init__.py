"""The GPUs of this machine, whoever made them, asked through the libraries of their drivers; no context is made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from xp.engine.machine.gpus import amd, nvidia
from xp.engine.machine.gpus.gpu import Gpu


@contextmanager
def open_gpus() -> Iterator[list[Gpu]]:
    """Give the GPUs that there are, as long as they are asked."""
    with nvidia.open_gpus() as of_nvidia, amd.open_gpus() as of_amd:
        yield [*of_nvidia, *of_amd]
