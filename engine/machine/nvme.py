"""What a machine needs to offload to a folder (ZeRO-Infinity): operators of DeepSpeed, and a disk past the cache."""

from __future__ import annotations

import errno
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

from xp.dsl.quantity import quantity
from xp.dsl.resources import MissingPart

OPERATORS = ("pin_memory", "async_io")
"""What DeepSpeed writes and reads a folder with, the first of them needed by the second."""

BUILD = "DS_ACCELERATOR=cpu python -c 'from deepspeed.ops.op_builder import AsyncIOBuilder as B; B().load()'"
"""Compiles both; on a machine with GPUs the variable is left out."""

MOUNTS = Path("/proc/self/mountinfo")
"""What is mounted where: proc_pid_mountinfo(5) names the fields."""

IN_MEMORY = ("tmpfs", "ramfs")
"""File systems that are no disk, though newer kernels take writes to them past the cache."""

PROGRAM = "#include <libaio.h>\nint main(void) { io_context_t ring = 0; return io_setup(1, &ring); }\n"


@cache
def what_is_missing(folder: str | None) -> MissingPart | None:
    """Return what stands against offloading to *folder*, or to the results in this one; None where nothing does."""
    return next((found for found in (*of_system(), *of_operators(), *of_folder(Path(folder or "."))) if found), None)


def of_system() -> Iterator[MissingPart | None]:
    """Yield what no package can mend."""
    if platform.system() != "Linux":
        yield MissingPart(f"it needs Linux, and this is {platform.system()}", "offload to 'cpu' instead")


def of_operators() -> Iterator[MissingPart | None]:
    """Yield what is missing of the compiled operators, or of what compiles them."""
    missing = [name for name in OPERATORS if not is_built(name)]
    if not missing:
        return
    for command, package in (("g++", "g++"), ("ninja", "ninja-build")):
        if which(command) is None:
            yield MissingPart(f"there is no {command} to compile DeepSpeed's {missing[-1]} with", install(package))
    if which("g++") and not can_link():
        yield MissingPart(
            "the headers of libaio are missing, which DeepSpeed's async_io is compiled with", install("libaio-dev")
        )
    hint = f"compile it once, which takes some minutes: {build_command()}"
    yield MissingPart(f"DeepSpeed's operator {missing[-1]} is not compiled yet", hint)


def of_folder(folder: Path) -> Iterator[MissingPart | None]:
    """Yield what is wrong with the folder, or with the nearest one above it that exists."""
    there = nearest_existing(folder)
    if not there.is_dir():
        yield MissingPart(f"{there} is no folder", "set zero.nvme_path to a folder of a local disk")
    elif not os.access(there, os.W_OK | os.X_OK):
        yield MissingPart(f"{there} cannot be written to", "set zero.nvme_path to a folder of yours")
    elif (kind := file_system(there)) in IN_MEMORY:
        yield MissingPart(
            f"{there} lies in memory ({kind}): nothing would be saved", "set zero.nvme_path to a folder of a disk"
        )
    elif (error := try_direct_write(there)) is not None:
        why = "its file system has no O_DIRECT" if error == errno.EINVAL else os.strerror(error)
        yield MissingPart(
            f"{there} cannot be written past the cache: {why}", "set zero.nvme_path to a folder of a local disk"
        )


def nearest_existing(folder: Path) -> Path:
    """Return a folder, or the nearest one above it that exists."""
    return next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())


def shortage(folder: Path, needed: float, beside: str = "") -> str:
    """Return how many bytes a folder lacks, with what is put *beside* its name; nothing where there is room."""
    free = shutil.disk_usage(nearest_existing(folder)).free
    if needed <= free:
        return ""
    return f"{quantity(needed, 'B')} in {folder}{beside}, and {quantity(free, 'B')} are free there"


def file_system(folder: Path) -> str:
    """Return the kind of file system that a folder lies on, empty where the system does not tell."""
    device = folder.stat().st_dev
    mounts = [line.split() for line in MOUNTS.read_text(encoding="utf-8").splitlines()] if MOUNTS.exists() else []
    kinds = {fields[2]: fields[fields.index("-") + 1] for fields in mounts}
    return kinds.get(f"{os.major(device)}:{os.minor(device)}", "")


def is_built(name: str) -> bool:
    """Tell whether an operator is there, installed with DeepSpeed or compiled by it before."""
    spec = find_spec("deepspeed")
    homes = [Path(home) for home in (spec.submodule_search_locations or ())] if spec else []
    installed = [path for home in homes for path in home.glob(f"ops/**/{name}_op*.so")]
    return bool(installed or [path for path in extensions().glob(f"**/{name}.so") if is_ours(path)])


def extensions() -> Path:
    """Return where torch keeps what it has compiled."""
    cache_home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("TORCH_EXTENSIONS_DIR") or cache_home / "torch_extensions")


def is_ours(path: Path) -> bool:
    """Tell whether a compiled operator is for this version of Python; a folder of one's own names none."""
    build = path.parent.parent.name
    return not build.startswith("py3") or build.startswith(f"py{sys.version_info.major}{sys.version_info.minor}_")


def which(command: str) -> str | None:
    """Return the path of a command, looked for beside this Python as well."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    return shutil.which(command, path=path)


def can_link() -> bool:
    """Tell whether a program with libaio in it can be made."""
    with TemporaryDirectory() as folder:
        source = Path(folder, "ring.c")
        source.write_text(PROGRAM, encoding="utf-8")
        command = [which("g++") or "g++", "-x", "c", str(source), "-laio", "-o", str(source.with_suffix(""))]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def try_direct_write(folder: Path) -> int | None:
    """Try to write past the cache; return the number of the error, None where it works."""
    with NamedTemporaryFile(dir=folder) as file:
        try:
            descriptor = os.open(file.name, os.O_WRONLY | os.O_DIRECT)
        except OSError as error:
            return error.errno
        os.close(descriptor)
    return None


def install(package: str) -> str:
    """Return how to get a package of the system."""
    return f"install it: apt-get install {package}, or what your system calls it"


def build_command() -> str:
    """Return the command that compiles the operators, by the Python that runs trials."""
    return BUILD.replace("python", sys.executable, 1)
