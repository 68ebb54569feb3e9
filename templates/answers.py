"""What a query answers, as templates see it: rows with a name for each value and a unit for each number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol, Self

from xp.dsl.errors import Problem, TemplateError, did_you_mean
from xp.dsl.quantity import finite
from xp.dsl.units import UNITS
from xp.templates.trace import Drawn, Trace


class Column(Protocol):
    """What the header of a query promises of one column."""

    @property
    def name(self) -> str:
        """Its name in the SQL."""

    @property
    def type(self) -> str:
        """Its SQL type."""

    @property
    def unit(self) -> str:
        """Its unit, ``-`` where it has none."""

    @property
    def description(self) -> str:
        """What it says, in words."""


class Answer(Protocol):
    """Rows, and the contract they follow."""

    @property
    def title(self) -> str:
        """The question, in one line."""

    @property
    def columns(self) -> Sequence[Column]:
        """One for each value of a row, in order."""

    @property
    def rows(self) -> Sequence[Sequence[Any]]:
        """The values."""


class Ask(Protocol):
    """Whoever answers: the warehouse, or a test."""

    def __call__(self, name: str, params: Mapping[str, Any], /) -> Answer:
        """Return the answer to the saved query *name*."""


class Measured(float):
    """A number that knows its unit, so that printing it in a sentence needs no second thought."""

    __slots__ = ("unit",)
    unit: str

    def __new__(cls, value: Any, unit: str) -> Self:
        """Make a number with a unit."""
        self = super().__new__(cls, value)
        self.unit = unit
        return self


class ColumnError(TemplateError, LookupError):
    """A row was asked for a column that its query has not."""


class Row:
    """One row: ``row.rouge1`` or ``row["rouge1"]``."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._values:
            raise AttributeError(name)
        return self._values[name]

    def __getitem__(self, name: str) -> Any:
        if name not in self._values:
            raise ColumnError(Problem(f"a row has no column {name!r}", hint=did_you_mean(name, self._values)))
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)


@dataclass(frozen=True)
class Part:
    """An answer of which some rows were left out."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Rows(Sequence[Row]):
    """The rows of an answer: loop over them, count them, or hand them to a filter that makes a table."""

    query: str
    """Name of the query that was asked."""

    answer: Answer
    params: Mapping[str, Any] = field(default_factory=dict)
    """What it was asked with."""

    trace: Trace | None = field(default=None, compare=False, repr=False)
    """Who keeps account of the tables that are drawn from it."""

    @property
    def title(self) -> str:
        """Return the question."""
        return self.answer.title

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return what each value means."""
        return tuple(self.answer.columns)

    def __len__(self) -> int:
        return len(self.answer.rows)

    def __getitem__(self, place: Any) -> Any:
        return self.all[place]

    @cached_property
    def all(self) -> list[Row]:
        """Return every row: whoever looks at them again and again does not pay again."""
        return [self.row(values) for values in self.answer.rows]

    def check(self, *names: str) -> None:
        """Raise where one of these is no column: a condition on it would be true of nothing."""
        known = [column.name for column in self.columns]
        if wrong := [name for name in names if name not in known]:
            message = f"query {self.query!r} has no column {{!r}}"
            raise TemplateError(*(Problem(message.format(name), hint=did_you_mean(name, known)) for name in wrong))

    def where(self, **values: Any) -> Rows:
        """Return the rows that have all of these values; a list stands for any of its members."""
        self.check(*values)
        return self.only(lambda row: matches(row, values))

    def without(self, **values: Any) -> Rows:
        """Return the rows that ``where`` leaves out."""
        self.check(*values)
        return self.only(lambda row: not matches(row, values))

    def measured_in(self, **units: str) -> Rows:
        """Return the same rows, the numbers of some columns in a unit of choice: ``memory="GB"``."""
        self.check(*units)
        answer = Part(self.title, [shown_in(column, units) for column in self.columns], self.answer.rows)
        return replace(self, answer=answer)

    def distinct(self, name: str) -> list[Any]:
        """Return the values of a column, each once, in their order."""
        self.check(name)
        return list(dict.fromkeys(row[name] for row in self))

    def only(self, wanted: Callable[[Row], bool]) -> Rows:
        """Return the rows that are wanted."""
        rows = [values for values, row in zip(self.answer.rows, self.all, strict=True) if wanted(row)]
        return replace(self, answer=Part(self.title, self.columns, rows))

    def drew(self, text: str, columns: Sequence[str]) -> str:
        """Return *text*, a table of all these rows, and have it kept account of."""
        if self.trace is not None:
            self.trace.drawn.append(Drawn(text, self.query, self.params, tuple(columns), self))
        return text

    def row(self, values: Sequence[Any]) -> Row:
        """Return *values* under their names."""
        pairs = zip(self.columns, values, strict=True)
        return Row({column.name: with_unit(value, column.unit) for column, value in pairs})


@dataclass(frozen=True)
class Converted:
    """A column whose unit somebody has chosen."""

    name: str
    type: str
    unit: str
    description: str


def shown_in(column: Column, units: Mapping[str, str]) -> Column:
    """Return a column with the unit that *units* gives it, or as it is."""
    if column.name.removesuffix("_spread") not in units:
        return column
    unit = f"{column.unit} in {units[column.name.removesuffix('_spread')]}"
    if unit not in UNITS:
        known = [name.partition(" in ")[2] for name in UNITS if name.startswith(f"{column.unit} in ")]
        raise TemplateError(
            Problem(
                f"{column.name}: {unit.replace(' in ', ' cannot be shown in ')}",
                hint=f"known: {', '.join(known) or 'none'}",
            )
        )
    return Converted(column.name, column.type, unit, column.description)


def matches(row: Row, values: Mapping[str, Any]) -> bool:
    """Tell whether *row* has all of these values, or one of each list."""
    return all(row[name] in (value if isinstance(value, list | tuple) else [value]) for name, value in values.items())


def with_unit(value: Any, unit: str) -> Any:
    """Return a number together with its unit; anything else, and plain counts, as they are."""
    return Measured(value, unit) if unit not in ("", "-") and finite(value) else value
