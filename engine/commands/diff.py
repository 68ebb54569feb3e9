"""`xp diff`: two trials, attempts or methods side by side, by the saved query `compare`."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from xp.dsl.errors import Problem, QueryError, did_you_mean
from xp.engine import answers
from xp.engine.finding import one_that_begins
from xp.engine.forms import terminal
from xp.engine.forms.text import objects
from xp.engine.warehouse.ask import Answer
from xp.engine.warehouse.sandbox import COMMAND
from xp.queries import catalog
from xp.queries.catalog import Query

Put = Callable[..., Answer]


def inline(sql: str) -> Query:
    """Return a question of this command's own."""
    return dataclasses.replace(catalog.inline(sql), path=Path("xp diff"))


TRIALS = inline(
    "select distinct trial, label, method, experiment = chosen($experiment) as here "
    "from standing order by here desc, trial"
)
ATTEMPTS = inline("select trial, attempt from attempt")


@dataclass(frozen=True)
class Known:
    """What can be compared."""

    here: Mapping[str, str]
    """Methods, and labels of trials, of the experiment, to what they are."""

    trials: Mapping[str, str]
    """Ids of all trials to their labels."""

    attempts: frozenset[tuple[str, str]]
    """Trials and the numbers of their attempts."""


def diff(results: Path, sides: Sequence[str], experiment: str | None, *, everything: bool, as_json: bool) -> str:
    """Return what differs between two sides, or everything that is known of them."""
    query = catalog.shipped("compare")
    with answers.session(results, COMMAND) as to:
        put = to.answer
        there = what_can_be_compared(put, experiment)
        one, other = (side_of(there, side) for side in sides)
        found = put(query, {"experiment": experiment, "one": one, "other": other, "all": everything})
    if as_json:
        return (
            json.dumps({"one": one, "other": other, "differences": objects(found)}, indent=2, ensure_ascii=False) + "\n"
        )
    return differences_table(found, {"one": there.trials.get(one, one), "other": there.trials.get(other, other)})


def what_can_be_compared(put: Put, experiment: str | None) -> Known:
    """Return what the warehouse knows."""
    rows = put(TRIALS, {"experiment": experiment}).rows
    here = {
        name: kind for _, label, method, own in rows if own for name, kind in ((method, "method"), (label, "trial"))
    }
    attempts = put(ATTEMPTS, {}).rows
    return Known(
        here, {trial: label for trial, label, *_ in rows}, frozenset((trial, str(number)) for trial, number in attempts)
    )


def side_of(there: Known, wanted: str) -> str:
    """Return what *wanted* means: a method, a label, or the only trial whose id starts so, with ``/2`` its attempt."""
    if wanted in there.here:
        return wanted
    start, slash, number = wanted.partition("/")
    if (found := one_that_begins(there.trials, start, QueryError)) is None:
        known = [*there.here, *there.trials]
        near = get_close_matches(wanted, known, n=1)
        hint = did_you_mean(wanted, known) if near else "`xp query trials` lists trials, labels and ids"
        raise QueryError(Problem("there is no such method, trial or label", wanted, hint))
    if slash and (found, number) not in there.attempts:
        numbers = sorted(int(each) for trial, each in there.attempts if trial == found)
        raise QueryError(Problem(f"trial {found} has no attempt {number!r}", wanted, f"it has {numbers}"))
    return found + slash + number


def differences_table(found: Answer, names: Mapping[str, str]) -> str:
    """Return the differences as a table whose columns are named after the two sides."""
    columns = tuple(dataclasses.replace(column, name=names.get(column.name, column.name)) for column in found.columns)
    titled: Any = dataclasses.replace(found, columns=columns)
    if not found.rows:
        return "nothing differs\n"
    return (
        terminal.fitted(titled, shutil.get_terminal_size().columns) if sys.stdout.isatty() else terminal.uncut(titled)
    )
