"""`xp query`: one question, its answer in the form and the place that was asked for."""

from __future__ import annotations

import dataclasses
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from xp.dsl.errors import Problem, QueryError
from xp.engine import answers
from xp.engine.forms import binary, text
from xp.engine.forms.files import replace, replacing
from xp.engine.warehouse.ask import Answer, Asking
from xp.engine.warehouse.sandbox import COMMAND
from xp.queries import catalog
from xp.queries.catalog import Query

SUFFIXES = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".md": "markdown",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".txt": "table",
    "": "table",
}
"""The form that the name of a file asks for, where no other is named."""

CLEAR = "\x1b[2J\x1b[H"

Found = TypeVar("Found")


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    query: str | None
    """A saved name or a file."""

    sql: str | None
    """The query itself, where it stands on the command line."""

    params: tuple[str, ...]
    results: Path
    form: str | None
    output: Path | None
    timeout: float | None

    def found(self) -> Query:
        """Return the query that is meant."""
        if self.sql is not None and self.query is not None:
            raise QueryError(Problem("two queries: one by its name, one with --sql", hint="leave one out"))
        if self.sql is not None:
            return catalog.inline(self.sql)
        return catalog.find(self.query or "")

    def asks(self) -> bool:
        """Tell whether there is a question at all."""
        return (self.query, self.sql) != (None, None)

    def form_of_answer(self) -> str:
        """Return the form that is meant."""
        suffix = self.output.suffix.lower() if self.output else ""
        if not self.form and suffix not in SUFFIXES:
            hint = f"{', '.join(filter(None, SUFFIXES))} tell one; --format names it, whatever the file is called"
            raise QueryError(Problem(f"no form of an answer has files of type {suffix}", str(self.output), hint))
        return self.form or SUFFIXES[suffix]

    @property
    def file(self) -> Path | None:
        """The file that the answer goes to, None for standard output."""
        return None if self.output == Path("-") else self.output

    def to_screen(self) -> bool:
        """Tell whether the answer goes to a terminal."""
        return self.file is None and sys.stdout.isatty()


def answer_once(request: Request) -> None:
    """Ask once, and write the answer."""
    form = request.form_of_answer()
    if form in binary.FORMS:
        write_file(request, form)
        return
    shown = as_text(asked(request, Asking.answer), form, fitted=request.to_screen())
    if request.file:
        replace(request.file, shown)
    elif request.to_screen() and shown.count("\n") >= shutil.get_terminal_size().lines:
        click.echo_via_pager(shown)
    else:
        click.echo(shown, nl=False)


def explain(request: Request) -> None:
    """Show how DuckDB would come to the answer."""
    click.echo(asked(request, Asking.plan), nl=False)


def watch(request: Request, seconds: float) -> None:
    """Ask again and again until Ctrl-C: a terminal always shows the last answer, a pipe gets each that is a new one."""
    before = ""
    with answers.until_interrupted() as stop:
        while not stop.is_set():
            shown = as_text(asked(request, Asking.answer), request.form_of_answer(), fitted=request.to_screen())
            if request.to_screen():
                click.echo(f"{CLEAR}{shown}", nl=False)
            elif shown != before:
                click.echo(shown, nl=False)
            before = shown
            stop.wait(seconds)


def asked(request: Request, how: Callable[[Asking, Query, Mapping[str, Any]], Found]) -> Found:
    """Return what the warehouse has to say; it is let go before anything is shown."""
    query = request.found()
    values = query.values(answers.split_pairs(request.params))
    limits = COMMAND if request.timeout is None else dataclasses.replace(COMMAND, seconds=request.timeout)
    with answers.session(request.results, limits) as to:
        return how(to, query, values)


def as_text(found: Answer, form: str, *, fitted: bool) -> str:
    """Return an answer as text; a table is fitted to the terminal where it goes to one."""
    if form in text.FORMS:
        return text.FORMS[form](found)
    from xp.engine.forms import terminal  # noqa: PLC0415 - what programs read does not pay for it

    return terminal.fitted(found, shutil.get_terminal_size().columns) if fitted else terminal.uncut(found)


def write_file(request: Request, form: str) -> None:
    """Write a form that is no text."""
    if request.to_screen():
        raise QueryError(Problem(f"{form} is no text for a terminal", hint="name a file with -o, or redirect it"))
    table = asked(request, Asking.arrow)
    if request.file is None:
        binary.FORMS[form](table, sys.stdout.buffer)
        return
    with replacing(request.file) as part, part.open("wb") as file:
        binary.FORMS[form](table, file)
