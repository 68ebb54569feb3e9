"""The header of a query: its lines, which of them are promises, and which were meant as one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from xp.dsl.errors import Problem, did_you_mean

HEADER = re.compile(r"\ufeff?(?:[ \t]*--[^\n]*(?:\n|$))*")

TYPES = ("text", "integer", "double", "boolean", "timestamp", "json")
"""Types of columns; a parameter has one of the first four."""

PROMISE = re.compile(
    rf'(?P<kind>param|column)\s+(?P<name>\w+|"[^"]+")\s+(?P<type>{"|".join(TYPES)})'
    r"\s+(?P<third>\S+)\s+(?P<text>\S.*)"
)
SPACED = re.compile(r"(param|column)\s{2,}")
"""How prose does not begin."""

TYPED = re.compile(r'(param|column)\s+(\w+|"[^"]+")\s+(?P<type>\w+)(\s|$)')

SYNONYMS: Mapping[str, str] = {
    **dict.fromkeys(("string", "str", "varchar", "char"), "text"),
    **dict.fromkeys(("int", "bigint", "smallint"), "integer"),
    **dict.fromkeys(("number", "numeric", "decimal", "float", "real"), "double"),
    "bool": "boolean",
    **dict.fromkeys(("date", "time", "datetime"), "timestamp"),
}
"""What types are called elsewhere."""

NEAR = 0.8
"""How near to a type a word is that is no prose: `next` is no `text`."""

FORM = '`param NAME TYPE DEFAULT DESCRIPTION` or `column NAME TYPE UNIT DESCRIPTION`; "f1@5" needs its quotes'


class Line(NamedTuple):
    """A line of the header that says something."""

    number: int
    text: str
    """Without its dashes."""

    @property
    def promise(self) -> re.Match[str] | None:
        """Return what it promises, None where it is prose."""
        return PROMISE.fullmatch(self.text)

    @property
    def wrong_type(self) -> str:
        """Return the word in the place of a type that is another word for one, or nearly one; else nothing."""
        match = TYPED.match(self.text)
        word = match["type"] if match else ""
        known = word not in TYPES and (word.lower() in SYNONYMS or get_close_matches(word, TYPES, n=1, cutoff=NEAR))
        return word if known else ""

    @property
    def broken(self) -> bool:
        """Tell whether it was meant as a promise and is none."""
        return not self.promise and bool(SPACED.match(self.text) or self.wrong_type)


def header_lines(text: str) -> list[Line]:
    r"""Return the lines of the first comment block, without the empty ones.

    >>> header_lines("-- What?\n--\n-- column a text - one")
    [Line(number=1, text='What?'), Line(number=3, text='column a text - one')]
    """
    match = HEADER.match(text)
    lines = match[0].lstrip("\ufeff").splitlines() if match else []
    found = (Line(number, line.strip().lstrip("-").strip()) for number, line in enumerate(lines, 1))
    return [line for line in found if line.text]


def broken_promises(lines: Sequence[Line], place: str) -> Iterator[Problem]:
    """Yield the lines that were meant as promises and are none."""
    for line in lines:
        if line.broken:
            what = f"a promise with a part missing or a type that there is not: {line.text!r}"
            yield Problem(what, f"{place}:{line.number}", type_hint(line.wrong_type) or FORM)


def type_hint(word: str) -> str:
    """Return which type a word may mean, nothing where it is none.

    >>> type_hint("number"), type_hint("doubel")
    ("did you mean 'double'?", "did you mean 'double'?")
    """
    meant = SYNONYMS.get(word.lower())
    return f"did you mean {meant!r}?" if meant else did_you_mean(word, TYPES) if word else ""


def unlike_parameters(lines: Sequence[Line], used: Mapping[str, int], place: str) -> Iterator[Problem]:
    """Yield the parameters that only the header or only the SQL has; *used* are those of the SQL and their lines."""
    promised = {match["name"]: line.number for line in lines if (match := line.promise) and match["kind"] == "param"}
    only_promised, only_used = promised.keys() - used.keys(), used.keys() - promised.keys()
    for name in sorted(only_promised, key=promised.__getitem__):
        hint = did_you_mean(name, only_used) if only_used else f"use ${name}, or take the line out"
        what = f"the header promises the parameter {name!r}, which the SQL does not use"
        yield Problem(what, f"{place}:{promised[name]}", hint)
    for name in sorted(only_used, key=used.__getitem__):
        hint = did_you_mean(name, only_promised) if only_promised else f"add `-- param {name} TYPE DEFAULT DESCRIPTION`"
        what = f"the SQL uses the parameter {name!r}, which the header does not promise"
        yield Problem(what, f"{place}:{used[name]}", hint)
