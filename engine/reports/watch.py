"""`xp render --watch`: a report that is written anew as results land."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import click

from xp.dsl.errors import Problem, QueryError, XpError
from xp.dsl.quantity import plural
from xp.engine.answers import fresh, until_interrupted
from xp.engine.reports.rendering import STDOUT, Request, make, write
from xp.templates.render import SHIPPED, find

EVERY = 2.0
"""Seconds between two looks at the journals."""

SHOWN = 3


def watch(request: Request, *, png: bool = False, every: float = EVERY) -> None:
    """Render until Ctrl-C, each time that a journal or a template has changed; say what is new in the report."""
    if request.output == STDOUT:
        raise QueryError(Problem("a report that is watched needs a file", "-o -", "leave it out, or name one"))
    seen: tuple[object, ...] = ()
    before = ""
    with until_interrupted() as stop:
        while not stop.is_set():
            try:
                # a look that finds nothing new costs a stat of each journal
                if (now := state(request)) != seen:
                    seen, before = now, renewed(request, before, png=png)
            except XpError as error:
                if not before:
                    raise
                click.echo(f"xp: {error}", err=True)  # half-written templates come right again
            stop.wait(every)


def state(request: Request) -> tuple[object, ...]:
    """Return something that changes whenever a report may: the warehouse, brought up to date, templates and queries."""
    files = {fresh(request.results).warehouse, *sources(find(request.template))}
    return tuple((str(file), file.stat().st_mtime_ns) for file in sorted(files) if file.exists())


def sources(template: Path) -> Iterator[Path]:
    """Yield the files that a report is made with."""
    yield template
    for folder, pattern in ((template.parent, "*.j2"), (SHIPPED, "**/*.j2"), (Path("queries"), "*.sql")):
        yield from folder.glob(pattern)


def renewed(request: Request, before: str, *, png: bool) -> str:
    """Render once, write what is new, say it, and return the report."""
    made = make(request)
    if made.text != before:
        write(made, request.target, png=png)
        click.echo(f"wrote {request.target}{news(before, made.text)}")
    return made.text


def news(before: str, after: str) -> str:
    r"""Return what is new in a report, in a line or a few.

    >>> news("a\n| zero2 | 1 |\n", "a\n| zero2 | 2 |\n")
    ': 1 line is new\n    | zero2 | 2 |'
    """
    old, new = before.splitlines(), after.splitlines()
    parts = SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if before else []
    lines = [line for kind, _, _, start, end in parts if kind != "equal" for line in new[start:end] if line.strip()]
    if not before:
        return ""
    shown = [f"\n    {line}" for line in lines[:SHOWN]]
    more = [f"\n    and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    count = f"{plural(len(lines), 'line')} {'is' if len(lines) == 1 else 'are'}"
    return "".join([f": {count} new", *shown, *more])
