"""One attempt: start its ranks, watch them, stop them, judge how it ended."""

from __future__ import annotations

import math
import shutil
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from xp.dsl.dotted import flatten
from xp.dsl.trial import Trial
from xp.engine.journal import FORMAT, Journal, events, read_entries
from xp.engine.launch.group import Group, Launcher, send
from xp.engine.launch.pulse import StallDetector
from xp.engine.launch.sampling import sampling_machine
from xp.engine.layout import AttemptLayout
from xp.engine.machine import offload_folders
from xp.engine.machine.lanes import Lane
from xp.engine.machine.uptime import boot
from xp.engine.redaction import Redactor
from xp.engine.resume import ordered_resume
from xp.engine.run.deaths import Kills, Peaks
from xp.engine.run.failures import Ended, Outcome, RankReport, judge
from xp.engine.run.stopping import Stop
from xp.engine.run.time_to_save import TimeToSave

POLL_SECONDS = (0.02, 0.25)
"""Least and most time between two looks at the ranks."""

POLL_SHARE = 100
"""An end may be noticed late by this part of the time that the ranks have run: each look takes time from them."""

SHOW_SECONDS = 0.25
GRACE_SECONDS = 5.0
"""Time between one rank's death, or a polite signal, and the end of all others."""

PRINT_SECONDS = 0.5
"""Time for a rank that stands still to print where."""

BLOCK = 4096
"""Bytes without which a disk is full."""

Show = Callable[[Mapping[str, Any]], None]


def run_attempt(trial: Trial, attempt: AttemptLayout, launcher: Launcher, stop: Stop, show: Show) -> Outcome:
    """Run one attempt to its end, keep how it ended in its journal, and return that."""
    attempt.trial_file.write_text(trial.model_dump_json(), encoding="utf-8")
    began = time.monotonic()
    with sampling_machine(attempt, trial.sample_seconds):
        group = launcher.start(attempt, trial.settings.world_size, trial.settings.threads)
        try:
            pulses = [attempt.pulse(rank) for rank in range(trial.settings.world_size)]
            display = Monitor(attempt, show, StallDetector(pulses, trial.stall_seconds))
            stopped = wait_for_end(group, display, stop, trial.timeout_seconds)
        except BaseException:
            send(group, signal.SIGKILL)  # nobody watches over them any more
            raise
    ranks = rank_reports(attempt, group, display)
    killed = display.kills.take() if not stopped and any(rank.killed for rank in ranks) else 0
    outcome = judge(ranks, stopped, killed)
    journal_end(attempt, outcome, time.monotonic() - began)
    return outcome


def fail_unstarted(attempt: AttemptLayout, reason: str) -> Outcome:
    """End an attempt that cannot begin, for want of a model or of data; return how it ended."""
    outcome = Outcome("failed", reason, {"kind": "missing"})
    journal_end(attempt, outcome, 0.0)
    return outcome


def journal_begin(
    trial: Trial, attempt: AttemptLayout, launcher: Launcher, environment: Mapping[str, Any], lane: Lane | None = None
) -> None:
    """Write the beginning of the attempt into its journal."""
    point = ordered_resume(attempt)
    if point is not None and point.trial != trial.id:
        point = None  # it goes on from another trial, whose sessions are not its own
    told = {
        "resumed": None if point is None else {"attempt": point.attempt, "step": point.step},
        "contended": lane is not None and not lane.alone,
        "slots": None if lane is None else [*(lane.gpus or lane.cores)],
    }
    with Journal(attempt.engine_journal) as journal:
        journal.append("attempt", **attempt_facts(trial, attempt), **told, launch=launcher.name, boot=boot())
        for section, facts in environment.items():
            journal.append("facts", section=section, subject="", **facts)


def attempt_facts(trial: Trial, attempt: AttemptLayout) -> dict[str, Any]:
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
        "settings": trial.dotted_settings | searched_settings(trial),
        "model": trial.model_name,
        "dataset": trial.dataset_name,
        "world_size": trial.settings.world_size,
    }


def searched_settings(trial: Trial) -> dict[str, Any]:
    """Return what a search looks for, by dotted names, and that it decides some settings, in place of their values."""
    if trial.search is None:
        return {}
    return flatten({"search": trial.search.model_dump(mode="json", exclude_defaults=True)}) | trial.search.decided


def journal_end(attempt: AttemptLayout, outcome: Outcome, seconds: float) -> None:
    """Write the end of the attempt into its journal and throw its scratch folder away."""
    with Journal(attempt.engine_journal) as journal:
        journal.append("end", state=outcome.state, reason=outcome.reason, seconds=seconds, evidence=outcome.evidence)
    offload_folders.clear_folder(attempt.offload)
    shutil.rmtree(attempt.work, ignore_errors=True)


