"""Finds a cell of a report: by the words that a reader sees, or by its place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from xp.dsl.errors import Problem, QueryError, did_you_mean

BAR = re.compile(r"(?<!\\)\|")
PLACE = re.compile(r"(\d+):(\d+)")
MARK = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+$")
HEAD = 2
"""Lines of a table above its first row."""

MOST = 8
"""How many cells are named where several are meant."""


@dataclass(frozen=True)
class Cell:
    """One cell that was drawn from an answer."""

    line: int
    start: int
    """Where its first character stands in the line, from 1."""

    end: int
    """Where its bar stands."""

    text: str
    table: Mapping[str, Any]
    """What the sidecar says of its table."""

    row: int
    column: str
    """Name in the answer."""

    heading: str

    @property
    def words(self) -> dict[str, str]:
        """What names its row."""
        found: dict[str, str] = self.table["rows"][self.row][0]
        return found

    @property
    def title(self) -> str:
        """Its name for people."""
        return f"{' · '.join(dict.fromkeys(self.words.values())) or f'row {self.row + 1}'}, {self.heading}"

    def is_meant(self, names: Sequence[str], query: str) -> bool:
        """Tell whether these words name the cell: the last its column, those before it the row, the table too."""
        *before, column = map(letters, names)
        if column not in map(letters, (self.column, self.heading, self.heading.partition(",")[0])):
            return False
        known = {letters(word) for word in (*self.words.values(), self.table["section"], query)}
        return all(name in known for name in before)


def find(report: Path, text: str, told: Mapping[str, Any], wanted: Sequence[str]) -> Cell:
    """Return the cell that *wanted* means: ``LINE:COLUMN``, or words; raise QueryError naming those that come near."""
    known = list(cells(text, told))
    place = PLACE.fullmatch(wanted[0]) if len(wanted) == 1 else None
    if place:
        return at(report, known, int(place[1]), int(place[2]))
    queries = [answer["query"] for answer in told["answers"]]
    found = [cell for cell in known if cell.is_meant(wanted, queries[cell.table["answer"]])]
    if len(found) == 1:
        return found[0]
    if found:
        listed = "\n".join(f"    {report}:{each.line}:{each.start}  {each.title}" for each in found[:MOST])
        more = f"\n    and {len(found) - MOST} more" if len(found) > MOST else ""
        message = f"{len(found)} cells are called {' '.join(wanted)!r}:\n{listed}{more}"
        raise QueryError(Problem(message, hint="give more of the row, its section, or one of these places"))
    raise unknown(report, known, queries, wanted)


def letters(word: str) -> str:
    """Return what words have in common that a reader takes for the same; one of signs alone is itself.

    >>> letters("Trade-offs"), letters("tradeoffs"), letters("R-1"), letters("±")
    ('tradeoffs', 'tradeoffs', 'r1', '±')
    """
    return re.sub(r"[\W_]", "", word.casefold()) or word


def unknown(report: Path, known: Sequence[Cell], queries: Sequence[str], wanted: Sequence[str]) -> QueryError:
    """Return what to say where nothing has these words."""
    names = [{cell.column for cell in known} | {cell.heading for cell in known}]
    rows = {word for cell in known for word in cell.words.values()}
    names = [rows | {cell.table["section"] for cell in known} | set(queries)] * (len(wanted) - 1) + names
    hints = [
        f"{word!r}: {did_you_mean(word, choices)}"
        for word, choices in zip(wanted, names, strict=True)
        if letters(word) not in map(letters, choices)
    ]
    hint = "; ".join(hints) or "the row first, the column last, as in: zero2 memory"
    return QueryError(Problem(f"no cell is called {' '.join(wanted)!r}", str(report), hint))


def at(report: Path, known: Sequence[Cell], line: int, column: int) -> Cell:
    """Return the cell at a place of the file."""
    for cell in known:
        if cell.line == line and cell.start <= column <= cell.end:
            return cell
    if not known:
        raise QueryError(Problem("no table of this report was drawn from an answer", str(report)))
    near = min(known, key=lambda cell: (abs(cell.line - line), abs(cell.start - column)))
    hint = f"the nearest cell of a table is {near.line}:{near.start}, {near.title}"
    raise QueryError(Problem("there is no cell that was drawn from an answer", f"{report}:{line}:{column}", hint))


def cells(text: str, told: Mapping[str, Any]) -> Iterator[Cell]:
    """Yield every cell of every table that the sidecar knows."""
    lines = text.split("\n")
    for table in told["tables"]:
        if table["line"] + HEAD + len(table["rows"]) > len(lines) + 1:
            continue  # somebody has cut the report
        headings = [heading for _, _, heading in split(lines[table["line"] - 1])]
        for row in range(len(table["rows"])):
            number = table["line"] + HEAD + row
            pieces = split(lines[number - 1])
            for column, heading, (start, end, shown) in zip(table["columns"], headings, pieces, strict=False):
                yield Cell(number, start, end, shown, table, row, column, heading)


def split(line: str) -> Iterator[tuple[int, int, str]]:
    r"""Yield for each cell of a line where it begins and ends, and its text.

    >>> list(split("| a | b\\|c |"))
    [(3, 5, 'a'), (7, 12, 'b\\|c')]
    """
    bars = [match.start() for match in BAR.finditer(line)]
    for left, right in pairwise(bars):
        piece = line[left + 1 : right]
        yield left + 2 + len(piece) - len(piece.lstrip()), right + 1, piece.strip()


def note(text: str, cell: Cell) -> str:
    """Return the remark below the table that the sign behind a cell leads to, empty where it has none."""
    if not (mark := MARK.search(cell.text)):
        return ""
    below = text.split("\n")[cell.table["line"] + HEAD + len(cell.table["rows"]) - 1 :]
    return next((line.removeprefix(mark[0]).strip(" \\") for line in below if line.startswith(f"{mark[0]} ")), "")
