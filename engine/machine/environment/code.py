"""The user's project: its commit, what was changed since, and the command that was given."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from xp.engine.machine.environment.commands import Answer, printed, run_command
from xp.engine.machine.gpus.gpu import Facts

BOUND = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX"}
    | {"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"}
)
"""Variables that bind git to one project, as in its hooks: here it is asked about that of a folder."""

IN_NAME = r"[\w.+@~-]"
"""What a name of a file goes on with."""

NO_PROJECT = "not a git repository (or any"
"""How git says that a folder is in none."""


def command(arguments: Sequence[str] | None = None, home: Path | None = None) -> Facts:
    """Return the command line, the user's own folder written as ``~``."""
    given = sys.argv if arguments is None else arguments
    line = shlex.join([Path(given[0]).name, *given[1:]])
    return {"command": (hide_folder(line, home or Path("~").expanduser()), "")}


def hide_folder(line: str, home: Path) -> str:
    """Return a command line with ``~`` wherever a path begins with the folder *home*, unless that is all there is.

    >>> hide_folder("xp run /home/al/a.toml -r/home/al /home/alice/b.toml /mnt/home/al", Path("/home/al"))
    'xp run ~/a.toml -r~ /home/alice/b.toml /mnt/home/al'
    >>> hide_folder("xp run /data/a.toml", Path("/"))
    'xp run /data/a.toml'
    """
    if not home.is_absolute() or home == home.parent:
        return line
    begins, ends = rf"(?:(?<=\s-\w)|(?<!{IN_NAME}))", rf"(?!{IN_NAME})"
    return re.sub(f"{begins}{re.escape(str(home))}{ends}", "~", line)


def git(folder: Path, results: Path | None = None) -> Facts:
    """Return the commit of the user's project, and whether what ran is what was committed.

    The whole project is looked at, wherever in it *folder* lies; what trials have made, in *results*, is no code.
    """
    found = ask(folder, "rev-parse", "--show-toplevel") if shutil.which("git") else None
    top = printed(found)
    if not top:
        why = refusal(found)
        return {"git_commit": (None, "")} | ({"git_refusal": (why, "")} if why else {})
    project = Path(top)
    changed = printed(ask(project, "status", "--porcelain", "--untracked-files=no"))
    return {
        "git_commit": (printed(ask(project, "rev-parse", "HEAD")), ""),
        # a checkout of a commit, as continuous integration makes it, is on none
        "git_branch": (printed(ask(project, "symbolic-ref", "--quiet", "--short", "HEAD")), ""),
        "git_dirty": (None if changed is None else bool(changed), ""),
        "git_untracked": (untracked(project, results), "files"),
        "git_diff_sha256": (difference(project) if changed else None, ""),
    }


def ask(folder: Path, *words: str) -> Answer | None:
    """Return what git says of the project that a folder is in."""
    outer = {name: value for name, value in os.environ.items() if name not in BOUND}
    return run_command("git", *words, folder=folder, environment={**outer, "LC_ALL": "C"})


def refusal(found: Answer | None) -> str:
    """Return why git tells nothing of a project that may be there: one of another user, as in a container."""
    said = "" if found is None else found.stderr.decode(errors="replace").partition("\n")[0]
    return "" if NO_PROJECT in said else said.removeprefix("fatal: ").partition(" at '")[0]


def untracked(project: Path, results: Path | None) -> int | None:
    """Return how many files git neither knows nor is told to ignore, None where it does not say."""
    left_out: list[str] = []
    if results is not None and results.resolve().is_relative_to(project.resolve()):
        left_out = [f":(exclude,literal){results.resolve().relative_to(project.resolve())}"]
    found = printed(ask(project, "ls-files", "--others", "--exclude-standard", "--", ".", *left_out))
    return None if found is None else len(found.splitlines())


def difference(project: Path) -> str | None:
    """Return the hash of what ``git diff HEAD`` prints where nothing is configured, None where it does not."""
    found = ask(project, "diff", "--no-ext-diff", "--no-textconv", "--no-color", "HEAD")
    return None if found is None or found.returncode else hashlib.sha256(found.stdout).hexdigest()
