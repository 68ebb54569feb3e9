"""The files of a report: they lie in a folder beside it, and go when a later report needs them no more."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from xp.engine.digests import hash_file
from xp.engine.forms.files import replace, replacing

MARKDOWN = ".md"
LIST = "files.json"
"""What the last report left in the folder: names, and hashes of the contents."""


def folder_of(report: Path) -> Path:
    """Return the folder for the files of a report; one in another form than Markdown has its own."""
    return report.with_name(f"{report.stem if report.suffix == MARKDOWN else report.name}_files")


def leave(folder: Path, files: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Write files, and return their hashes by name; a file that is as it should be is not touched."""
    left = {}
    for name, content in files:
        target, left[name] = folder / name, digest(content)
        if target.is_file() and hash_file(target) == left[name]:
            continue
        with replacing(target) as part:
            part.write_bytes(content)
    return left


def tidy(folder: Path, left: Mapping[str, str]) -> None:
    """Remove what an earlier report left and this one did not, unless somebody has changed it since."""
    listed = folder / LIST
    for name, known in earlier(listed).items():
        stale = folder / Path(name).name
        if name not in left and stale.is_file() and hash_file(stale) == known:
            stale.unlink()
    if left:
        replace(listed, json.dumps(left, indent=2, sort_keys=True) + "\n")
    elif listed.exists():
        listed.unlink()
        if not any(folder.iterdir()):
            folder.rmdir()


def earlier(listed: Path) -> dict[str, str]:
    """Return what an earlier report left; nothing where the list is not one of ours."""
    try:
        found = json.loads(listed.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: known for name, known in found.items() if isinstance(known, str)} if isinstance(found, dict) else {}


def digest(content: bytes) -> str:
    """Return the SHA-256 of a content."""
    return hashlib.sha256(content).hexdigest()
