"""`xp render`: the warehouse is brought up to date, and a template filled from one state of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from xp.dsl.errors import Problem, QueryError, did_you_mean
from xp.engine.answers import session, split_pairs
from xp.engine.forms import report_files
from xp.engine.forms.files import replace
from xp.engine.layout import Layout
from xp.engine.reports.sidecar import Asked, Source, composed, sidecar_of
from xp.engine.warehouse.ask import Answer
from xp.engine.warehouse.sandbox import COMMAND
from xp.queries import catalog
from xp.queries.catalog import Query
from xp.templates.charts.gallery import Gallery
from xp.templates.evidence import Evidence
from xp.templates.html.page import is_page
from xp.templates.render import find
from xp.templates.render import render as fill
from xp.templates.trace import Trace

Put = Callable[[Query, Mapping[str, Any]], Answer]

STDOUT = Path("-")
"""Where a report has no files beside it."""

PAGE, MARKDOWN = "a page", "Markdown"
PROMISES = {".html": PAGE, ".htm": PAGE, ".md": MARKDOWN, ".pdf": "PDF", ".docx": "a document of Word"}
"""What one expects in a file whose name ends so."""

WAYS_OUT = {
    PAGE: "a template whose name ends in .html.j2 makes one, as experiments.html.j2 does",
    MARKDOWN: "name a file that ends in .html",
}


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    template: str
    params: tuple[str, ...]
    results: Path
    output: Path | None = None

    @property
    def target(self) -> Path:
        """The file of the report."""
        reports = Layout(self.results.absolute()).reports
        return self.output or reports / find(self.template).name.removesuffix(".j2")


@dataclass(frozen=True)
class Made:
    """A report that is made and not yet written."""

    text: str
    provenance: str
    """Its sidecar."""

    gallery: Gallery


def render(request: Request, *, png: bool = False) -> None:
    """Fill a template and write the report, as a whole or not at all."""
    target = request.target
    if request.output == STDOUT:
        click.echo(make(request).text, nl=False)
        return
    if target.exists() and target.samefile(find(request.template)):
        raise QueryError(Problem("the report would replace its own template", str(target), "name another file with -o"))
    write(make(request), target, png=png)
    click.echo(f"wrote {target}")


def check_promise(template: Path, target: Path) -> None:
    """Raise where the name of a report promises another form than its template makes."""
    made = PAGE if is_page(template) else MARKDOWN
    promised = PROMISES.get(target.suffix.lower(), made)
    if promised != made:
        hint = WAYS_OUT.get(promised, "pandoc makes one of Markdown")
        raise QueryError(Problem(f"the template makes {made}, not {promised}", str(target), hint))


def make(request: Request) -> Made:
    """Return a report, everything asked from one state of the warehouse."""
    check_promise(find(request.template), request.target)
    wanted = split_pairs(request.params)
    gallery = Gallery("" if request.output == STDOUT else report_files.folder_of(request.target).name)
    trace = Trace()
    with session(request.results, COMMAND) as to:
        given = {**planned_last(to.answer), **wanted}
        asking = Asking(to.answer, given)
        text = fill(request.template, asking, gallery=gallery, trace=trace)
        evidence = Evidence.of(asking.of_shipped)
    check_used(wanted, asking.asked)
    source = Source(find(request.template).name, given, request.results.absolute(), request.target)
    return Made(text, composed(source, text, trace, asking.asked, evidence), gallery)


class Asking:
    """Answers the questions of one report, and keeps them."""

    def __init__(self, put: Put, given: Mapping[str, str]) -> None:
        self._put = put
        self._given = given
        self.asked: list[Asked] = []

    def __call__(self, name: str, values: Mapping[str, Any], /) -> Answer:
        """Return the answer of the saved query *name*; what the template gives goes before the command line.

        The command line speaks to all queries, and each takes what it has; a template has to know its query.
        """
        return self._answered(catalog.find(name), name, values)

    def of_shipped(self, name: str, values: Mapping[str, Any], /) -> Answer:
        """Return the answer of the query that comes with xp, whatever file of the user has its name."""
        return self._answered(catalog.shipped(name), name, values)

    def _answered(self, found: Query, name: str, values: Mapping[str, Any]) -> Answer:
        known = {param.name for param in found.params}
        params = found.values({**{name: value for name, value in self._given.items() if name in known}, **values})
        self.asked.append(Asked(name, found, values, params, self._put(found, params)))
        return self.asked[-1].answer


def check_used(wanted: Mapping[str, str], asked: Sequence[Asked]) -> None:
    """Raise where a parameter of the command line was one of no query that was asked."""
    known = {param.name for each in asked for param in each.query.params}
    if lost := [name for name in wanted if name not in known]:
        message = "no query of this template has a parameter {!r}"
        raise QueryError(*(Problem(message.format(name), hint=did_you_mean(name, known)) for name in lost))


def planned_last(put: Put) -> dict[str, str]:
    """Return the experiment that a report is about where none is named; none where nothing was planned."""
    query = catalog.shipped("experiment")
    found = put(query, query.values({}))
    return {"experiment": found.rows[0][0]} if found.rows else {}


def write(made: Made, target: Path, *, png: bool) -> None:
    """Write a report, its pictures and where its numbers come from."""
    folder = report_files.folder_of(target)
    left = report_files.leave(folder, made.gallery.files(png=png))
    replace(target, made.text)
    replace(sidecar_of(target), made.provenance)
    report_files.tidy(folder, left)
