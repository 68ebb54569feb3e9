"""`xp render`: the warehouse is brought up to date, and a template filled from one state of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from xp.dsl.errors import Problem, QueryError
from xp.engine.forms.files import replace
from xp.engine.layout import Layout
from xp.engine.warehouse.ask import Answer, session
from xp.engine.warehouse.load import load
from xp.engine.warehouse.sandbox import COMMAND
from xp.queries import catalog


def render(template: str, params: Sequence[str], results: Path, output: Path | None) -> None:
    """Fill a template and write the report, as a whole or not at all."""
    from xp.templates.render import render as fill  # noqa: PLC0415 - `xp query` does not pay for jinja

    layout, given = fresh(results), split(params)
    with session(layout, COMMAND) as put:

        def answer(name: str, values: Mapping[str, Any]) -> Answer:
            found = catalog.find(name)
            return put(found, found.values({**given, **values}, foreign_allowed=True))

        text = fill(template, answer)
    if output == Path("-"):
        click.echo(text, nl=False)
        return
    target = output or layout.reports / Path(template).name.removesuffix(".j2")
    replace(target, text)
    click.echo(f"wrote {target}")


def fresh(results: Path) -> Layout:
    """Return the layout of a results folder whose warehouse holds everything that its journals say."""
    layout = Layout(results.absolute())
    if not layout.root.is_dir():
        hint = "run an experiment first, such as `xp run experiments/core.toml`, or name the folder with --results"
        raise QueryError(Problem("there is no results folder", str(results), hint))
    for problem in load(layout).problems:
        click.echo(f"xp: {problem}", err=True)
    return layout


def split(params: Sequence[str]) -> dict[str, str]:
    """Return ``name=value`` pairs as a mapping."""
    pairs = [param.partition("=") for param in params]
    if bad := [name for name, equals, _ in pairs if not equals]:
        raise QueryError(*(Problem(f"a parameter is NAME=VALUE, got {name!r}") for name in bad))
    return {name: value for name, _, value in pairs}
