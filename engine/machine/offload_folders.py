"""Rooms: folders on another disk that a trial offloads to, one per attempt, locked by its worker.

A room goes when its attempt has ended; that of a worker whose engine died too, when the next one offloads to that disk.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

PREFIX = "xp-"

OWNER = "owner"
"""A file in every room that its owner holds locked: the kernel lets go of it whatever the owner dies of."""


@contextmanager
def claim_folder(link: Path, place: str | None, name: str) -> Iterator[None]:
    """Have *link* lead to a room in *place*, where there is one, owned until the end; what the dead left is cleared.

    The name of a room ends by chance: two results folders may have the same trial, and the same place.
    """
    if place is None:
        yield
        return
    folder = Path(place).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    sweep_folders(folder)
    home = Path(mkdtemp(prefix=f"{PREFIX}{name}-", dir=folder))
    unlocked = home / f"{OWNER}.new"
    with unlocked.open("w", encoding="utf-8") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)
        unlocked.rename(home / OWNER)  # whoever sweeps sees it locked, or not at all
        link.symlink_to(home)
        yield


def clear_folder(link: Path) -> None:
    """Take away the room behind *link*."""
    if link.is_symlink():
        shutil.rmtree(link.resolve(), ignore_errors=True)


def sweep_folders(folder: Path) -> None:
    """Take away the rooms whose owners are dead."""
    for mark in folder.glob(f"{PREFIX}*/{OWNER}"):
        if is_abandoned(mark):
            shutil.rmtree(mark.parent, ignore_errors=True)


def is_abandoned(mark: Path) -> bool:
    """Tell whether nobody holds the mark of a room, or the room has gone meanwhile."""
    try:
        with mark.open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        return True
    return True
