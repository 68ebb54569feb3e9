"""Errors a user can act on: what is wrong, where it is, what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with something the user wrote."""

    message: str
    where: str = ""
    """``file:line:column: key``, as far as known: editors and CI turn it into a link."""

    hint: str = ""

    def __str__(self) -> str:
        line = f"{self.where}: {self.message}" if self.where else self.message
        return f"{line}\n    hint: {self.hint}" if self.hint else line


class XpError(Exception):
    """The user can fix this. Any other exception is a bug and keeps its traceback."""

    exit_code: ClassVar[int] = 1

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class SpecError(XpError):
    """An experiment file says something that cannot be run."""

    exit_code = 2


class QueryError(XpError):
    """A query cannot be asked of the warehouse."""

    exit_code = 3


class WarehouseError(XpError):
    """The warehouse cannot be opened or filled."""

    exit_code = 3


class TemplateError(XpError):
    """A template cannot be filled."""

    exit_code = 3


OPPOSITES = (
    ("encoder", "decoder"),
    ("increas", "decreas"),
    ("maxim", "minim"),
    ("max_", "min_"),
    ("higher", "lower"),
    ("enable", "disable"),
)
"""Parts of words that look alike and mean the opposite of each other."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint naming the known word closest to *word*, or all of them.

    >>> did_you_mean("leraning_rate", ["learning_rate", "seed"])
    "did you mean 'learning_rate'?"
    >>> did_you_mean("zzz", ["b", "a"])
    'known: a, b'
    >>> did_you_mean("decoder", ["encoder"])
    'known: encoder'
    """
    known = sorted(known)
    near = (name for name in get_close_matches(word, known) if not means_opposite(word, name))
    close = [*near] or [name for name in known if name.casefold() == word.casefold()]
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known) or 'none'}"


def means_opposite(word: str, name: str) -> bool:
    """Tell whether a name is near to *word* only because the opposite of the name is.

    >>> means_opposite("decreses", "increases"), means_opposite("encodr", "encoder")
    (True, False)
    """
    turned = (name.replace(one, other) for pair in OPPOSITES for one, other in (pair, pair[::-1]) if one in name)
    return any(get_close_matches(word, [name, opposite], n=1) == [opposite] for opposite in turned)
