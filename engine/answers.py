"""What every command does that asks: it brings the warehouse up to date, and reads parameters."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from xp.dsl.errors import Problem, QueryError
from xp.engine.finding import results_layout
from xp.engine.layout import Layout
from xp.engine.warehouse.ask import Asking, current
from xp.engine.warehouse.sandbox import Limits


def fresh(results: Path) -> Layout:
    """Return the layout of a results folder whose warehouse holds everything that its journals say."""
    from xp.engine.warehouse.load import load  # noqa: PLC0415 - a session does not pay for it where nothing is new

    layout = results_layout(results)
    for problem in load(layout).problems:
        warn(problem)
    return layout


@contextmanager
def session(results: Path, limits: Limits) -> Iterator[Asking]:
    """Open the warehouse of a results folder, everything in it that its journals say."""
    with current(results_layout(results), limits, warn) as to:
        yield to


def warn(problem: Problem) -> None:
    """Say what cannot be loaded."""
    click.echo(f"xp: {problem}", err=True)


def split_pairs(params: Sequence[str]) -> dict[str, str]:
    """Return ``name=value`` pairs as a mapping."""
    pairs = [param.partition("=") for param in params]
    if bad := [name for name, equals, _ in pairs if not equals]:
        raise QueryError(*(Problem(f"a parameter is NAME=VALUE, got {name!r}") for name in bad))
    if twice := [name for name, count in Counter(name for name, *_ in pairs).items() if count > 1]:
        raise QueryError(*(Problem(f"the parameter {name!r} is given more than once") for name in twice))
    return {name: value for name, _, value in pairs}


@contextmanager
def until_interrupted() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C sets; a question that it breaks off ends the block."""
    stop = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        yield stop
    except KeyboardInterrupt:
        stop.set()
    finally:
        signal.signal(signal.SIGINT, before)
