"""Finds a results folder, and an attempt in it by the beginning of its trial's id."""

from __future__ import annotations

from pathlib import Path

from xp.dsl.errors import Problem, XpError, did_you_mean
from xp.engine.layout import AttemptLayout, Layout, scan


class FindError(XpError):
    """There is nothing of that name."""


def found(results: Path) -> Layout:
    """Return the layout of a results folder that is there."""
    layout = Layout(results.absolute())
    if not layout.root.is_dir():
        raise FindError(Problem("there is no results folder", str(results), "name it with --results"))
    return layout


def attempt_of(layout: Layout, trial: str, number: int | None) -> AttemptLayout:
    """Return an attempt of the trial that begins with these digits: the last one unless it is numbered."""
    known = [folder.name for folder in scan(layout.trials) if layout.attempts(folder.name)]
    matching = [name for name in known if name.startswith(trial)]
    if len(matching) != 1:
        problem = f"{len(matching)} trials begin with {trial!r}" if matching else f"no trial {trial!r} was attempted"
        raise FindError(Problem(problem, str(layout.root), ", ".join(matching[:5]) or did_you_mean(trial, known)))
    attempts = {attempt.number: attempt for attempt in layout.attempts(matching[0])}
    chosen = max(attempts) if number is None else number
    if chosen not in attempts:
        raise FindError(Problem(f"trial {matching[0]} has no attempt {chosen}", hint=f"it has {len(attempts)}"))
    return attempts[chosen]
