"""Finds a results folder, and an attempt in it by the beginning of its trial's id."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from xp.dsl.errors import Problem, XpError
from xp.dsl.quantity import plural
from xp.engine.layout import AttemptLayout, Layout, scan

SHOWN = 3
"""Most ids that a hint names."""


class FindError(XpError):
    """There is nothing of that name."""

    exit_code = 3


def results_layout(results: Path) -> Layout:
    """Return the layout of a results folder that is there."""
    layout = Layout(results.absolute())
    if not layout.root.is_dir():
        hint = "run an experiment first, such as `xp run experiments/core.toml`, or name the folder with --results"
        raise FindError(Problem("there is no results folder", str(results), hint))
    return layout


def attempt_of(layout: Layout, trial: str, number: int | None) -> AttemptLayout:
    """Return an attempt of the trial that begins with these digits: the last one unless it is numbered."""
    known = {folder.name: "" for folder in scan(layout.trials) if layout.attempts(folder.name)}
    if (whole := one_that_begins(known, trial)) is None:
        hint = f"{suggest_id(known, trial)}; `xp query trials` lists them"
        raise FindError(Problem(f"no trial {trial!r} was attempted", str(layout.root), hint))
    attempts = {attempt.number: attempt for attempt in layout.attempts(whole)}
    chosen = max(attempts) if number is None else number
    if chosen not in attempts:
        raise FindError(Problem(f"trial {whole} has no attempt {chosen}", hint=f"it has {len(attempts)}"))
    return attempts[chosen]


def one_that_begins(known: Mapping[str, str], wanted: str, error: type[XpError] = FindError) -> str | None:
    """Return the only id that begins with *wanted*, None where none does; raise where several do, or nothing is given.

    *known* has the label of each id, empty where it has none.
    """
    matching = [one for one in known if one.startswith(wanted)]
    if matching and (len(matching) > 1 or not wanted):
        names = ", ".join(with_label(known, one) for one in sorted(matching)[:SHOWN]) + ", …" * (len(matching) > SHOWN)
        number = f"{plural(len(matching), 'trial')} {'begin' if len(matching) > 1 else 'begins'}"
        raise error(Problem(f"{number} with {wanted!r}", hint=f"give more of the id: {names}"))
    return matching[0] if matching else None


def suggest_id(known: Mapping[str, str], wanted: str) -> str:
    """Return a hint that names the id that comes near to one that there is not, or some of those that there are.

    >>> suggest_id({"77aa": "", "3fb9": "zero2 · seed 1"}, "3fa"), suggest_id({}, "x")
    ('the nearest is 3fb9 (zero2 · seed 1)', 'there is none yet')
    >>> suggest_id({"77aa": "", "3fb9": "zero2 · seed 1"}, "zero2")
    'it is no id, such as 3fb9 (zero2 · seed 1), nor the beginning of one'
    """
    beginnings = {one[: max(len(wanted), 1)]: one for one in known}
    if close := get_close_matches(wanted, beginnings, n=1):
        return f"the nearest is {with_label(known, beginnings[close[0]])}"
    if not known:
        return "there is none yet"
    return f"it is no id, such as {with_label(known, min(known))}, nor the beginning of one"


def with_label(known: Mapping[str, str], one: str) -> str:
    """Return an id, and its label where it has one."""
    return f"{one} ({known[one]})" if known[one] else one
