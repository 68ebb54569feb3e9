"""`xp run` from the first line to the exit code: plan, run, load, say what happened."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from xp.dsl.errors import Problem, WarehouseError, XpError
from xp.dsl.spec import seconds
from xp.engine import environment, hub
from xp.engine.launch.choose import ChosenLauncher, Kind
from xp.engine.layout import Layout
from xp.engine.planning import Planned, make
from xp.engine.progress import PlainDisplay, display
from xp.engine.runner import Run, Tally, in_blocks, is_completed, journal_plan
from xp.engine.warehouse.load import load

FAILED = 4
INTERRUPTED = 130


class ResultsError(XpError):
    """The results folder cannot be used."""


def run(
    file: Path,
    results: Path,
    *,
    overrides: Sequence[str] = (),
    only: Sequence[str] = (),
    force: bool = False,
    launch: Kind = "auto",
) -> int:
    """Run what is missing of *file* and return the exit code."""
    planned = make(file, overrides, only)
    layout = Layout(results.absolute())
    order = in_blocks(planned.wanted)
    cached = 0 if force else sum(is_completed(layout, trial.id) for trial in order)
    if cached < len(order):
        hub.check(planned.experiment)
    prepare(layout)
    journal_plan(layout, planned.experiment, planned.plan, in_blocks(planned.plan.trials))
    with display(Console(stderr=True)) as shown, stopping(shown) as stop:
        shown.planned(len(order), cached)
        tally = execute(planned, layout, shown, stop, launch, force)
        bring_up_to_date(layout, shown)
        return conclude(tally, len(order), shown)


def execute(
    planned: Planned, layout: Layout, shown: PlainDisplay, stop: threading.Event, launch: Kind, force: bool
) -> Tally:
    """Run the trials and let go of the preloaded parent."""
    limits = planned.experiment.limits
    launcher = ChosenLauncher(launch, layout.root / "preload.log", shown.note, cpu=planned.machine.devices == "cpu")
    session = Run(
        layout=layout,
        launcher=launcher,
        environment=environment.collect(planned.experiment.folder),
        display=shown,
        stop=stop,
        after_trial=lambda: bring_up_to_date(layout, shown),
        force=force,
        fail_fast=limits.fail_fast,
        seconds=seconds(limits.timeout),
    )
    try:
        return session.all(in_blocks(planned.wanted), limits.max_retries)
    finally:
        launcher.close()


def bring_up_to_date(layout: Layout, shown: PlainDisplay) -> None:
    """Load what the journals have that the warehouse has not; one that is in use costs no trial, only a delay."""
    try:
        problems = load(layout).problems
    except WarehouseError as error:
        problems = tuple(error.problems)
        shown.note("the warehouse is not up to date; nothing is lost, the next command loads it from the journals:")
    for problem in problems:
        shown.note(str(problem))


def conclude(tally: Tally, total: int, shown: PlainDisplay) -> int:
    """Say what the run came to and return its exit code."""
    complete = f"{tally.completed + tally.cached} of {total} trials are complete"
    if tally.interrupted:
        shown.note(f"stopped: {complete}; the same command goes on")
        return INTERRUPTED
    if tally.failed_fast:
        shown.note(f"stopped by the first failure ([limits] fail_fast): {complete}; the others stay pending")
    elif tally.cached == total:
        shown.note(f"nothing to run: all {total} trials are complete (--force runs them again)")
    else:
        shown.note(f"{complete}, {tally.failed} failed")
    return FAILED if tally.failed else 0


def prepare(layout: Layout) -> None:
    """Make the results folder, or say why it cannot be used."""
    try:
        layout.root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultsError(Problem(f"the results folder cannot be made: {error}")) from None
    if not os.access(layout.root, os.W_OK):
        raise ResultsError(Problem("the results folder is not writable", str(layout.root), "choose another: --results"))


@contextmanager
def stopping(shown: PlainDisplay) -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C or SIGTERM sets, so that the running attempt ends in order."""
    stop = threading.Event()

    def set_stop(number: int, _: object) -> None:
        shown.note(f"{signal.Signals(number).name}: ending the running trial")
        stop.set()

    before = {number: signal.signal(number, set_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
