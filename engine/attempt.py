"""One attempt: start its ranks, watch them, stop them, judge how it ended."""

from __future__ import annotations

import math
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

from xp.dsl.dotted import flatten
from xp.dsl.trial import Trial
from xp.engine.deaths import Peaks, kernel_kills
from xp.engine.failures import Outcome, RankReport, judge
from xp.engine.journal import FORMAT, Journal, events, read
from xp.engine.lanes import Lane
from xp.engine.launch.group import Group, Launcher, send
from xp.engine.layout import AttemptLayout
from xp.engine.stopping import Stop
from xp.engine.train.resume import ordered

POLL_SECONDS = 0.02
SHOW_SECONDS = 0.25
SAVE_SECONDS = 120.0
"""Time to save a checkpoint when a run is stopped: a large model on a slow disk takes a while."""

GRACE_SECONDS = 5.0
"""Time between one rank's death, or a polite signal, and the end of all others."""

Ended = Literal["", "timeout", "interrupted"]
Show = Callable[[Mapping[str, Any]], None]


def work(trial: Trial, attempt: AttemptLayout, launcher: Launcher, stop: Stop, show: Show) -> Outcome:
    """Run one attempt to its end, keep how it ended in its journal, and return that."""
    attempt.trial_file.write_text(trial.model_dump_json(), encoding="utf-8")
    began, killed = time.monotonic(), kernel_kills()
    group = launcher.start(attempt, trial.settings.world_size, trial.settings.threads)
    display = Watch(attempt, show)
    stopped = watch(group, display, stop, trial.timeout_seconds)
    outcome = judge(reports(attempt, group, display.peaks.bytes), stopped, kernel_kills() - killed)
    close(attempt, outcome, time.monotonic() - began)
    return outcome


def announce(
    trial: Trial, attempt: AttemptLayout, launcher: Launcher, environment: Mapping[str, Any], lane: Lane | None = None
) -> None:
    """Write the beginning of the attempt into its journal."""
    point = ordered(attempt)
    if point is not None and point.trial != trial.id:
        point = None  # it goes on from another trial, whose sessions are not its own
    told = {
        "resumed": None if point is None else {"attempt": point.attempt, "step": point.step},
        "contended": lane is not None,
        "slots": None if lane is None else [*(lane.gpus or lane.cores)],
    }
    with Journal(attempt.engine_journal) as journal:
        journal.append("attempt", **beginning(trial, attempt), **told, launch=launcher.name)
        journal.append("facts", section="environment", subject="", **environment)


def beginning(trial: Trial, attempt: AttemptLayout) -> dict[str, Any]:
    """Return what the journal says of an attempt before anything is known of how it is run."""
    return {
        "version": FORMAT,
        "trial": trial.id,
        "attempt": attempt.number,
        "experiment": trial.experiment,
        "method": trial.method,
        "label": trial.label,
        "variant": trial.variant,
        "context": trial.context,
        "seed": trial.seed,
        "settings": trial.dotted_settings | searched(trial),
        "model": trial.model_name,
        "dataset": trial.dataset_name,
        "world_size": trial.settings.world_size,
    }


def searched(trial: Trial) -> dict[str, Any]:
    """Return what a search looks for, by dotted names; the settings that it decides have no value of their own."""
    if trial.search is None:
        return {}
    told = flatten({"search": trial.search.model_dump(mode="json", exclude_defaults=True)})
    return told | dict.fromkeys(trial.search.space)


def close(attempt: AttemptLayout, outcome: Outcome, seconds: float) -> None:
    """Write the end of the attempt into its journal and throw its scratch folder away."""
    with Journal(attempt.engine_journal) as journal:
        journal.append("end", state=outcome.state, reason=outcome.reason, seconds=seconds, evidence=outcome.evidence)
    shutil.rmtree(attempt.work, ignore_errors=True)


class Watch:
    """Follows rank 0's journal for the live display."""

    def __init__(self, attempt: AttemptLayout, show: Show) -> None:
        self.attempt = attempt
        self.path = attempt.journal(0)
        self.peaks = Peaks(attempt)
        self.show = show
        self.offset = 0
        self.due = 0.0
        self.trains = False
        """Whether there has been a step: before that there is nothing to save."""

    def look(self, now: float, ranks: int) -> None:
        """Show what is new, at most every quarter of a second."""
        if now < self.due or not self.path.exists():
            return
        self.due = now + SHOW_SECONDS
        self.peaks.look(ranks)
        for entry in read(self.path, self.offset):
            self.offset = entry.end
            if entry.event["event"] in ("progress", "metrics"):
                self.trains |= entry.event.get("phase", "prepare") != "prepare" and bool(entry.event.get("step"))
                self.show(entry.event)


def watch(group: Group, display: Watch, stop: Stop, limit: float | None) -> Ended:
    """Wait until all ranks have ended, ending them where a rank died, time is up or *stop* is set."""
    began = time.monotonic()
    stopped: Ended = ""
    deadline: float | None = None
    while None in (codes := group.codes()):
        now = time.monotonic()
        display.look(now, len(codes))
        if deadline is None:
            stopped = "interrupted" if stop.is_set() else "timeout" if limit and now - began > limit else ""
            if stopped == "interrupted" and display.trains:
                display.attempt.stop_file.touch()  # its ranks save a checkpoint first
                deadline = now + SAVE_SECONDS
            elif stopped or any(codes):
                if stopped:
                    send(group, signal.SIGTERM)
                deadline = now + GRACE_SECONDS
        elif now > deadline or stop.now.is_set():
            send(group, signal.SIGKILL)
        time.sleep(POLL_SECONDS)
    display.look(math.inf, len(codes))
    return stopped


def reports(attempt: AttemptLayout, group: Group, peaks: Mapping[int, int]) -> list[RankReport]:
    """Return what each rank left behind."""
    return [report(attempt, rank, code, peaks.get(rank)) for rank, code in enumerate(group.codes())]


def report(attempt: AttemptLayout, rank: int, code: int | None, peak: int | None) -> RankReport:
    """Return what one rank left behind."""
    told = list(events(attempt.journal(rank)))
    log = attempt.log(rank)
    return RankReport(
        rank=rank,
        code=code,
        done=any(event["event"] == "done" for event in told),
        failures=[event for event in told if event["event"] == "failure"],
        log=log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else [],
        peak_memory=peak,
    )
