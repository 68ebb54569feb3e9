"""`xp run` from the first line to the exit code: plan, run, load, say what happened."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from xp.dsl.errors import Problem, XpError, did_you_mean
from xp.dsl.quantity import plural
from xp.dsl.spec import seconds
from xp.dsl.trial import Trial
from xp.engine.data.places import SPLITS
from xp.engine.launch.choose import IMPORTING, ChosenLauncher, Kind
from xp.engine.layout import Layout
from xp.engine.machine import environment
from xp.engine.machine.environment import hardware
from xp.engine.machine.lanes import Lane, lanes
from xp.engine.planning import Planned, make
from xp.engine.run import space
from xp.engine.run.announcing import journal_plan
from xp.engine.run.harvest import facts_of
from xp.engine.run.loading import Throttle, bring_up_to_date
from xp.engine.run.progress import LaneDisplay, PlainDisplay, console, display
from xp.engine.run.runner import Run, RunError, Tally, in_blocks, side_by_side, stop_request
from xp.engine.run.stopping import Stop
from xp.engine.run.trial_state import RESULTS, standing_of

FAILED = 4
ENDS = RESULTS | {"failed", "interrupted"}
"""How an attempt ends that does not complete."""

INTERRUPTED = 130
"""The exit code of a run that somebody has stopped, or a trial of it: what is missing waits for the next one."""

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What asks a run to stop."""


class ResultsError(XpError):
    """The results folder cannot be used."""


class Choices(NamedTuple):
    """What the command line says of a run."""

    force: bool = False
    """Whether completed trials are run again, each from its first step."""

    retry: Collection[str] = ()
    """Which ends of earlier attempts are attempted again although they are results."""

    launch: Kind = "auto"

    jobs: int | None = None
    """How many trials, and trainings of searches, run side by side; unset, as many as the file says."""


PLAIN = Choices()


def run(
    file: Path,
    results: Path,
    *,
    overrides: Sequence[str] = (),
    only: Sequence[str] = (),
    choices: Choices = PLAIN,
) -> int:
    """Run what is missing of *file* and return the exit code."""
    return run_plan(make(file, overrides, only), results, choices)


class SortedTrials(NamedTuple):
    """The trials of a run by what it does with them."""

    done: int
    """How many are complete."""

    left: int
    """How many are not attempted again: they stay as an earlier run left them."""

    due: Sequence[Trial]
    """Those that are attempted."""


def run_plan(planned: Planned, results: Path, choices: Choices = PLAIN) -> int:
    """Run what is missing of a plan and return the exit code."""
    layout = Layout(results.absolute())
    order = in_blocks(planned.wanted)
    done, left, due = sort_trials(layout, order, choices)
    lacking = planned.partly_lacking(due)
    jobs = choices.jobs or planned.experiment.limits.max_concurrent
    space.check_space(planned, due, layout, jobs)
    prepare_folder(layout)
    journal_plan(layout, planned.experiment, planned.plan, in_blocks(planned.plan.trials))
    with display(console(), jobs) as shown, stop_on_signals(shown) as stop:
        shown.planned(len(order), done, left)
        for problem, count in Counter(lacking.values()).items():
            shown.note(f"{plural(count, 'trial')} cannot run: {problem}")
        tally = run_trials(planned, layout, shown, stop, choices._replace(jobs=jobs), due=due)
        for line in dropped_rows(layout, due):
            shown.note(line)
        bring_up_to_date(layout, shown)
        return conclude(tally, len(order), shown)


def sort_trials(layout: Layout, order: Sequence[Trial], choices: Choices) -> SortedTrials:
    """Return what a run does with its trials."""
    if choices.force:
        return SortedTrials(0, 0, order)
    found = [(trial, standing_of(layout, trial.id)) for trial in order]
    done = sum(one.state == "cached" for _, one in found)
    left = sum(one.left(choices.retry) for _, one in found)
    return SortedTrials(
        done, left, [trial for trial, one in found if one.state != "cached" and not one.left(choices.retry)]
    )


def dropped_rows(layout: Layout, trials: Sequence[Trial]) -> Iterator[str]:
    """Yield one line for each data set of some trials that has rows which were left out, as its first trial tells."""
    told: set[str] = set()
    for trial in trials:
        if trial.dataset_name in told:
            continue
        for attempt in layout.attempts(trial.id)[-1:]:
            for facts in facts_of(attempt, "dataset"):
                told.add(trial.dataset_name)
                empty = {split: facts["values"].get(f"{split}_empty_rows") for split in SPLITS}
                parts = [f"{plural(count, 'row')} of {split}" for split, count in empty.items() if count]
                if parts:
                    yield f"{trial.dataset_name}: left out for want of a source or a target: {', '.join(parts)}"


