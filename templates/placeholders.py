"""Placeholders of a plain Markdown file: ``{env_table}``, ``{table}``, ``{table:NAME}``, and nothing else in braces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from xp.dsl.errors import Problem, TemplateError, XpError, did_you_mean
from xp.templates.faults import join

UNNAMED = ("tradeoffs", "benchmarks")
"""The queries that the first and the second ``{table}`` stand for."""

NEWLINE = "\n"
NAME = r"[A-Za-z_]\w*"
TOKEN = re.compile(
    rf"""
      ^[ \t>]*(?:[-*+]|\d+[.)])?[ \t]*(?P<fence>`{{3,}}(?=[^`\n]*$)|~{{3,}})   # from a fence to its end
      (?s:.*?)(?:^[ \t>]*(?P=fence)[`~]*[ \t]*$|\Z)
    | (?<!`)(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n)(?s:.))+?(?<!`)(?P=ticks)(?!`)  # code in a line
    | <!--(?s:.*?)-->
    | \$\$(?s:.+?)\$\$ | \$(?=[^\s{{])[^$\n]+?(?<=\S)\$(?!\d)                    # formulas
    | \$\{{{NAME}\}} | \\[\\`{{}}$]
    | \\[A-Za-z]+\*?(?:\[[^\]\n]*\])*(?:\{{[^{{}}\n]*\}})+                       # commands of LaTeX
    | \{{\{{(?P<literal>{NAME}(?::[^{{}}\s]+)?)\}}\}}
    | \{{(?P<name>{NAME})(?::[ \t]*(?P<query>[^{{}}\s]*)[ \t]*)?\}}
    """,
    re.MULTILINE | re.VERBOSE,
)
"""What is looked at from left to right. All but the last two alternatives stay as they are."""

PREFIX = re.compile(r"^[ \t>]*\Z", re.MULTILINE)
BLANK = re.compile(r"\A(?:[ \t]*\n)+|\A[ \t]+")


@dataclass(frozen=True)
class Placeholder:
    """One pair of braces that is to be filled."""

    where: str
    """Its file and line."""

    name: str
    """``table``, or one of the tables that have a name of their own."""

    query: str
    """What a ``table`` asks; empty where there is no more to ask."""


def fill(text: str, path: str, table: Callable[[str], str], named: Mapping[str, Callable[[], str]]) -> str:
    """Return *text* with every placeholder filled; raise TemplateError naming each that means nothing.

    A placeholder is a bare name in braces; JSON, formulas, LaTeX, comments and code stay as they are. Doubled braces
    print single ones: ``{{table}}`` is shown as ``{table}``. *named* are the tables with a name of their own.
    """
    pieces = list(split_placeholders(text, path))
    places = [piece for piece in pieces if isinstance(piece, Placeholder)]
    if wrong := [problem for place in places for problem in complaints(place, (*named, "table"))]:
        raise TemplateError(*wrong)
    filled = ""
    for before, piece in pairwise(("", *pieces)):
        if isinstance(piece, Placeholder):
            filled = block(filled, fill_placeholder(piece, table, named))
        else:
            filled += BLANK.sub("", piece) if isinstance(before, Placeholder) else piece
    return filled


def split_placeholders(text: str, path: str) -> Iterator[str | Placeholder]:
    """Yield *text* in order, as stretches that stay and as placeholders."""
    stretch, end, unnamed = "", 0, iter(UNNAMED)
    for match in TOKEN.finditer(text):
        stretch += text[end : match.start()]
        end = match.end()
        if name := match["name"]:
            query = match["query"]
            if query is None:
                query = next(unnamed, "") if name == "table" else ""
            yield stretch
            yield Placeholder(f"{path}:{text.count(NEWLINE, 0, match.start()) + 1}", name, query)
            stretch = ""
        else:
            stretch += f"{{{match['literal']}}}" if match["literal"] else match[0]
    yield stretch + text[end:]


def complaints(place: Placeholder, known: Sequence[str]) -> Iterator[Problem]:
    """Yield what is wrong with a placeholder itself, before anything is asked."""
    if place.name not in known:
        hint = f"{did_you_mean(place.name, known)}; {{{{{place.name}}}}} prints the braces"
        yield Problem(f"{place.name}: unknown placeholder", place.where, hint)
    elif place.name != "table" and place.query:
        yield Problem(f"{place.name}: takes no query", place.where, f"{{table:{place.query}}} asks one")
    elif place.name == "table" and not place.query:
        hint = f"only the first {len(UNNAMED)} stand for {' and '.join(UNNAMED)}; name a query: {{table:NAME}}"
        yield Problem("table: which query?", place.where, hint)


def fill_placeholder(place: Placeholder, table: Callable[[str], str], named: Mapping[str, Callable[[], str]]) -> str:
    """Return what a placeholder stands for; what is wrong with its query is said with its place."""
    try:
        return table(place.query) if place.name == "table" else named[place.name]()
    except XpError as error:
        where = f"{place.where}: {place.name}"
        raise TemplateError(
            *(Problem(found.message, join(where, found.where), found.hint) for found in error.problems)
        ) from None


def block(before: str, content: str) -> str:
    """Return *content* behind *before*, apart by blank lines and as far indented or quoted as its placeholder was."""
    match = PREFIX.search(before)
    prefix = match[0] if match else ""
    head = before[: match.start() if match else None].rstrip(NEWLINE)
    bare = prefix.rstrip()
    lines = [f"{prefix}{line}" if line else bare for line in content.split(NEWLINE)]
    return NEWLINE.join([*([head, bare] if head else []), *lines, bare, ""])
