"""`xp query` and `xp render`: the warehouse is brought up to date, asked, and the answer written."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from xp.dsl.errors import Problem, QueryError
from xp.engine.layout import Layout
from xp.engine.warehouse.ask import Answer
from xp.engine.warehouse.ask import ask as ask_warehouse
from xp.engine.warehouse.load import load
from xp.queries import catalog


def ask(query: str, params: Sequence[str], results: Path) -> Answer:
    """Return the answer to a saved query or a file of SQL."""
    layout = fresh(results)
    found = catalog.find(query)
    return ask_warehouse(layout, found, found.values(split(params)))


def render(template: str, params: Sequence[str], results: Path, output: Path | None) -> None:
    """Fill a template and write the report, as a whole or not at all."""
    from xp.templates.render import render as fill  # noqa: PLC0415 - `xp query` does not pay for jinja

    layout = fresh(results)

    def answer(name: str, values: Mapping[str, Any]) -> Answer:
        found = catalog.find(name)
        return ask_warehouse(layout, found, found.values({**given, **values}, foreign_allowed=True))

    given = split(params)
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


def replace(target: Path, text: str) -> None:
    """Write *text* to a file beside *target* and move it there, so that no reader sees half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(target)


def show(answer: Answer, form: str) -> str:
    """Return an answer as text: ``table``, ``csv``, ``json`` or ``markdown``."""
    return {"table": as_table, "csv": as_csv, "json": as_json, "markdown": as_markdown}[form](answer)


def as_csv(answer: Answer) -> str:
    """Return RFC 4180 text with a header; a missing value is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in answer.columns])
    writer.writerows([["" if value is None else plain(value) for value in row] for row in answer.rows])
    return text.getvalue()


def as_json(answer: Answer) -> str:
    """Return a list of one object per row."""
    names = [column.name for column in answer.columns]
    rows = [dict(zip(names, map(plain, row), strict=True)) for row in answer.rows]
    return json.dumps(rows, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """Return a value as JSON and CSV can hold it: numbers that are not finite become text, times ISO 8601."""
    if (isinstance(value, float) and value in (float("inf"), float("-inf"))) or value != value:  # noqa: PLR0124 - NaN
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


def as_markdown(answer: Answer) -> str:
    """Return a table as GitHub shows it."""
    from xp.templates.markdown import table  # noqa: PLC0415 - only this form needs it

    return table(answer)


def as_table(answer: Answer) -> str:
    """Return a table for people, as wide as the terminal allows."""
    from xp.engine.screen import table  # noqa: PLC0415 - only this form needs them
    from xp.templates.markdown import cells  # noqa: PLC0415

    shown = cells(answer)
    right = {column.title for column in shown.columns if column.align == "right"}
    return f"{table([column.title for column in shown.columns], shown.rows, right)}({len(answer.rows)} rows)\n"
