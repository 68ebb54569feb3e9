"""Answers as tables for people: whole in a pipe, fitted to the screen on a terminal."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from xp.dsl.quantity import plural
from xp.engine.screen import GAP, aligned
from xp.engine.warehouse.ask import Answer
from xp.templates.escape import clean, width
from xp.templates.markdown import cells

NARROWEST = 8
"""Columns of text that a cell keeps at least when it is cut."""

MARK = "…"


def uncut(answer: Answer) -> str:
    """Return a table as wide as it needs to be, nothing cut."""
    head, rows, right = texts(answer)
    return f"{aligned(head, rows, right)}{count(answer)}"


def fitted(answer: Answer, columns: int) -> str:
    """Return a table that is no wider than *columns*: wide cells are cut, and what has no room is named below."""
    head, rows, right = texts(answer)
    widths = [max(map(width, column)) for column in zip(head, *rows, strict=True)]
    room = fit(widths, columns)
    shown = [[cut(cell, most) for cell, most in zip(row, room, strict=False)] for row in (head, *rows)]
    title, _, body = aligned(shown[0], shown[1:], right).partition("\n")
    left_out = "".join(f"\nno room for {name}; --format csv has it" for name in head[len(room) :])
    return f"\x1b[1m{title}\x1b[0m\n{body}{count(answer).rstrip()}{left_out}\n"


def texts(answer: Answer) -> tuple[list[str], list[list[str]], set[str]]:
    """Return the heading, the rows, and the headings of the columns that hold numbers."""
    sheet = cells(answer)
    rows = [[clean(text).replace("\n", " ") for text in row] for row in sheet.rows]
    right = {column.title for column in sheet.columns if column.align == "right"}
    return [column.title for column in sheet.columns], rows, right


def count(answer: Answer) -> str:
    """Return how many rows there are."""
    return f"({plural(len(answer.rows), 'row')})\n"


def fit(widths: Sequence[int], columns: int) -> list[int]:
    """Return how wide each column may be: the widest give way first; those at the end that have no room are left out.

    >>> fit([4, 60, 30], 50)
    [4, 21, 21]
    >>> fit([8, 60, 30], 18)
    [8, 8]
    """
    kept = [min(wide, max(columns, NARROWEST)) for wide in widths]
    while len(kept) > 1 and sum(min(wide, NARROWEST) for wide in kept) + len(GAP) * (len(kept) - 1) > columns:
        kept.pop()
    spare = sum(kept) + len(GAP) * (len(kept) - 1) - columns
    while spare > 0 and max(kept) > NARROWEST:
        place = max(range(len(kept)), key=lambda index: kept[index])
        kept[place] -= 1
        spare -= 1
    return kept


def cut(text: str, most: int) -> str:
    """Return *text*, or its beginning and a mark where it is wider than *most*.

    >>> cut("zero2-offload", 8)
    'zero2-o…'
    """
    if width(text) <= most:
        return text
    kept = bisect_left(range(len(text)), most, key=lambda length: width(text[:length])) - 1
    return text[:kept] + MARK
