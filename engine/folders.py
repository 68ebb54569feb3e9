"""What a name in an experiment file is on this disk: a folder, seen from that of the file; else the hub is asked."""

from __future__ import annotations

from pathlib import Path


def find_folder(name: str, beside: Path) -> Path | None:
    """Return the folder that *name* is, seen from *beside*; None where there is none: it may be an id of the hub."""
    try:
        place = beside / Path(name).expanduser()
    except RuntimeError:  # nobody here has the name behind the tilde
        return None
    return place if place.is_dir() else None
