"""An answer laid out for people: headings with units, numbers in columns, and the remarks that belong to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from xp.dsl.quantity import MISSING, Style, number, quantity, spanned, style
from xp.dsl.quantity import cell as one
from xp.templates.answers import Column, Rows
from xp.templates.escape import clean
from xp.templates.words import words

SPREAD = "_spread"
ENDS = ("_low", "_high")
"""Columns of an interval that goes with the column of that name."""

NOTE = "note"
UNIT = "unit"
VALUE = "value"
DIFFERENCE = "difference"
ROUGE = re.compile(r"\brouge[ -]?(\d|l|lsum)\b", re.IGNORECASE)
PLAIN = re.compile(r"[\w -]*")
EXPECTATION = re.compile(r"(\*?)(reduces|increases|affects)")
ARROWS = {"reduces": "↓", "increases": "↑", "affects": "↕"}
SITUATIONAL = "* expected in some situations only"
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Notes:
    """Remarks of a table, each numbered where it first occurs."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._situational = False

    def mark(self, remark: object) -> str:
        """Return the sign that leads to *remark*, empty where there is none."""
        if not isinstance(remark, str) or not remark.strip():
            return ""
        return raised(self._numbers.setdefault(remark, len(self._numbers) + 1))

    def asterisk(self) -> None:
        """Explain the asterisk below the table."""
        self._situational = True

    def __iter__(self) -> Iterator[str]:
        if self._situational:
            yield SITUATIONAL
        for remark, place in self._numbers.items():
            yield f"{raised(place)} {remark}"


class Unnumbered(Notes):
    """Remarks of a table that has columns for them."""

    def mark(self, remark: object) -> str:  # noqa: ARG002
        """Return no sign: the remark stands in its own column."""
        return ""


@dataclass(frozen=True)
class Heading:
    """The top of a column."""

    name: str
    """The column's name in the answer."""

    title: str
    align: Literal["left", "right"]


class Cell(NamedTuple):
    """One value as text, and the sign that leads to its note."""

    text: str
    mark: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table of texts."""

    columns: tuple[Heading, ...]
    cells: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...]
    """What stands below it."""

    @property
    def rows(self) -> list[list[str]]:
        """Return the cells as plain texts, each with the sign of its note."""
        return [[f"{cell.text}{cell.mark}" for cell in row] for row in self.cells]


@dataclass(frozen=True)
class Field:
    """One column: where its values, their spreads, their notes and their units are found in a row."""

    column: Column
    place: int
    spread: int | None
    note: int | None
    unit: int | None
    """Where the row itself names the unit: in tables of facts and of measures."""

    style: Style | None
    """How numbers are written; None for a column of texts."""

    ends: tuple[int, int] | None = None
    """Where the ends of an interval are found, for a column that has one."""

    @property
    def heading(self) -> Heading:
        """Return the column's name for people with its unit; numbers stand to the right, digit below digit."""
        unit = self.style.heading if self.style and self.ends is None else ""
        name = label(self.column.name)
        # `source words, words` would say it twice
        title = f"{name}, {unit}" if unit and unit not in name.split() else name
        return Heading(self.column.name, title, "right" if self.style else "left")

    def show(self, row: Sequence[Any], notes: Notes, remark: object) -> Cell:
        """Return the cell of *row*; *remark* is the row's own note, the reason of what it lacks."""
        value = row[self.place]
        own = row[self.note] if self.note is not None else None
        if value is None:
            return Cell(MISSING, notes.mark(own or (remark if self.column.type != "text" else None)))
        return Cell(self.write(value, row, notes), notes.mark(own))

    def write(self, value: Any, row: Sequence[Any], notes: Notes) -> str:
        """Return a value that is there."""
        unit = row[self.unit] if self.unit is not None else None
        value = stated(value) if unit else value
        if not number(value):
            return expectation(value, notes) or clean(words(value))
        signed = self.column.name == DIFFERENCE
        if self.ends is not None:
            low, high = (row[place] for place in self.ends)
            return spanned(value, unit or self.column.unit, low, high, signed=signed)
        spread = row[self.spread] if self.spread is not None else None
        if self.style is None or self.unit is not None:
            return quantity(value, unit or self.column.unit, spread, signed=signed)
        return one(value, self.style, spread)


