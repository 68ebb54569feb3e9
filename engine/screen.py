"""Tables for people: drawn by rich on a terminal, plain aligned text elsewhere."""

from __future__ import annotations

import io
import sys
from collections.abc import Collection, Sequence

from xp.templates.escape import clean, width

GAP = "  "


def make_table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[str] = ()) -> str:
    """Return a table with a heading; the columns named in *right* hold numbers."""
    cells = [[clean(cell).replace("\n", " ") for cell in row] for row in rows]
    return draw_table(head, cells, right) if sys.stdout.isatty() else aligned(head, cells, right)


def aligned(head: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[str] = ()) -> str:
    r"""Return a table as plain lines, each as long as it needs to be.

    >>> aligned(["id", "s"], [["a", "1"], ["bcd", "23"]], ["s"])
    'id    s\na     1\nbcd  23\n'
    """
    lines = [head, *rows]
    widths = [max(map(width, column)) for column in zip(*lines, strict=True)]
    return "".join(f"{text_line(cells, widths, [name in right for name in head])}\n" for cells in lines)


def text_line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    """Return one line of a table."""
    padded = (
        " " * (wide - width(cell)) + cell if on_the_right else cell + " " * (wide - width(cell))
        for cell, wide, on_the_right in zip(cells, widths, right, strict=True)
    )
    return GAP.join(padded).rstrip()


def draw_table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[str]) -> str:
    """Return a table that fits the terminal, with its colours."""
    from rich.console import Console  # noqa: PLC0415 - a pipe does not pay for it
    from rich.table import Table  # noqa: PLC0415

    grid = Table(box=None, header_style="bold", pad_edge=False)
    for name in head:
        grid.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*row)
    text = io.StringIO()
    Console(file=text, force_terminal=True, markup=False, highlight=False).print(grid)
    return text.getvalue()
