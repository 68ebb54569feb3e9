"""Answers as GitHub-flavoured Markdown tables: aligned, with units in the heading and notes below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from xp.dsl.errors import Problem, TemplateError, did_you_mean
from xp.templates.answers import Column, Rows
from xp.templates.escape import Markdown, escape, width
from xp.templates.printed import printed
from xp.templates.quantity import MISSING, Style, cell, number, quantity, style

SPREAD = "_spread"
NOTE = "note"
UNIT = "unit"
ROUGE = re.compile(r"\brouge[ -]?(\d|l|lsum)\b", re.IGNORECASE)
EXPECTATION = re.compile(r"(\*?)(reduces|increases|affects)")
ARROWS = {"reduces": "↓", "increases": "↑", "affects": "↕"}
SITUATIONAL = "\\* expected in some situations only"
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Notes:
    """Remarks of a table, each numbered where it first occurs."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.situational = False

    def mark(self, remark: object) -> str:
        """Return the sign that leads to *remark*, empty where there is none."""
        if not isinstance(remark, str) or not remark.strip():
            return ""
        number = self._numbers.setdefault(remark, len(self._numbers) + 1)
        return str(number).translate(SUPERSCRIPTS)

    def __str__(self) -> str:
        lines = [f"{str(number).translate(SUPERSCRIPTS)} {escape(remark)}" for remark, number in self._numbers.items()]
        if self.situational:
            lines.insert(0, SITUATIONAL)
        return "\\\n".join(lines)


@dataclass(frozen=True)
class Field:
    """One column of a table: where its values, their spreads and their notes are found in a row."""

    column: Column
    place: int
    spread: int | None
    note: int | None
    unit: int | None
    """Where the row itself names the unit: in tables of facts."""

    style: Style | None
    """How numbers are written; None for a column of texts."""

    @property
    def name(self) -> str:
        """Return the column's name for people."""
        return escape(label(self.column.name))

    @property
    def heading(self) -> str:
        """Return the column's name with its unit."""
        unit = self.style.heading if self.style else ""
        return f"{self.name}, {escape(unit)}" if unit else self.name

    @property
    def rule(self) -> str:
        """Return the side that the column is aligned to: numbers to the right, their digits below each other."""
        return "right" if self.style and self.unit is None else "left"

    def show(self, row: Sequence[Any], notes: Notes, remark: object) -> str:
        """Return the cell of *row*; *remark* is the row's own note."""
        value = row[self.place]
        own = row[self.note] if self.note is not None else None
        if value is None:
            return MISSING + notes.mark(own or remark)
        return self.write(value, row, notes) + notes.mark(own)

    def write(self, value: Any, row: Sequence[Any], notes: Notes) -> str:
        """Return a value that is there."""
        if not number(value):
            return words(value, notes)
        spread = row[self.spread] if self.spread is not None else None
        if self.unit is not None:
            return quantity(value, row[self.unit] or "-", spread)
        return cell(value, self.style, spread) if self.style else quantity(value, self.column.unit, spread)


def grid(rows: Rows, *names: str) -> Markdown:
    """Return *rows* as a table, of the columns *names* only where any are given, with their notes."""
    shown = fields(rows, names)
    notes = Notes()
    places = {column.name: place for place, column in enumerate(rows.columns)}
    body = [[field.show(row, notes, remark(row, places)) for field in shown] for row in rows.answer.rows]
    for cells, row in zip(body, rows.answer.rows, strict=True):
        if MISSING not in "".join(cells):
            cells[0] += notes.mark(remark(row, places))
    table = draw([field.heading for field in shown], [field.rule for field in shown], body)
    return Markdown(f"{table}\n\n{notes}" if str(notes) else table)


def legend(rows: Rows, *names: str) -> Markdown:
    """Return what the columns of a table mean, in the words of the query."""
    meanings = [(field.name, field.column.description.strip()) for field in fields(rows, names)]
    return Markdown("; ".join(f"*{name}*: {escape(meaning)}" for name, meaning in meanings if meaning))


def fields(rows: Rows, names: Sequence[str] = ()) -> list[Field]:
    """Return the columns to show: spreads, notes and units stand with the values that they belong to."""
    places = {column.name: place for place, column in enumerate(rows.columns)}
    for name in names:
        if name not in places:
            raise TemplateError(
                Problem(f"query {rows.query!r} has no column {name!r}", hint=did_you_mean(name, places))
            )
    wanted = names or [name for name in places if not companion(name, places)]
    return [field(rows, name, places) for name in wanted]


def companion(name: str, places: Mapping[str, int]) -> bool:
    """Tell whether a column only goes with another one."""
    owner = name.removesuffix(SPREAD) if name.endswith(SPREAD) else name.removesuffix(f"_{NOTE}")
    return name == NOTE or (owner != name and owner in places) or (name == UNIT and "value" in places)


def field(rows: Rows, name: str, places: Mapping[str, int]) -> Field:
    """Return how the column *name* is shown."""
    column, place = rows.columns[places[name]], places[name]
    values = [row[place] for row in rows.answer.rows]
    spread = places.get(name + SPREAD)
    numeric = any(number(value) for value in values)
    return Field(
        column,
        place,
        spread,
        places.get(f"{name}_{NOTE}"),
        places.get(UNIT) if name == "value" else None,
        style(column.unit, values, spread=spread is not None) if numeric else None,
    )


def remark(row: Sequence[Any], places: Mapping[str, int]) -> object:
    """Return what the row says about itself as a whole."""
    return row[places[NOTE]] if NOTE in places else None


def words(value: Any, notes: Notes) -> str:
    """Return anything but a number as the text of a cell; what looks like a number stays the text it is."""
    if isinstance(value, str) and (match := EXPECTATION.fullmatch(value)):
        notes.situational |= bool(match[1])
        return f"{ARROWS[match[2]]} {match[2]}" + match[1].replace("*", "\\*")
    return printed(value)


def label(name: str) -> str:
    """Return a column's name as people write it.

    >>> label("predict_rougeLsum"), label("peak_memory")
    ('predict R-Lsum', 'peak memory')
    """
    return ROUGE.sub(lambda match: f"R-{match[1][0].upper()}{match[1][1:]}", name.replace("_", " "))


def draw(heading: Sequence[str], rules: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """Return a table whose bars stand below each other in any fixed-width font."""
    rows = [list(row) for row in body]
    widths = [max(3, *map(width, column)) for column in zip_longest(heading, *rows, fillvalue="")]
    lines = [line(heading, rules, widths), "| " + " | ".join(map(ruler, rules, widths)) + " |"]
    return "\n".join(lines + [line(row, rules, widths) for row in rows])


def line(cells: Sequence[str], rules: Sequence[str], widths: Sequence[int]) -> str:
    """Return one row of a table."""
    padded = []
    for text, rule, columns in zip(cells, rules, widths, strict=True):
        space = " " * (columns - width(text))
        padded.append(space + text if rule == "right" else text + space)
    return "| " + " | ".join(padded) + " |"


def ruler(rule: str, columns: int) -> str:
    """Return the line below a heading that says how its column is aligned."""
    dashes = "-" * (columns - 1)
    return f"{dashes}:" if rule == "right" else f":{dashes}"
