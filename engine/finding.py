"""Finds a results folder, and an attempt in it by the beginning of its trial's id."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from xp.dsl.errors import Problem, XpError
from xp.engine.layout import AttemptLayout, Layout, scan

SHOWN = 3
"""Most ids that a hint names."""


class FindError(XpError):
    """There is nothing of that name."""

    exit_code = 3


def found(results: Path) -> Layout:
    """Return the layout of a results folder that is there."""
    layout = Layout(results.absolute())
    if not layout.root.is_dir():
        hint = "run an experiment first, such as `xp run experiments/core.toml`, or name the folder with --results"
        raise FindError(Problem("there is no results folder", str(results), hint))
    return layout


def attempt_of(layout: Layout, trial: str, number: int | None) -> AttemptLayout:
    """Return an attempt of the trial that begins with these digits: the last one unless it is numbered."""
    known = [folder.name for folder in scan(layout.trials) if layout.attempts(folder.name)]
    matching = [name for name in known if name.startswith(trial)]
    if len(matching) != 1:
        problem = f"{len(matching)} trials begin with {trial!r}" if matching else f"no trial {trial!r} was attempted"
        longer = f"give more of the id: {', '.join(sorted(matching)[:SHOWN])}{', …' * (len(matching) > SHOWN)}"
        raise FindError(Problem(problem, str(layout.root), longer if matching else near(trial, known)))
    attempts = {attempt.number: attempt for attempt in layout.attempts(matching[0])}
    chosen = max(attempts) if number is None else number
    if chosen not in attempts:
        raise FindError(Problem(f"trial {matching[0]} has no attempt {chosen}", hint=f"it has {len(attempts)}"))
    return attempts[chosen]


def near(trial: str, known: Sequence[str]) -> str:
    """Return a hint that names the ids that come nearest to one that there is not.

    >>> near("3fa", ["77aa", "3fb9"]), near("x", [])
    ('the nearest is 3fb9', 'none was attempted yet')
    """
    nearest = get_close_matches(trial, known, n=1, cutoff=0)
    return f"the nearest is {nearest[0]}" if nearest else "none was attempted yet"
