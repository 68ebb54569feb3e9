"""What was expected of each method beside what was measured: a row for each method, a column for each measure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from xp.dsl.errors import Problem, TemplateError, did_you_mean
from xp.dsl.measures import MEASURES
from xp.dsl.quantity import spanned
from xp.templates.answers import Part, Row, Rows
from xp.templates.sheet import ARROWS, NOTE

SIGNS: Mapping[str, str] = MappingProxyType({"supported": "✓", "refuted": "✗", "inconclusive": "?", "mixed": "±"})
"""Verdicts at a glance."""

METHOD = "method"


@dataclass(frozen=True)
class Measure:
    """A column of the table."""

    name: str
    type: str
    unit: str
    description: str = ""


def weighed(rows: Rows, *always: str) -> Rows:
    """Return the effects of *rows* as a table of methods and measures, of those *always* and those somebody claims.

    A cell is what was expected, the effect with its interval, and the verdict: ``↓* 0.80× (0.75 to 0.85) ✓``.
    """
    rows.check("method", "measure", "unit", "expected", "effect", "effect_low", "effect_high", "verdict", "note")
    check(rows, always)
    found = {(row["method"], row["measure"]): row for row in rows}
    claimed = [row["measure"] for row in rows if row["expected"]]
    measures = {row["measure"]: row["unit"] for row in rows if row["measure"] in (*always, *claimed)}
    columns = [Measure(METHOD, "text", "-")]
    for name, unit in measures.items():
        columns += [Measure(name, "double", unit), Measure(f"{name}_{NOTE}", "text", "-")]
    lines = [(method, *pieces(found, method, measures)) for method in rows.distinct(METHOD)]
    return replace(rows, answer=Part(rows.title, columns, lines))


def check(rows: Rows, asked: Iterable[str]) -> None:
    """Raise where a measure is asked for that there is not; one that every experiment has may be unmeasured."""
    known = {*(measure.name for measure in MEASURES), *rows.distinct("measure")}
    if rows and (unknown := [name for name in asked if name not in known]):
        raise TemplateError(
            *(Problem(f"there is no measure {name!r}", hint=did_you_mean(name, known)) for name in unknown)
        )


def pieces(found: Mapping[tuple[Any, Any], Row], method: str, measures: Mapping[str, str]) -> Iterator[str | None]:
    """Yield for each measure of a method its cell and the reason of what it lacks."""
    for measure in measures:
        row = found.get((method, measure))
        yield cell(row) if row else None
        yield row["note"] if row else None


def cell(row: Row) -> str | None:
    """Return what was expected and measured, None where neither was."""
    if row["effect"] is None and not row["expected"]:
        return None
    value = spanned(row["effect"], row["unit"], row["effect_low"], row["effect_high"])
    return " ".join(filter(None, [arrow(row["expected"] or ""), value, SIGNS.get(row["verdict"] or "", "")]))


def arrow(expected: str) -> str:
    """Return what is expected as a sign.

    >>> arrow("*increases"), arrow("reduces"), arrow("")
    ('↑*', '↓', '')
    """
    star = "*" if expected.startswith("*") else ""
    return f"{ARROWS.get(expected.lstrip('*'), '')}{star}"
