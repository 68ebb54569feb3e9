"""What things are called in charts and in the sentences beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xp.templates.answers import Row, Rows
from xp.templates.escape import clean

TOLD = 5
"""Most things that a sentence lists; the others are counted."""


def names(rows: Rows, *parts: str) -> list[str]:
    """Return a name for each row: its method, and whatever else of *parts* tells it from others."""
    telling = [part for part in parts if len(rows.distinct(part)) > 1]
    return [" · ".join(value_in_chart(row, part) for part in ("method", *telling) if row[part]) for row in rows]


def value_in_chart(row: Row, part: str) -> str:
    """Return one value of a row as a chart can show it."""
    return clean(str(row[part])).replace("\n", " ")


def list_in_words(things: Iterable[str], most: int = TOLD) -> str:
    """Return some things as a sentence lists them.

    >>> list_in_words(["a", "b", "c"]), list_in_words(["a", "b", "c", "d"], 2), list_in_words(["a"]), list_in_words([])
    ('a, b and c', 'a, b and 2 others', 'a', 'none')
    """
    all_of_them = list(things)
    told, left = all_of_them[:most], len(all_of_them) - most
    if left > 0:
        told.append("1 other" if left == 1 else f"{left} others")
    return " and ".join(filter(None, [", ".join(told[:-1]), told[-1]])) if told else "none"


def lacking(called: Sequence[str], rows: Rows, column: str) -> list[str]:
    """Return the rows that have no value in *column*, each with the reason.

    Several rows of one name are told once.
    """
    said = (
        f"{name} ({row['note'] or 'nothing recorded'})"
        for name, row in zip(called, rows, strict=True)
        if row[column] is None
    )
    return list(dict.fromkeys(said))
