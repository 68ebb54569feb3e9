"""Markdown becomes HTML: the same text, with headings that can be linked to and numbers that say what they rest on."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from xp.templates.escape import clean
from xp.templates.html.numbers import Behind, numbers, runs
from xp.templates.trace import Placed, Trace, names_of, placed_tables

ALIGNED = re.compile(r"text-align:(\w+)")
UNLINKED = re.compile(r"[^\w\- ]")


@dataclass(frozen=True)
class Section:
    """A heading."""

    level: int
    id: str
    title: str


@dataclass(frozen=True)
class Document:
    """A text for a browser, and its headings."""

    text: str
    sections: tuple[Section, ...]

    def __html__(self) -> str:
        """Return the text, for a template that prints it."""
        return self.text


def to_html(markdown: str, trace: Trace, behind: Behind) -> Document:
    """Return a Markdown text as HTML; blocks of HTML in it are ours, as values in it are escaped.

    *trace* knows the answers that its tables were drawn from, *behind* the trials that they rest on.
    """
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = parser.parse(markdown)
    sections: dict[str, Section] = {}
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            title = "".join(child.content for child in inline.children or [])
            section = Section(int(token.tag[1:]), unique(title, sections), title)
            sections[section.id] = section
            token.attrs["id"] = section.id
    found = {each.line: each for each in placed_tables(markdown, trace)}
    for table in tables(tokens):
        styled(table)
        first, _ = table[0].map or (0, 0)
        if here := found.get(first + 1):
            annotate_table(table, here, behind)
    text: str = parser.renderer.render(tokens, parser.options, {})
    return Document(text, tuple(sections.values()))


def unique(title: str, taken: MutableMapping[str, Section]) -> str:
    """Return the name that GitHub gives to a heading, with a number where it is taken."""
    name = UNLINKED.sub("", title.lower()).replace(" ", "-") or "section"
    tries = (name, *(f"{name}-{place}" for place in range(1, len(taken) + 2)))
    return next(found for found in tries if found not in taken)


def tables(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """Yield the tokens of each table."""
    table: list[Token] = []
    for token in tokens:
        if token.type == "table_open" or table:
            table.append(token)
        if token.type == "table_close":
            yield table
            table = []


def styled(table: Sequence[Token]) -> None:
    """Give cells classes in place of styles: the policy of a page lets no element have a style of its own."""
    for token in table:
        if token.type in ("th_open", "td_open"):
            match = ALIGNED.search(str(token.attrs.pop("style", "")))
            token.attrs["class"] = match[1] if match else "left"
        if token.type == "th_open":
            token.attrs["scope"] = "col"


def annotate_table(table: Sequence[Token], here: Placed, behind: Behind) -> None:
    """Let the numbers of a table say what they rest on, and how `xp explain` is asked about them."""
    drawn = here.drawn
    about = [*filter(None, [here.section]), PurePath(drawn.query).stem]
    table[0].attrs["data-query"] = clean(drawn.query)
    starts = [place for place, token in enumerate(table) if token.type == "tr_open"][1:]
    for line, start in enumerate(starts):
        row = drawn.rows.answer.rows[line]
        table[start].attrs["data-runs"] = clean(runs(behind(drawn.rows, row)))
        end = next(place for place in range(start, len(table)) if table[place].type == "tr_close")
        cells = [token for token in table[start:end] if token.type == "td_open"]
        for cell, column, number in zip(cells, drawn.columns, numbers(drawn, line), strict=True):
            if number is not None:
                address = shlex.join([*about, *names_of(drawn.rows, row).values(), column])
                cell.attrs["data-cell"] = clean(address)
                cell.attrs["class"] = f"{cell.attrs['class']} number"
                cell.attrs["tabindex"] = "-1"
                cell.attrs["data-about"] = clean(number.about)
                if number.value is not None:
                    cell.attrs["data-value"] = repr(number.value)


def block(document: Document) -> Markup:
    """Return a document as a part of a page."""
    return Markup(document.text)  # noqa: S704 - its values are escaped
