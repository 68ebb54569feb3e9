"""The process environment of a rank: what must be set before a training library is imported."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from xp.engine.layout import AttemptLayout

ALLOCATOR = {
    # glibc otherwise keeps freed blocks, and resident memory says more of its heap than of the trial. Lower, these
    # sizes repeat a measured peak more closely, but each tensor above them costs page faults: 128 KiB made the
    # steps of a small model a third slower, 1 MiB makes them 3 to 10 % slower. Once a rank knows how large its model
    # is, it raises them (`engine/measure/memory.py`). On a GPU the device's own allocator tells what tensors take.
    "MALLOC_MMAP_THRESHOLD_": "1048576",
    "MALLOC_TRIM_THRESHOLD_": "1048576",
}

QUIET = {
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "warning",
}


OUTER = frozenset(
    {
        *("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_SIZE", "LOCAL_WORLD_SIZE", "GROUP_RANK", "GROUP_WORLD_SIZE"),
        *("ROLE_RANK", "ROLE_WORLD_SIZE", "NODE_RANK", "MASTER_ADDR", "MASTER_PORT", "FORK_LAUNCHED", "DS_ACCELERATOR"),
    }
)
"""What a launcher tells the ranks that it starts. Whoever starts `xp` inside of one, or behind one, still has it."""

NO_GPU = {"CUDA_VISIBLE_DEVICES": "", "HIP_VISIBLE_DEVICES": "-1"}
"""Hides all GPUs: whoever plans for a CPU has none that it knows how to use, and torch may find some. To the driver of
NVIDIA an empty list is none; that of AMD takes it for one that was never given, and -1 for the end of the list."""

LAUNCHERS = ("ACCELERATE_", "FSDP_", "MEGATRON_LM_", "MV2_COMM_WORLD_", "OMPI_COMM_WORLD_", "PMI_", "TORCHELASTIC_")
"""How the other variables of launchers begin: Hugging Face's trainer takes precision and DeepSpeed from them."""


def base_environment(outer: Mapping[str, str] = os.environ, *, cpu: bool) -> dict[str, str]:
    """Return the environment that every process of an attempt shares."""
    inner = {name: value for name, value in outer.items() if name not in OUTER and not name.startswith(LAUNCHERS)}
    inner |= QUIET
    inner["OMP_NUM_THREADS"] = "1"
    # a file where `xp` is started may have the name of a library, such as evaluate.py: it is not to be taken for one
    inner["PYTHONSAFEPATH"] = "1"
    # what torch has compiled is for every attempt; it would lie among the temporary files, which each has for itself
    inner.setdefault("TORCHINDUCTOR_CACHE_DIR", str(Path(tempfile.gettempdir(), f"torchinductor_{os.getuid()}")))
    # the first `ninja` on the path is part of the key under which torch keeps compiled operators
    inner["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), outer.get("PATH", os.defpath)])
    # asking for the number of GPUs must not initialise CUDA: a process that did cannot be forked
    inner["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"
    if cpu:
        inner |= ALLOCATOR | NO_GPU | {"DS_ACCELERATOR": "cpu", "GLOO_SOCKET_IFNAME": "lo"}
    return inner


def rank_environment(rank: int, world_size: int, threads: int) -> dict[str, str]:
    """Return what differs between the ranks of an attempt. No port is needed: ranks meet through a file."""
    return {
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
        "WORLD_SIZE": str(world_size),
        "LOCAL_WORLD_SIZE": str(world_size),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": "0",
        "OMP_NUM_THREADS": str(threads),
    }


def attempt_environment(attempt: AttemptLayout) -> dict[str, str]:
    """Return what the ranks of an attempt have in common, and no other attempt has."""
    return {"TMPDIR": str(attempt.scratch)}
