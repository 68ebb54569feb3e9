"""What a process holds of a GPU, told by the driver: tensors, what the allocator keeps, and the context."""

from __future__ import annotations

import os

import pynvml
import torch


def process_memory() -> int | None:
    """Return the bytes that this process holds of its GPU; None where the driver does not say.

    In a container of its own the driver knows the process by another number.
    """
    try:
        pynvml.nvmlInit()
        handle = pynvml.nvmlDeviceGetHandleByUUID(f"GPU-{torch.cuda.get_device_properties().uuid}")
        found = {one.pid: one.usedGpuMemory for one in pynvml.nvmlDeviceGetComputeRunningProcesses(handle)}
    except pynvml.NVMLError:
        return None
    return found.get(os.getpid())
