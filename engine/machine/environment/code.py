"""The user's project: its commit, what was changed since, and the command that was given."""

from __future__ import annotations

import hashlib
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from xp.engine.machine.environment.commands import output
from xp.engine.machine.gpus.gpu import Facts


def command(arguments: Sequence[str] | None = None, home: Path | None = None) -> Facts:
    """Return the command line, the user's own folder written as ``~``."""
    given = sys.argv if arguments is None else arguments
    line = shlex.join([Path(given[0]).name, *given[1:]])
    return {"command": (line.replace(str(home or Path.home()), "~"), "")}


def git(folder: Path) -> Facts:
    """Return the commit of the user's project, and whether what ran is what was committed."""
    if shutil.which("git") is None or output("git", "rev-parse", "--git-dir", folder=folder) is None:
        return {"git_commit": (None, "")}
    changed = output("git", "status", "--porcelain", "--untracked-files=no", folder=folder) or ""
    untracked = output("git", "ls-files", "--others", "--exclude-standard", folder=folder) or ""
    difference = output("git", "diff", "HEAD", folder=folder) or ""
    return {
        "git_commit": (output("git", "rev-parse", "HEAD", folder=folder), ""),
        "git_branch": (output("git", "rev-parse", "--abbrev-ref", "HEAD", folder=folder), ""),
        "git_dirty": (bool(changed), ""),
        "git_untracked": (len(untracked.splitlines()), "files"),
        "git_diff_sha256": (hashlib.sha256(difference.encode()).hexdigest() if changed else None, ""),
    }
