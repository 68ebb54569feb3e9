"""`xp status`, `xp logs` and `xp cancel`: what runs now, told from journals and locks; the warehouse stays closed."""

from __future__ import annotations

import codecs
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from xp.dsl.errors import Problem, XpError
from xp.dsl.quantity import plural
from xp.engine.finding import attempt_of, results_layout
from xp.engine.journal import events
from xp.engine.layout import AttemptLayout, Layout, scan
from xp.engine.machine.uptime import seconds_since
from xp.engine.planning import make
from xp.engine.redaction import Redactor
from xp.engine.run.harvest import end_of
from xp.engine.run.locks import is_held
from xp.engine.run.trial_state import Standing, standing_of
from xp.engine.screen import make_table

FOLLOW_SECONDS = 0.5

OPEN_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?!.*-----END [A-Z ]*PRIVATE KEY-----[\r\n])", re.DOTALL)
"""A secret of many lines whose last one is not whole yet."""


class WatchError(XpError):
    """There is nothing of that kind to look at."""


@dataclass(frozen=True)
class Running:
    """An attempt that somebody works on."""

    trial: str
    label: str
    attempt: int
    phase: str
    step: int
    steps: int
    seconds: float
    """Since it began."""

    silent: float
    """Seconds since its last sign of life."""

    step_seconds: float | None = None
    """Seconds that a step of its training takes here, None before two have ended."""

    @property
    def where(self) -> str:
        """Return the phase, and how far it is."""
        return f"{self.phase} {self.step}/{self.steps}" if self.steps else self.phase

    @property
    def left(self) -> float | None:
        """Return the seconds that its training takes further at this rate, None before it has shown one."""
        if self.step_seconds is None or self.phase != "train":
            return None
        return self.step_seconds * (self.steps - self.step)


def standing_trials(layout: Layout, planned: Iterable[str] = ()) -> dict[str, Standing]:
    """Return how every trial stands that has a folder or is planned: each is looked at once."""
    folders = [entry.name for entry in scan(layout.trials) if entry.is_dir()]
    return {trial: standing_of(layout, trial) for trial in dict.fromkeys([*folders, *planned])}


def running(layout: Layout, found: Mapping[str, Standing]) -> Iterator[Running]:
    """Yield the attempts that go on."""
    for trial, stand in found.items():
        if stand.state == "running":
            yield progress_of(layout.attempts(trial)[-1])


def progress_of(attempt: AttemptLayout) -> Running:
    """Return how far an attempt is; what a crash or a full disk has left out is told as not known."""
    begun: Mapping[str, Any] = next(events(attempt.engine_journal), {})
    told = list(events(attempt.journal(0)))
    last: Mapping[str, Any] = next((event for event in reversed(told) if event["event"] == "progress"), {})
    return Running(
        trial=attempt.trial_id,
        label=begun.get("label", ""),
        attempt=attempt.number,
        phase=last.get("phase", "start"),
        step=last.get("step", 0),
        steps=last.get("steps", 0),
        seconds=seconds_since(begun, begun) if begun else 0.0,
        silent=seconds_since(told[-1] if told else begun, begun) if begun else 0.0,
        step_seconds=seconds_per_step(told),
    )


def seconds_per_step(told: Iterable[Mapping[str, Any]]) -> float | None:
    """Return the seconds that a step of the training takes in this attempt, None before two have ended.

    An attempt that goes on from a checkpoint begins in the middle, and what was before its first step was no training.
    """
    steps = [event for event in told if event.get("phase") == "train" and event.get("step")]
    if not steps or steps[-1]["step"] <= steps[0]["step"]:
        return None
    first, last = steps[0], steps[-1]
    clock = "m" if "m" in first else "t"
    return max(0.0, float(last[clock] - first[clock])) / int(last["step"] - first["step"])


def experiments(layout: Layout) -> dict[str, list[str]]:
    """Return the trials of each planned experiment, by its last plan."""
    found: dict[str, list[str]] = {}
    for journal in layout.experiment_journals():
        plans = [event for event in events(journal) if event["event"] == "plan"]
        if plans:
            found[journal.stem] = [trial["trial"] for trial in plans[-1]["trials"]]
    return found


def status(results: Path, *, as_json: bool) -> str:
    """Return what stands and what runs, for people or for programs."""
    layout = results_layout(results)
    planned = experiments(layout)
    known = standing_trials(layout, (trial for trials in planned.values() for trial in trials))
    now = list(running(layout, known))
    counts: dict[str, Counter[str]] = {
        name: Counter(known[trial].state for trial in trials) for name, trials in planned.items()
    }
    if as_json:
        told = [{"experiment": name, "trials": dict(count)} for name, count in counts.items()]
        return json.dumps({"experiments": told, "running": [asdict(one) for one in now]}, indent=2) + "\n"
    rows = [[name, str(count.total()), in_words(count)] for name, count in counts.items()]
    shown = make_table(["experiment", "trials", "states"], rows, ["trials"])
    return shown + ("\n" + running_table(now) if now else "nothing is running\n")


