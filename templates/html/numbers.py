"""What a number of a table rests on, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from xp.dsl.quantity import finite, plural, quantity, spanned
from xp.templates.answers import Row, Rows
from xp.templates.sheet import ENDS, NOTE, SPREAD, UNIT, label
from xp.templates.trace import Drawn

Behind = Callable[[Rows, Sequence[Any]], Sequence[Row]]
"""Finds the trials that a row of an answer rests on."""

MOST = 6
"""Most trials that are named behind a number."""

COUNTS = {"n": "n", "planned_pairs": "pairs planned", "trials": "trials"}
"""Columns that say how many trials a number rests on."""


@dataclass(frozen=True)
class Number:
    """One number of a table."""

    value: float | None
    """Exactly; None where its cell says more than a number."""

    about: str
    """What it means, how sure it is, and where it is from, a line each."""


def numbers(drawn: Drawn, place: int) -> Iterator[Number | None]:
    """Yield for each cell in a line of a table what it rests on, None where it holds no number."""
    row = drawn.rows[place]
    columns = {column.name: column for column in drawn.rows.columns}
    for name in drawn.columns:
        value = row[name]
        if value is None or columns[name].type == "text":
            yield None
        else:
            exact = float(value) if finite(value) else None
            yield Number(exact, "\n".join(evidence(row, name, drawn.rows)))


def evidence(row: Row, name: str, rows: Rows) -> Iterator[str]:
    """Yield what is known of a number: what it means, how many trials it rests on, how sure it is, where it is from."""
    there = set(row)
    column = next(column for column in rows.columns if column.name == name)
    unit = str(row[UNIT]) if column.unit == "-" and UNIT in there and row[UNIT] else column.unit
    described = column.description.strip()
    yield f"{label(name)}: {described}" if described else label(name)
    if finite(row[name]):
        yield exactly(row[name], "-" if column.type == "integer" else unit)
    yield from (
        f"{said}: {row[count]}" for count, said in COUNTS.items() if count in there - {name} and finite(row[count])
    )
    if finite(row[name + SPREAD] if name + SPREAD in there else None):
        yield f"standard deviation: {quantity(row[name + SPREAD], unit)}"
    low, high = (row[name + end] if name + end in there else None for end in ENDS)
    if finite(low) and finite(high):
        yield f"interval: {spanned(row[name], unit, low, high)}"
    yield from (f"note: {row[note]}" for note in (f"{name}_{NOTE}", NOTE) if note in there and row[note])
    yield f"query: {rows.query}, column {name}"


def exactly(value: Any, unit: str) -> str:
    """Return a number with all of its digits."""
    digits = str(value) if isinstance(value, int) else repr(float(value))
    return f"exactly {digits}" if unit in ("-", "1") else f"exactly {digits} {unit}"


def runs(trials: Sequence[Row]) -> str:
    """Return the trials that a row rests on, a line each."""
    said = [f"{trial['label']} ({trial['trial']})" for trial in trials]
    left = [f"and {len(said) - MOST} others"] if len(said) > MOST else []
    return "\n".join([f"rests on {plural(len(said), 'trial')}:", *said[:MOST], *left]) if said else ""
