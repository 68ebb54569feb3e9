"""The user's project: its commit, what was changed since, and the command that was given."""

from __future__ import annotations

import hashlib
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from xp.engine.machine.environment.commands import output, raw
from xp.engine.machine.gpus.gpu import Facts


def command(arguments: Sequence[str] | None = None, home: Path | None = None) -> Facts:
    """Return the command line, the user's own folder written as ``~``."""
    given = sys.argv if arguments is None else arguments
    line = shlex.join([Path(given[0]).name, *given[1:]])
    return {"command": (line.replace(str(home or Path.home()), "~"), "")}


def git(folder: Path, results: Path | None = None) -> Facts:
    """Return the commit of the user's project, and whether what ran is what was committed.

    The whole project is looked at, wherever in it *folder* lies; what trials have made, in *results*, is no code.
    """
    top = output("git", "rev-parse", "--show-toplevel", folder=folder) if shutil.which("git") else None
    if not top:
        return {"git_commit": (None, "")}
    project = Path(top)
    changed = output("git", "status", "--porcelain", "--untracked-files=no", folder=project)
    return {
        "git_commit": (output("git", "rev-parse", "HEAD", folder=project), ""),
        "git_branch": (output("git", "rev-parse", "--abbrev-ref", "HEAD", folder=project), ""),
        "git_dirty": (None if changed is None else bool(changed), ""),
        "git_untracked": (untracked(project, results), "files"),
        "git_diff_sha256": (difference(project) if changed else None, ""),
    }


def untracked(project: Path, results: Path | None) -> int | None:
    """Return how many files git neither knows nor is told to ignore, None where it does not say."""
    left_out: list[str] = []
    if results is not None and results.resolve().is_relative_to(project.resolve()):
        left_out = [f":(exclude,literal){results.resolve().relative_to(project.resolve())}"]
    found = output("git", "ls-files", "--others", "--exclude-standard", "--", ".", *left_out, folder=project)
    return None if found is None else len(found.splitlines())


def difference(project: Path) -> str | None:
    """Return the hash of what ``git diff HEAD`` prints where nothing is configured, None where it does not."""
    found = raw("git", "diff", "--no-ext-diff", "--no-textconv", "--no-color", "HEAD", folder=project)
    return None if found is None else hashlib.sha256(found).hexdigest()
