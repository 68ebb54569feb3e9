"""Asks other programs."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

PATIENCE = 20.0
"""Seconds after which a program that says nothing is taken for one that knows nothing."""

Answer = subprocess.CompletedProcess[bytes]


def output(*command: str, patience: float = PATIENCE) -> str | None:
    """Return what a command prints as text, None when it fails."""
    return printed(run_command(*command, patience=patience))


def printed(said: Answer | None) -> str | None:
    """Return what a command has printed as text, None where it has failed."""
    return said.stdout.decode(errors="replace").strip() if said is not None and said.returncode == 0 else None


def run_command(
    *command: str, folder: Path | None = None, environment: Mapping[str, str] | None = None, patience: float = PATIENCE
) -> Answer | None:
    """Return what a command says and how it ends, None when it takes too long."""
    try:
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, timeout=patience)
    except subprocess.TimeoutExpired:
        return None
