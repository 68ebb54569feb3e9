"""Asks other programs."""

from __future__ import annotations

import subprocess
from pathlib import Path

PATIENCE = 20.0
"""Seconds after which a program that says nothing is taken for one that knows nothing."""


def output(*command: str, folder: Path | None = None, patience: float = PATIENCE) -> str | None:
    """Return what a command prints, None when it fails."""
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, errors="replace", check=False, timeout=patience
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
