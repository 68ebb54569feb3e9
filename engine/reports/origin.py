"""`xp explain REPORT CELL`: from a number to the question, the trials, the attempts and their journals."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from xp.dsl.errors import Problem, QueryError
from xp.engine.digests import hash_text
from xp.engine.layout import Layout
from xp.engine.reports import cells, sidecar
from xp.engine.screen import make_table
from xp.queries import catalog

PLACED = re.compile(r"(.+\.\w+):(\d+:\d+)")
SUFFIXES = (".md", ".html")
WRITTEN = "`xp render TEMPLATE` writes one, to results/reports unless -o says otherwise"
MOST = 24
"""Attempts that are listed for people; JSON has all."""


@dataclass(frozen=True)
class Evidence:
    """One trial behind a cell."""

    trial: str
    label: str
    state: str
    attempts: str
    journals: list[str]


@dataclass(frozen=True)
class Origin:
    """Where a cell comes from."""

    place: str
    text: str
    section: str
    row: dict[str, str]
    column: str
    meaning: str
    note: str
    query: str
    sha256: str
    """Hash of the query when it was asked."""

    params: dict[str, Any]
    ask: str
    """The command that asks again."""

    schema: int
    """Version of the warehouse."""

    warnings: list[str]
    trials: list[Evidence]


def is_report(name: str) -> bool:
    """Tell whether the first word of the command line means a report, and no trial."""
    match = PLACED.fullmatch(name)
    return Path(match[1] if match else name).suffix in SUFFIXES


def explain(name: str, wanted: Sequence[str]) -> Origin:
    """Return where a cell of a report comes from."""
    match = PLACED.fullmatch(name)
    report, words = (Path(match[1]), [match[2], *wanted]) if match else (Path(name), list(wanted))
    try:
        text = report.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise QueryError(Problem("this is no report: it is not UTF-8", str(report))) from None
    except OSError as error:
        raise QueryError(Problem(f"the report cannot be read: {error.strerror}", str(report), WRITTEN)) from None
    if not words:
        hint = f"xp explain {report} zero2 memory, or {report}:LINE:COLUMN"
        raise QueryError(Problem("which cell? The words of its row and of its column, or its place", hint=hint))
    told = sidecar.read(report)
    return traced(report, text, told, words)


def traced(report: Path, text: str, told: Mapping[str, Any], wanted: Sequence[str]) -> Origin:
    """Return what the sidecar says of one cell, and what has changed since; of a page it has the Markdown."""
    shown = told.get("markdown", text)
    cell = cells.find(report, shown, told, wanted)
    answer = told["answers"][cell.table["answer"]]
    name, params = answer["query"], {key: value for key, value in answer["params"].items() if value is not None}
    results = report.parent / told["results"]
    trials = [told["trials"][place] for place in sidecar.places(cell.table["rows"][cell.row][1])]
    meaning, warnings = now(name, cell.column, told["queries"][name])
    if hash_text(text) != told["report"]:
        warnings = ["the report was changed after it was rendered: lines may have moved", *warnings]
    return Origin(
        f"{report}:{cell.line}:{cell.start}",
        cell.text,
        cell.table["section"],
        cell.words,
        cell.heading,
        meaning,
        cells.note(shown, cell),
        name,
        told["queries"][name],
        params,
        shlex.join(
            ["xp", "query", name, *(word for key, value in params.items() for word in ("-p", f"{key}={value}"))]
        ),
        told["warehouse"]["schema"],
        warnings,
        [behind(results, *trial) for trial in trials],
    )


def now(name: str, column: str, sha256: str) -> tuple[str, list[str]]:
    """Return what a query says of a column today, and whether it still is the query that was asked."""
    try:
        query = catalog.find(name)
    except QueryError:
        return "", [f"the query {name!r} is gone"]
    meaning = next((each.description for each in query.columns if each.name == column), "")
    return meaning, [] if hash_text(query.sql) == sha256 else [f"{query.path} has changed since"]


def behind(results: Path, trial: str, label: str, state: str, attempts: str | None) -> Evidence:
    """Return one trial, with the journals that its numbers were loaded from."""
    layout = Layout(results.resolve())
    numbers = [int(number) for number in (attempts or "").split(", ") if number]
    journals = [relative(path) for number in numbers for path in layout.attempt(trial, number).journals()]
    return Evidence(trial, label, state, attempts or "", journals)


def relative(path: Path) -> str:
    """Return a path as short as it can be written from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def as_json(origin: Origin) -> str:
    """Return an origin as one JSON object."""
    return json.dumps(asdict(origin), indent=2, ensure_ascii=False, default=str) + "\n"


def as_text(origin: Origin) -> str:
    """Return an origin for people."""
    facts = [
        ["table", " · ".join(filter(None, [origin.section, *dict.fromkeys(origin.row.values())]))],
        ["column", f"{origin.column}: {origin.meaning}" if origin.meaning else origin.column],
        ["note", origin.note],
        ["query", f"{origin.query}, SHA-256 {origin.sha256[:12]}"],
        ["parameters", ", ".join(f"{name} = {value}" for name, value in origin.params.items())],
        ["ask again", origin.ask],
        ["warehouse", f"version {origin.schema}"],
        *(["beware", warning] for warning in origin.warnings),
    ]
    head = make_table([origin.place, origin.text], [fact for fact in facts if fact[1]])
    return f"{head}\n{listed(origin.trials)}"


def listed(trials: Sequence[Evidence]) -> str:
    """Return the trials behind a cell as a table, and their journals."""
    if not trials:
        return "No trial of the experiment is behind it.\n"
    rows = [[each.trial, each.label, each.state, each.attempts or "–"] for each in trials[:MOST]]
    files = [f"{file}\n" for each in trials[:MOST] for file in each.journals]
    more = f"and {len(trials) - MOST} more trials, all with --json\n" if len(trials) > MOST else ""
    return (
        make_table(["trial", "label", "state", "attempts"], rows)
        + more
        + "".join(["\njournals\n", *files] if files else [])
    )
