"""What the operating system is, and which of its variables can change a result."""

from __future__ import annotations

import hashlib
import locale
import os
import platform
from collections.abc import Mapping
from pathlib import Path

from xp.engine.machine.cgroups import GROUPS, read_kernel_file
from xp.engine.machine.gpus.gpu import Facts

VARIABLES = (
    "ACCELERATE_USE_CPU",
    "CUBLAS_WORKSPACE_CONFIG",
    "CUDA_DEVICE_ORDER",
    "CUDA_LAUNCH_BLOCKING",
    "CUDA_MODULE_LOADING",
    "CUDA_VISIBLE_DEVICES",
    "DS_ACCELERATOR",
    "DS_SKIP_CUDA_CHECK",
    "HF_DATASETS_OFFLINE",
    "HF_HUB_OFFLINE",
    "HIP_VISIBLE_DEVICES",
    "KMP_AFFINITY",
    "LD_PRELOAD",
    "MALLOC_ARENA_MAX",
    "MKL_NUM_THREADS",
    "NCCL_ALGO",
    "NCCL_IB_DISABLE",
    "NCCL_P2P_DISABLE",
    "NVIDIA_TF32_OVERRIDE",
    "OMP_NUM_THREADS",
    "PYTHONHASHSEED",
    "PYTORCH_ALLOC_CONF",
    "PYTORCH_CUDA_ALLOC_CONF",
    "ROCR_VISIBLE_DEVICES",
    "SLURM_JOB_NUM_NODES",
    "SLURM_NTASKS",
    "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE",
    "TRANSFORMERS_OFFLINE",
)
"""Environment variables that can change a result; whatever stands in them is redacted all the same."""

CONTAINERS = {
    "docker": ("/.dockerenv",),
    "podman": ("/run/.containerenv",),
    "kubernetes": ("/var/run/secrets/kubernetes.io",),
    "singularity": ("/.singularity.d",),
}
"""Kinds of container, and the files that tell them."""

IDENTITY = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


def facts() -> Facts:
    """Return what the operating system is."""
    return {
        "platform": (platform.platform(), ""),
        "os": (operating_system(), ""),
        "os_kernel": (platform.release(), ""),
        "os_architecture": (platform.machine(), ""),
        "os_encoding": (locale.getencoding(), ""),
        "python": (platform.python_version(), ""),
        "python_implementation": (platform.python_implementation(), ""),
        "python_compiler": (platform.python_compiler(), ""),
        "libc": ("-".join(platform.libc_ver()), ""),
        "container": (container(), ""),
        "machine": (identity(), ""),
    }


def operating_system() -> str:
    """Return the distribution's own name for itself, or the kernel's."""
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return f"{platform.system()} {platform.release()}"


def container(environment: Mapping[str, str] = os.environ, root: Path = Path("/")) -> str | bool:
    """Return the kind of container that this is, true where it is one of another kind, false where it is none."""
    if "KUBERNETES_SERVICE_HOST" in environment:
        return "kubernetes"
    for kind, files in CONTAINERS.items():
        if any((root / file.lstrip("/")).exists() for file in files):
            return kind
    return any(word in read_kernel_file(GROUPS) for word in ("docker", "containerd", "kubepods", "lxc"))


def identity() -> str:
    """Return what tells this machine from others and says nothing else of it."""
    known = [read_kernel_file(file).strip() for file in IDENTITY]
    return hashlib.sha256(next(filter(None, known), platform.node()).encode()).hexdigest()[:12]


def variables(environment: Mapping[str, str] = os.environ) -> Facts:
    """Return the allowed environment variables that are set."""
    return {f"env:{name}": (environment[name], "") for name in VARIABLES if name in environment}
