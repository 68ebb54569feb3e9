"""Asks other programs."""

from __future__ import annotations

import subprocess
from pathlib import Path

PATIENCE = 20.0
"""Seconds after which a program that says nothing is taken for one that knows nothing."""


def output(*command: str, folder: Path | None = None, patience: float = PATIENCE) -> str | None:
    """Return what a command prints as text, None when it fails."""
    said = raw(*command, folder=folder, patience=patience)
    return None if said is None else said.decode(errors="replace").strip()


def raw(*command: str, folder: Path | None = None, patience: float = PATIENCE) -> bytes | None:
    """Return what a command prints, to the last byte, None when it fails."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=patience)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None
