"""Control groups of Linux: where a container's own limits and counters lie, in version 1 and in version 2."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

GROUPS = Path("/proc/self/cgroup")
MOUNT = Path("/sys/fs/cgroup")

UNLIMITED = 2**60
"""Bytes from which on a limit of version 1 is none: it has no word for that, only a number that nobody reaches."""


def read_kernel_file(file: Path) -> str:
    """Return what a file of the kernel says, nothing where it is not there or its process has ended."""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def folders(groups: str, controller: str, mount: Path = MOUNT) -> Iterator[tuple[Path, int]]:
    r"""Yield the folders of a controller with the version they are of, the nearest first, then those around it.

    >>> [str(path) for path, _ in folders("4:memory:/a/b\n", "memory")]
    ['/sys/fs/cgroup/memory/a/b', '/sys/fs/cgroup/memory/a', '/sys/fs/cgroup/memory']
    """
    for line in groups.splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "" or controller in controllers.split(","):
            top, own = mount / controllers, Path(path.lstrip("/"))
            yield from ((top / folder, 1 if controllers else 2) for folder in dict.fromkeys([own, *own.parents]))


def memory_limit(groups: str | None = None, mount: Path = MOUNT) -> int | None:
    """Return the bytes that the control groups allow, None where they set no limit."""
    found: list[int] = []
    for folder, version in folders(read_kernel_file(GROUPS) if groups is None else groups, "memory", mount):
        limit = read_kernel_file(folder / ("memory.limit_in_bytes" if version == 1 else "memory.max")).strip()
        if limit.isdigit() and int(limit) < UNLIMITED:
            found.append(int(limit))
    return min(found, default=None)


def allowed_cores(groups: str | None = None, mount: Path = MOUNT) -> float | None:
    """Return the cores that the control groups allow, None where they set no limit."""
    groups = read_kernel_file(GROUPS) if groups is None else groups
    found = [quota(folder, version) for folder, version in folders(groups, "cpu", mount)]
    return min((each for each in found if each is not None), default=None)


def quota(folder: Path, version: int) -> float | None:
    """Return the cores that one control group allows, None where it sets no limit."""
    if version == 1:
        parts = [read_kernel_file(folder / f"cpu.cfs_{name}_us").strip() for name in ("quota", "period")]
    else:
        parts = read_kernel_file(folder / "cpu.max").split()
    if len(parts) != 2 or not all(part.isdigit() for part in parts):  # noqa: PLR2004 - "max", "-1", or nothing
        return None
    return int(parts[0]) / int(parts[1])