def parse_states(names: str) -> frozenset[str]:
    """Return the states that are attempted again, given as ``oom,timeout``; raise where one is none.

    >>> sorted(parse_states("oom, failed"))
    ['failed', 'oom']
    """
    wanted = frozenset(name.strip() for name in names.split(",") if name.strip())
    if unknown := sorted(wanted - ENDS):
        hint = did_you_mean(unknown[0], ENDS) or f"one of {', '.join(sorted(ENDS))}"
        raise RunError(Problem(f"no state of an attempt: {unknown[0]!r}", "--retry", hint))
    return wanted


def run_trials(
    planned: Planned, layout: Layout, shown: PlainDisplay, stop: Stop, choices: Choices, *, due: Sequence[Trial]
) -> Tally:
    """Run the trials, side by side where that is asked for, and let go of the preloaded parents."""
    limits = planned.experiment.limits
    log, cpu = layout.preload_log, planned.machine.devices == "cpu"
    launcher = partial(ChosenLauncher, choices.launch, log, say_once(IMPORTING, shown.note), cpu=cpu)
    whole = Run(
        layout=layout,
        request=stop_request(layout),
        launcher=launcher(),
        environment=environment.collect(planned.experiment.folder, layout.root) if due else {},
        display=shown,
        stop=stop,
        after_trial=Throttle(partial(bring_up_to_date, layout, shown)),
        force=choices.force,
        retry=choices.retry,
        lacking={name: str(replace(problem, hint="")) for name, problem in planned.lacking(due).items()},
        fail_fast=limits.fail_fast,
        seconds=seconds(limits.timeout),
    )
    try:
        runs = [whole]
        if (jobs := choices.jobs or 1) > 1 or planned.experiment.resources.bounded:
            runs = [
                replace(
                    whole,
                    lane=lane,
                    display=shown if lane.alone else LaneDisplay(shown),
                    launcher=launcher(lane.variables),
                )
                for lane in make_lanes(planned, jobs)
            ]
        return side_by_side(runs, in_blocks(planned.wanted), limits.max_retries)
    finally:
        whole.launcher.close()


def say_once(text: str, note: Callable[[str], object]) -> Callable[[str], None]:
    """Return what hands notes on, *text* only when it comes first: all lanes begin with it."""
    first = threading.Lock()

    def say(other: str) -> None:
        if other != text or first.acquire(blocking=False):
            note(other)

    return say


def make_lanes(planned: Planned, jobs: int) -> list[Lane]:
    """Return lanes for so many trials at once, each with room for the one that has most ranks."""
    ranks = max((trial.settings.world_size for trial in planned.wanted), default=1)
    gpus = 0 if planned.machine.devices == "cpu" else planned.machine.count
    cores = sorted(os.sched_getaffinity(0))[: hardware.usable_cores()]  # no more than the share of a container
    return lanes(jobs, ranks, cores, gpus, planned.experiment.resources)


def conclude(tally: Tally, total: int, shown: PlainDisplay) -> int:
    """Say what the run came to and return its exit code."""
    complete = f"{tally.completed + tally.cached} of {plural(total, 'trial')} {'is' if total == 1 else 'are'} complete"
    everything = "the only trial is" if total == 1 else f"all {total} trials are"
    if tally.interrupted:
        shown.note(f"stopped: {complete}; the same command goes on")
        return INTERRUPTED
    if tally.failed_fast:
        shown.note(f"stopped by the first failure ([limits] fail_fast): {complete}; the others stay pending")
    elif tally.cached == total:
        shown.note(f"nothing to run: {everything} complete (--force runs {'it' if total == 1 else 'them'} again)")
    else:
        shown.note(f"{complete}, {tally.failed} failed")
    if tally.left:
        shown.note(f"{tally.left} of them as an earlier run left them; --retry oom,diverged,timeout tries them again")
    if tally.cancelled:
        were = "was" if tally.cancelled == 1 else "were"
        shown.note(f"{tally.cancelled} {were} cancelled; the same command goes on with what is missing")
    if tally.failed:
        return FAILED
    return INTERRUPTED if tally.cancelled else 0


def prepare_folder(layout: Layout) -> None:
    """Make the results folder, or say why it cannot be used."""
    try:
        layout.root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultsError(Problem(f"the results folder cannot be made: {error}")) from None
    if not os.access(layout.root, os.W_OK):
        raise ResultsError(Problem("the results folder is not writable", str(layout.root), "choose another: --results"))


@contextmanager
def stop_on_signals(shown: PlainDisplay) -> Iterator[Stop]:
    """Yield what is set when the run is asked to stop: once, the running trial saves and ends; twice, it ends at once.

    A terminal that closes asks as Ctrl-C does, but never twice: shell and kernel both tell of it. What is ignored when
    the run starts, as behind ``nohup``, stays ignored.
    """
    stop = Stop()

    def set_stop(number: int, _: object) -> None:
        if number == signal.SIGHUP and stop.is_set():
            return
        at_once = stop.ask()
        told = "ending the running trial at once" if at_once else "saving the running trial; once more ends it at once"
        shown.note(f"{signal.Signals(number).name}: {told}")

    heard = [number for number in STOPS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, set_stop) for number in heard}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