class Monitor:
    """Follows rank 0's journal for the live display, and sees whether all ranks go on."""

    def __init__(self, attempt: AttemptLayout, show: Show, vigil: StallDetector) -> None:
        self.attempt = attempt
        self.path = attempt.journal(0)
        self.peaks = Peaks(attempt)
        self.kills = Kills()
        self.kills.look(time.monotonic())
        self.show = show
        self.vigil = vigil
        self.offset = 0
        self.due = 0.0
        self.trains = False
        """Whether there has been a step: before that there is nothing to save."""

        self.ended: dict[int, float] = {}
        """When each rank was seen to have ended by itself."""

        self.killed = False
        """Whether the engine has killed those that had not."""

    def see_ends(self, now: float, codes: Sequence[int | None]) -> None:
        """Take down which ranks have ended: until the engine kills them, they do so by themselves."""
        for rank, code in enumerate(codes):
            if code is not None and not self.killed:
                self.ended.setdefault(rank, now)

    def kill(self, group: Group) -> None:
        """End every rank at once."""
        send(group, signal.SIGKILL)
        self.killed = True

    def look(self, now: float, ranks: int) -> None:
        """Show what is new, at most every quarter of a second."""
        if now < self.due:
            return
        self.due = now + SHOW_SECONDS
        self.kills.look(now)
        if not self.path.exists():
            return
        self.peaks.look(ranks)
        for entry in read_entries(self.path, self.offset):
            self.offset = entry.end
            if entry.event["event"] in ("progress", "metrics"):
                self.trains |= entry.event.get("phase", "prepare") != "prepare" and bool(entry.event.get("step"))
                self.show(entry.event)

    def why_end(self, now: float, codes: Sequence[int | None], stop: Stop, late: float) -> Ended:
        """Return why the attempt has to be ended from outside, nothing where it may go on."""
        if stop.is_set():
            return "interrupted"
        if now > late:
            return "timeout"
        return "stalled" if self.vigil.look(now, codes) else ""


def wait_for_end(group: Group, display: Monitor, stop: Stop, limit: float | None) -> Ended:
    """Wait until all ranks have ended, ending them where a rank died, one stands still, time is up or *stop* is set."""
    began = time.monotonic()
    late = math.inf if limit is None else began + limit
    stopped: Ended = ""
    over: Callable[[float], bool] | None = None
    while None in (codes := group.codes()):
        now = time.monotonic()
        display.look(now, len(codes))
        display.see_ends(now, codes)
        if over is None:
            stopped = display.why_end(now, codes, stop, late)
            if stopped or any(codes):
                over = ask_to_end(group, display, stopped)
        elif over(now) or stop.now.is_set():
            display.kill(group)
        time.sleep(poll_interval(now - began))
    display.see_ends(time.monotonic(), codes)
    display.due = 0.0  # a last time, however short ago the one before was
    display.look(time.monotonic(), len(codes))
    return stopped


def poll_interval(passed: float) -> float:
    """Return how long to wait for the next look, so many seconds after the start.

    >>> poll_interval(0.5), poll_interval(10), poll_interval(3600)
    (0.02, 0.1, 0.25)
    """
    least, most = POLL_SECONDS
    return min(most, max(least, passed / POLL_SHARE))


def ask_to_end(group: Group, display: Monitor, stopped: Ended) -> Callable[[float], bool]:
    """Ask the ranks to end, and return what tells when they have had time to; where one died, the others notice it."""
    if stopped == "interrupted" and display.trains:
        display.attempt.stop_file.touch()  # its ranks save a checkpoint first
        return TimeToSave(display.vigil.pulses, display.attempt.checkpoints, time.monotonic()).is_over
    if stopped == "stalled":
        send(group, signal.SIGUSR1)  # each prints into its log where it stands
        time.sleep(PRINT_SECONDS)
    if stopped:
        send(group, signal.SIGTERM)
    late = time.monotonic() + GRACE_SECONDS
    return lambda now: now > late


def rank_reports(attempt: AttemptLayout, group: Group, display: Monitor) -> list[RankReport]:
    """Return what each rank left behind."""
    return [rank_report(attempt, rank, code, display) for rank, code in enumerate(group.codes())]


def rank_report(attempt: AttemptLayout, rank: int, code: int | None, display: Monitor) -> RankReport:
    """Return what one rank left behind."""
    told = list(events(attempt.journal(rank)))
    return RankReport(
        rank=rank,
        code=code,
        done=any(event["event"] == "done" for event in told),
        failures=[event for event in told if event["event"] == "failure"],
        log=read_log(attempt, rank),
        peak_memory=display.peaks.bytes.get(rank),
        stand=display.vigil.stands[rank],
        ended=display.ended.get(rank, math.inf),
    )


def read_log(attempt: AttemptLayout, rank: int) -> list[str]:
    """Return the lines that a rank printed; where a full disk kept it from that, this is what there is to say."""
    log = attempt.log(rank)
    lines = mask_log(log).splitlines() if log.exists() else []
    full = not lines and shutil.disk_usage(attempt.root).free < BLOCK
    return ["nothing can be written: the disk of the results folder is full"] if full else lines


def mask_log(log: Path) -> str:
    """Take the secrets out of a file, for nobody prints into it any more, and return what is left."""
    with log.open("r+", encoding="utf-8", errors="replace", newline="") as file:
        found = file.read()
        text = Redactor().text(found)
        if text != found:
            file.seek(0)
            file.write(text)
            file.truncate()
    return text
