"""Checkpoints on disk: finished or not there, newest first, and none that is not what its manifest says."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xp.engine.layout import AttemptLayout

MANIFEST = "manifest.json"

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


def begin(attempt: AttemptLayout, step: int) -> Path:
    """Return the folder to write a checkpoint into."""
    folder = attempt.unfinished(step)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def finish(attempt: AttemptLayout, step: int) -> Checkpoint:
    """Put a checkpoint that all ranks have written into its place, whole and on disk, and drop those before the last.

    It is complete because it is there: a crash at any moment leaves a folder of another name.
    """
    folder, place = attempt.unfinished(step), attempt.checkpoint(step)
    files = {str(path.relative_to(folder)): told(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    listing = folder / MANIFEST
    listing.write_text(json.dumps({"step": step, "files": files}), encoding="utf-8")
    for path in (*(folder / name for name in files), listing, folder):
        sync(path)
    shutil.rmtree(place, ignore_errors=True)
    folder.rename(place)
    sync(place.parent)
    for old in attempt.saved_steps()[:-KEPT]:
        shutil.rmtree(attempt.checkpoint(old))
    return Checkpoint(attempt, step)


def told(path: Path) -> Mapping[str, Any]:
    """Return what a manifest says of a file."""
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


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
        if (found := told(folder / name)) != wanted:
            return f"{name} is damaged: {found['bytes']:,} of {wanted['bytes']:,} bytes are there, or not the same ones"
    return ""


def manifest(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return what the manifest of a checkpoint says of each file; raise if it is not as it was written."""
    whole = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    files = whole.get("files") if isinstance(whole, dict) else None
    if not files or not isinstance(files, dict):
        raise ValueError("no files are named")
    if not all(isinstance(one, dict) and isinstance(one.get("bytes"), int) for one in files.values()):
        raise ValueError("the size of a file is not told")
    return files


def newest(
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


def drop(attempt: AttemptLayout, *, keep_last: bool) -> None:
    """Delete what nobody goes on from any more: half-written checkpoints, and finished ones but the last if wanted."""
    kept = attempt.saved_steps()[-1:] if keep_last else []
    for folder in attempt.checkpoints.glob("*"):
        if folder not in [attempt.checkpoint(step) for step in kept]:
            shutil.rmtree(folder, ignore_errors=True)
    if not kept:
        shutil.rmtree(attempt.checkpoints, ignore_errors=True)
