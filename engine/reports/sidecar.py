"""What lies beside a report: for each cell the query, the row and the attempts that it comes from."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xp.dsl.errors import Problem, QueryError
from xp.engine.digests import hash_text
from xp.engine.warehouse.ask import Answer
from xp.engine.warehouse.store import VERSION
from xp.queries.catalog import Query
from xp.templates.evidence import Evidence
from xp.templates.trace import Placed, Trace, names_of, placed_tables

FORMAT = 1
SUFFIX = ".provenance.json"
SHORT = 80


@dataclass(frozen=True)
class Asked:
    """A question of a report, and what came back."""

    name: str
    """What the template calls it: the name of a saved query, or a file."""

    query: Query
    given: Mapping[str, Any]
    """Parameters that the template gave."""

    params: Mapping[str, Any]
    """All parameters, as the query got them."""

    answer: Answer


@dataclass(frozen=True)
class Source:
    """What a report is made from."""

    template: str
    params: Mapping[str, str]
    results: Path
    target: Path


def sidecar_of(report: Path) -> Path:
    """Return the file in which the provenance of a report stands."""
    return report.with_name(report.name + SUFFIX)


def composed(source: Source, text: str, trace: Trace, asked: Sequence[Asked], evidence: Evidence) -> str:
    """Return the provenance of a report as JSON, a line for each thing; the same report has the same bytes."""
    numbers = {key(each.name, each.given): place for place, each in enumerate(asked)}
    trials = [[trial[name] for name in ("trial", "label", "state", "attempts")] for trial in evidence.trials]
    markdown = "\n\n".join(trace.pages)
    return "".join(
        lines(
            {
                "format": FORMAT,
                "template": source.template,
                "params": dict(source.params),
                "results": os.path.relpath(source.results, source.target.absolute().parent),
                "report": hash_text(text),
                "warehouse": {"schema": VERSION, "evidence": hash_text(dumped([list(row) for row in evidence.rows]))},
                "templates": {name: hash_text(content) for name, content in sorted(trace.files.items())},
                "queries": {
                    name: hash_text(sql) for name, sql in sorted((each.query.name, each.query.sql) for each in asked)
                },
                "answers": [answer(each) for each in asked],
                "trials": trials,
                "tables": [table(each, numbers, evidence) for each in placed_tables(markdown or text, trace)],
                **({"markdown": markdown} if markdown else {}),
            }
        )
    )


def answer(asked: Asked) -> dict[str, Any]:
    """Return what is kept of an answer."""
    rows = [list(row) for row in asked.answer.rows]
    return {
        "query": asked.query.name,
        "params": dict(asked.params),
        "rows": len(rows),
        "sha256": hash_text(dumped(rows)),
    }


def table(shown: Placed, numbers: Mapping[str, int], evidence: Evidence) -> dict[str, Any]:
    """Return where the cells of a table come from: its answer, and for each row its words and the trials behind it."""
    drawn = shown.drawn
    elsewhere = drawn.params.get("experiment") is not None  # of that experiment the trials are not asked
    rows = drawn.rows.answer.rows
    return {
        "line": shown.line,
        "section": shown.section,
        "answer": numbers[key(drawn.query, drawn.params)],
        "columns": list(drawn.columns),
        "rows": [
            [names_of(drawn.rows, row), "" if elsewhere else spans(evidence.places(drawn.rows, row))] for row in rows
        ],
    }


def spans(places: Sequence[int]) -> str:
    """Return numbers in order as a text.

    >>> spans([0, 1, 2, 5, 7, 8])
    '0-2,5,7-8'
    """
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place - 1:
            runs[-1][1:] = [place]
        else:
            runs.append([place])
    return ",".join("-".join(map(str, run)) for run in runs)


def places(text: str) -> list[int]:
    """Return the numbers that ``spans`` wrote.

    >>> places("0-2,5,7-8"), places("")
    ([0, 1, 2, 5, 7, 8], [])
    """
    runs = [[int(end) for end in run.split("-")] for run in text.split(",") if run]
    return [place for run in runs for place in range(run[0], run[-1] + 1)]


def read(report: Path) -> dict[str, Any]:
    """Return the provenance of a report."""
    path = sidecar_of(report)
    hint = "`xp render` writes it beside the report"
    try:
        return parsed(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"where its numbers come from cannot be read: {error.strerror}"
        raise QueryError(Problem(message, str(path), hint)) from None
    except ValueError:
        raise QueryError(Problem("this is no provenance that xp has written", str(path), hint)) from None


def parsed(text: str) -> dict[str, Any]:
    """Return what a sidecar says; raise ValueError where it is none, or one of another version."""
    found = json.loads(text)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError(text[:SHORT])
    return found


def lines(content: Mapping[str, Any]) -> Iterator[str]:
    """Yield a JSON object, each member of a list or an object in a line of its own."""
    for place, (name, value) in enumerate(content.items()):
        yield f"{',' if place else '{'}\n{json.dumps(name)}: "
        if isinstance(value, list) and value:
            yield "[\n" + ",\n".join(map(dumped, value)) + "\n]"
        else:
            yield dumped(value)
    yield "\n}\n"


def dumped(value: Any) -> str:
    """Return a value as JSON; what JSON has no word for as text."""
    return json.dumps(value, ensure_ascii=False, default=str)


def key(name: str, params: Mapping[str, Any]) -> str:
    """Return what tells one question from another."""
    return repr((name, sorted(params.items())))
