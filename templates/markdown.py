"""Answers as GitHub-flavoured Markdown tables: aligned, with units in the heading and notes below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType

from xp.dsl.quantity import MISSING
from xp.templates.answers import Answer, Rows
from xp.templates.escape import Markdown, cell, code, escape, width
from xp.templates.sheet import Cell, Notes, Sheet, Unnumbered, fields, label, lay_out

LONGEST = 120
"""Characters of a text in a table of a report: one that is longer would widen every row."""

CUT = "…"
OBVIOUS = "name of "
"""How a description begins that says no more than the heading does."""


def cells(answer: Answer) -> Sheet:
    """Return an answer as texts in columns, for a terminal: notes have columns of their own."""
    return lay_out(Rows("", answer), (), Unnumbered())


def answer_table(answer: Answer) -> Markdown:
    """Return an answer as a table, nothing cut, with the notes that belong to it."""
    return draw_rows(Rows("", answer), (), (), {})


def grid(
    rows: Rows, *names: str, codes: Sequence[str] = (), titles: Mapping[str, str] = MappingProxyType({})
) -> Markdown:
    """Return *rows* as a table, of the columns *names* only where any are given, with the notes that belong to it.

    The texts of the columns *codes* are set as code; *titles* are other headings for columns. Long texts are cut.
    """
    rows.check(*codes, *titles)
    return draw_rows(rows, names, codes, titles, LONGEST)


def draw_rows(
    rows: Rows, names: Sequence[str], codes: Sequence[str], titles: Mapping[str, str], most: int | None = None
) -> Markdown:
    """Return *rows* as a table, no text in it longer than *most* characters."""
    sheet = lay_out(rows, names, Notes())
    heading = [escape(titles.get(column.name, column.title)) for column in sheet.columns]
    shown = [code if column.name in codes else cell for column in sheet.columns]
    body = [[set_as(show, found, most) for show, found in zip(shown, row, strict=True)] for row in sheet.cells]
    text = draw_aligned(heading, [column.align for column in sheet.columns], body)
    rows.drew(text, [column.name for column in sheet.columns])
    return Markdown("\n\n".join([text, "\\\n".join(map(escape, sheet.notes))] if sheet.notes else [text]))


def set_as(show: Callable[[str], Markdown], found: Cell, most: int | None) -> str:
    """Return a cell as Markdown; a dash is no code."""
    return f"{MISSING if found.text == MISSING else show(short(found.text, most))}{found.mark}"


def short(text: str, most: int | None = LONGEST) -> str:
    """Return *text*, or where it is longer than *most* its beginning and its end, by which texts often differ.

    >>> short("a long prefix", 9), short("a prefix", None)
    ('a long…ix', 'a prefix')
    """
    if most is None or len(text) <= most:
        return text
    head = most * 2 // 3
    return f"{text[:head]}{CUT}{text[len(text) + head + 1 - most :]}"


def legend(rows: Rows, *names: str) -> Markdown:
    """Return what the columns of a table mean, in the words of the query."""
    meanings = [(label(field.column.name), field.column.description.strip()) for field in fields(rows, names)]
    told = [(name, text) for name, text in meanings if text and text != name and not text.startswith(OBVIOUS)]
    return Markdown("; ".join(f"*{escape(name)}*: {escape(text)}" for name, text in told))


def draw_aligned(heading: Sequence[str], rules: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """Return a table whose bars stand below each other in any fixed-width font."""
    rows = [list(row) for row in body]
    widths = [max(3, *map(width, column)) for column in zip_longest(heading, *rows, fillvalue="")]
    lines = [line(heading, rules, widths), "| " + " | ".join(map(ruler, rules, widths)) + " |"]
    return "\n".join(lines + [line(row, rules, widths) for row in rows])


def line(texts: Sequence[str], rules: Sequence[str], widths: Sequence[int]) -> str:
    """Return one row of a table."""
    padded = []
    for text, rule, columns in zip(texts, rules, widths, strict=True):
        space = columns - width(text)
        left = {"left": 0, "center": space // 2, "right": space}[rule]
        padded.append(" " * left + text + " " * (space - left))
    return "| " + " | ".join(padded) + " |"


def ruler(rule: str, columns: int) -> str:
    """Return the line below a heading that says how its column is aligned."""
    return ("-" if rule == "right" else ":") + "-" * (columns - 2) + ("-" if rule == "left" else ":")
