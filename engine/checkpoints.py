"""Checkpoints on disk: finished or not there, newest first, and none that is not what its manifest says."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xp.engine.digests import describe_file
from xp.engine.layout import AttemptLayout

MANIFEST = "manifest.json"

INTACT: set[tuple[Path, int, int, int, str]] = set()
"""Files that this process has read and found to be what a manifest says, by what the disk says of them: each is read
once, however many trainings go on from it."""

KEPT = 2
"""Finished checkpoints of an attempt that are kept: should the last one be damaged, there is the one before."""


@dataclass(frozen=True)
class Checkpoint:
    """A finished checkpoint."""

    attempt: AttemptLayout
    step: int

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.attempt.checkpoint(self.step)


def begin_checkpoint(attempt: AttemptLayout, step: int) -> Path:
    """Return the folder to write a checkpoint into."""
    folder = attempt.unfinished(step)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def finish_checkpoint(attempt: AttemptLayout, step: int, beat: Callable[[], object] = lambda: None) -> Checkpoint:
    """Put a checkpoint that all ranks have written into its place, whole and on disk, and drop those before the last.

    It is complete because it is there: a crash at any moment leaves a folder of another name. *beat* is called as it
    goes on, for whoever waits.
    """
    folder, place = attempt.unfinished(step), attempt.checkpoint(step)
    files = {
        str(path.relative_to(folder)): describe_file(path, beat) for path in sorted(folder.rglob("*")) if path.is_file()
    }
    listing = folder / MANIFEST
    listing.write_text(json.dumps({"step": step, "files": files}), encoding="utf-8")
    for path in (*(folder / name for name in files), listing, folder):
        sync(path)
        beat()
    shutil.rmtree(place, ignore_errors=True)
    folder.rename(place)
    sync(place.parent)
    for old in attempt.saved_steps()[:-KEPT]:
        shutil.rmtree(attempt.checkpoint(old))
    return Checkpoint(attempt, step)


def sync(path: Path) -> None:
    """Bring a file or a folder to disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def fault(folder: Path) -> str:
    """Return what is wrong with a checkpoint, or nothing."""
    try:
        files = manifest(folder)
    except FileNotFoundError:
        return f"it has no {MANIFEST}"
    except ValueError:
        return f"its {MANIFEST} is damaged"
    for name, wanted in files.items():
        if not (folder / name).is_file():
            return f"{name} is missing"
        if not is_intact(folder / name, wanted):
            there = (folder / name).stat().st_size
            return f"{name} is damaged: {there:,} of {wanted['bytes']:,} bytes are there, or not the same ones"
    return ""


def is_intact(path: Path, wanted: Mapping[str, Any]) -> bool:
    """Tell whether a file is what a manifest says; one that has not been touched since it was is not read again."""
    status = path.stat()
    seen = (path, status.st_ino, status.st_size, status.st_mtime_ns, str(wanted.get("sha256")))
    if seen not in INTACT and describe_file(path) == wanted:
        INTACT.add(seen)
    return seen in INTACT


def manifest(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return what the manifest of a checkpoint says of each file; raise if it is not as it was written."""
    whole = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    files = whole.get("files") if isinstance(whole, dict) else None
    if not files or not isinstance(files, dict):
        raise ValueError("no files are named")
    if not all(isinstance(one, dict) and isinstance(one.get("bytes"), int) for one in files.values()):
        raise ValueError("the size of a file is not told")
    return files


def newest_intact(
    attempts: Iterable[AttemptLayout], note: Callable[[str], object], step: int | None = None
) -> Checkpoint | None:
    """Return the checkpoint to go on from, of *step* or the furthest; each that is damaged is noted and passed over."""
    found = [Checkpoint(attempt, saved) for attempt in attempts for saved in attempt.saved_steps()]
    for one in sorted(found, key=lambda one: (one.step, one.attempt.number), reverse=True):
        if step in (None, one.step):
            if not (wrong := fault(one.folder)):
                return one
            note(f"the checkpoint of step {one.step} in {one.attempt.root.name} cannot be used: {wrong}")
    return None


def drop_checkpoints(attempts: Iterable[AttemptLayout], kept: Checkpoint | None = None) -> None:
    """Delete what nobody goes on from any more: half-written checkpoints, and finished ones but one that is kept."""
    for attempt in attempts:
        if kept is None or kept.attempt != attempt:
            shutil.rmtree(attempt.checkpoints, ignore_errors=True)
            continue
        for folder in attempt.checkpoints.glob("*"):
            if folder != kept.folder:
                shutil.rmtree(folder, ignore_errors=True)
