"""What every command does that asks: it brings the warehouse up to date, and reads parameters."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
from pathlib import Path

import click

from xp.dsl.errors import Problem, QueryError
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load


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


def until_interrupted() -> threading.Event:
    """Return an event that Ctrl-C sets: an exception in the middle of a query comes out of the database as another."""
    stop = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    return stop