def status_of(file: Path, results: Path, *, as_json: bool) -> str:
    """Return how every trial of an experiment file stands, those included that nobody has started."""
    trials, layout = make(file).plan.trials, Layout(results.absolute())
    known = {trial.id: standing_of(layout, trial.id) for trial in trials}
    now = {one.trial: one for one in running(layout, known)}
    if as_json:
        told = [{**asdict(known[trial.id]), "trial": trial.id, "label": trial.label} for trial in trials]
        return json.dumps({"trials": told, "running": [asdict(one) for one in now.values()]}, indent=2) + "\n"
    rows = [
        [
            trial.id,
            now[trial.id].where if trial.id in now else str(known[trial.id]),
            str(known[trial.id].attempts),
            trial.label,
        ]
        for trial in trials
    ]
    counts: Counter[str] = Counter(stand.state for stand in known.values())
    shown = make_table(["id", "state", "attempts", "trial"], rows, ["attempts"])
    return f"{shown}\n{plural(len(trials), 'trial')}: {in_words(counts)}\n"


def in_words(counts: Counter[str]) -> str:
    """Return counts as words.

    >>> in_words(Counter({"new": 2, "cached": 1}))
    '1 cached, 2 new'
    """
    return ", ".join(f"{counts[state]} {state}" for state in sorted(counts))


def running_table(now: Sequence[Running]) -> str:
    """Return the attempts that go on as a table."""
    rows = [
        [
            one.trial,
            one.where,
            f"{one.seconds:.0f} s",
            "–" if one.left is None else f"{one.left:.0f} s",
            f"{one.silent:.1f} s",
            one.label,
        ]
        for one in now
    ]
    return make_table(["running", "phase", "for", "left", "silent for", "trial"], rows, ["for", "left", "silent for"])


def logs(results: Path, trial: str, *, attempt: int | None, rank: int, follow: bool) -> Iterator[str]:
    """Yield what a rank of an attempt printed, without secrets; *follow*: as long as the attempt goes on."""
    layout = results_layout(results)
    chosen = attempt_of(layout, trial, attempt)
    path = chosen.log(rank)
    while follow and not path.exists() and goes_on(layout, chosen):
        time.sleep(FOLLOW_SECONDS)
    if not path.exists():
        others = [log.name for log in chosen.rank_logs()]
        hint = f"there are {', '.join(others)}" if others else "it ended before its ranks began"
        raise WatchError(Problem(f"rank {rank} of {chosen.root.name} has no log", str(path), hint))
    printed = False
    for text in mask_lines(read_growing(path, lambda: follow and goes_on(layout, chosen))):
        printed |= bool(text)
        yield text
    if not printed:
        yet = " yet" if goes_on(layout, chosen) else ""
        click.echo(f"xp: rank {rank} has printed nothing{yet}: {path} is empty", err=True)


def read_growing(path: Path, grows: Callable[[], bool]) -> Iterator[str]:
    """Yield what is in a file, and what comes as long as it grows."""
    text = codecs.getincrementaldecoder("utf-8")("replace")  # a letter may be half there
    with path.open("rb") as file:
        while grows():
            yield text.decode(file.read())
            time.sleep(FOLLOW_SECONDS)
        yield text.decode(file.read(), final=True)


def mask_lines(pieces: Iterable[str]) -> Iterator[str]:
    """Yield a text without secrets, each of its lines when it is whole: a secret may be half there."""
    redacted, rest = Redactor(), ""
    for piece in pieces:
        rest += piece
        end = max(rest.rfind("\n"), rest.rfind("\r")) + 1
        opened = OPEN_KEY.search(rest)
        end = min(end, opened.start()) if opened else end
        yield redacted.text(rest[:end])
        rest = rest[end:]
    yield redacted.text(rest)


def goes_on(layout: Layout, attempt: AttemptLayout) -> bool:
    """Tell whether somebody works on an attempt."""
    return end_of(attempt) is None and is_held(layout, attempt.trial_id)


def cancel(results: Path, trial: str | None) -> str:
    """Have one trial, or every run of the folder, save and stop; return what was asked."""
    layout = results_layout(results)
    known = standing_trials(layout) if trial is None else {}
    if trial is not None:
        chosen = attempt_of(layout, trial, None).trial_id
        known[chosen] = standing_of(layout, chosen)
    now = list(running(layout, known))
    if not now:
        raise WatchError(Problem("nothing is running" if trial is None else f"trial {trial} is not running"))
    if trial is None:
        layout.stop_file.touch()
    for one in now:
        layout.attempts(one.trial)[-1].stop_file.touch()
    return "".join(f"asked to save and stop: {one.label}\n" for one in now)