def lay_out(rows: Rows, names: Sequence[str], notes: Notes) -> Sheet:
    """Return *rows* as a table, of the columns *names* only where any are given."""
    shown = fields(rows, names, numbered=not isinstance(notes, Unnumbered))
    remark = position(rows).get(NOTE)
    body = []
    for row in rows.answer.rows:
        said = row[remark] if remark is not None else None
        cells = [field.show(row, notes, said) for field in shown]
        if not any(row[field.place] is None and field.column.type != "text" for field in shown):
            cells[0] = Cell(cells[0].text, cells[0].mark + notes.mark(said))
        body.append(tuple(cells))
    return Sheet(tuple(field.heading for field in shown), tuple(body), tuple(notes))


def fields(rows: Rows, names: Sequence[str] = (), *, numbered: bool = True) -> list[Field]:
    """Return the columns to show: spreads, notes and units stand with the values that they belong to."""
    places = position(rows)
    rows.check(*names)
    wanted = names or [name for name in places if not companion(name, rows, numbered=numbered)]
    return [field(rows, name) for name in [name for name in wanted if not blank(rows, places[name])] or wanted]


def blank(rows: Rows, place: int) -> bool:
    """Tell whether a column of texts has none to show, in an answer that has rows."""
    texts = rows.columns[place].type == "text" and len(rows)
    return bool(texts) and all(row[place] is None for row in rows.answer.rows)


def position(rows: Rows) -> dict[str, int]:
    """Return the place of each column."""
    return {column.name: place for place, column in enumerate(rows.columns)}


def companion(name: str, rows: Rows, *, numbered: bool) -> bool:
    """Tell whether a column only goes with another one; *numbered* notes do."""
    others = position(rows).keys() - {name}
    if name.endswith((SPREAD, *ENDS)):
        return name.rpartition("_")[0] in others
    if name == NOTE or name.removesuffix(f"_{NOTE}") in others:
        return numbered
    return name == UNIT and any(map(unitless, rows.columns))


def unitless(column: Column) -> bool:
    """Tell whether a column takes its unit from each row: that of a fact does, and a measurement without its own."""
    return column.name == VALUE or (column.type, column.unit) == ("double", "-")


def field(rows: Rows, name: str) -> Field:
    """Return how the column *name* is shown."""
    places = position(rows)
    column, place = rows.columns[places[name]], places[name]
    values = [row[place] for row in rows.answer.rows]
    spread = places.get(name + SPREAD)
    spreads = [row[spread] for row in rows.answer.rows] if spread is not None else None
    return Field(
        column,
        place,
        spread,
        places.get(f"{name}_{NOTE}"),
        places.get(UNIT) if unitless(column) else None,
        style(column.unit, values, spreads) if any(map(number, values)) else None,
        interval(name, places),
    )


def interval(name: str, places: Mapping[str, int]) -> tuple[int, int] | None:
    """Return where the interval of a column is found, None where it has none."""
    low, high = (places.get(name + end) for end in ENDS)
    return None if low is None or high is None else (low, high)


def stated(value: object) -> object:
    """Return the number that a fact with a unit states as text."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def raised(place: int) -> str:
    """Return a number in superscript."""
    return str(place).translate(SUPERSCRIPTS)


def expectation(value: object, notes: Notes) -> str:
    """Return what a claim expects with an arrow, its asterisk behind it; empty for any other text."""
    match = EXPECTATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return ""
    if match[1]:
        notes.asterisk()
    return f"{ARROWS[match[2]]} {match[2]}{match[1]}"


def label(name: str) -> str:
    """Return a column's name as people write it; one with other signs than letters is somebody's own, and stays.

    >>> label("predict_rougeLsum"), label("peak_memory"), label("eval/rouge1"), label("f1_macro@5")
    ('predict R-Lsum', 'peak memory', 'eval/rouge1', 'f1_macro@5')
    """
    if not PLAIN.fullmatch(name):
        return name
    return ROUGE.sub(lambda match: f"R-{match[1][0].upper()}{match[1][1:]}", name.replace("_", " "))
