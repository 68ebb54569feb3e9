"""`xp status`, `xp logs` and `xp cancel`: what runs now, told from journals and locks; the warehouse stays closed."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from xp.dsl.errors import Problem, XpError, did_you_mean
from xp.engine.journal import events
from xp.engine.layout import AttemptLayout, Layout
from xp.engine.screen import table
from xp.engine.standing import standing

FOLLOW_SECONDS = 0.5


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

    @property
    def left(self) -> float | None:
        """Return the seconds that its phase takes further at this rate, None before it has shown one."""
        return self.seconds / self.step * (self.steps - self.step) if self.step and self.phase == "train" else None


def running(layout: Layout, now: float) -> Iterator[Running]:
    """Yield the attempts that go on."""
    for folder in sorted(layout.trials.glob("*")):
        if standing(layout, folder.name).state == "running":
            yield look(layout.attempts(folder.name)[-1], now)


def look(attempt: AttemptLayout, now: float) -> Running:
    """Return how far an attempt is."""
    begun = next(events(attempt.engine_journal), {})
    told = list(events(attempt.journal(0)))
    last: dict[str, Any] = next((event for event in reversed(told) if event["event"] == "progress"), {})
    began = begun.get("t", now)
    return Running(
        trial=attempt.trial_id,
        label=begun.get("label", ""),
        attempt=attempt.number,
        phase=last.get("phase", "start"),
        step=last.get("step", 0),
        steps=last.get("steps", 0),
        seconds=now - began,
        silent=now - (told[-1]["t"] if told else began),
    )


def experiments(layout: Layout) -> Iterator[tuple[str, Counter[str]]]:
    """Yield each planned experiment and how many of its trials stand how."""
    for journal in sorted(layout.root.glob("experiments/*.jsonl")):
        plans = [event for event in events(journal) if event["event"] == "plan"]
        if plans:
            trials = [trial["trial"] for trial in plans[-1]["trials"]]
            yield journal.stem, Counter(standing(layout, trial).state for trial in trials)


def status(results: Path, *, as_json: bool) -> str:
    """Return what stands and what runs, for people or for programs."""
    layout = found(results)
    now = list(running(layout, time.time()))
    planned = list(experiments(layout))
    if as_json:
        told = [{"experiment": name, "trials": dict(counts)} for name, counts in planned]
        return json.dumps({"experiments": told, "running": [asdict(one) for one in now]}, indent=2) + "\n"
    rows = [[name, str(counts.total()), in_words(counts)] for name, counts in planned]
    shown = table(["experiment", "trials", "states"], rows, ["trials"])
    return shown + ("\n" + working(now) if now else "nothing is running\n")


def in_words(counts: Counter[str]) -> str:
    """Return counts as words.

    >>> in_words(Counter({"new": 2, "cached": 1}))
    '1 cached, 2 new'
    """
    return ", ".join(f"{counts[state]} {state}" for state in sorted(counts))


def working(now: Sequence[Running]) -> str:
    """Return the attempts that go on as a table."""
    rows = [
        [
            one.trial,
            f"{one.phase} {one.step}/{one.steps}" if one.steps else one.phase,
            f"{one.seconds:.0f} s",
            "–" if one.left is None else f"{one.left:.0f} s",
            f"{one.silent:.1f} s",
            one.label,
        ]
        for one in now
    ]
    return table(["running", "phase", "for", "left", "silent for", "trial"], rows, ["for", "left", "silent for"])


def attempt_of(layout: Layout, trial: str, number: int | None) -> AttemptLayout:
    """Return an attempt of the trial that begins with these digits: the last one unless it is numbered."""
    known = [folder.name for folder in sorted(layout.trials.glob("*")) if layout.attempts(folder.name)]
    matching = [name for name in known if name.startswith(trial)]
    if len(matching) != 1:
        problem = f"{len(matching)} trials begin with {trial!r}" if matching else f"no trial {trial!r} was attempted"
        raise WatchError(Problem(problem, str(layout.root), ", ".join(matching[:5]) or did_you_mean(trial, known)))
    attempts = {attempt.number: attempt for attempt in layout.attempts(matching[0])}
    chosen = max(attempts) if number is None else number
    if chosen not in attempts:
        raise WatchError(Problem(f"trial {matching[0]} has no attempt {chosen}", hint=f"it has {len(attempts)}"))
    return attempts[chosen]


def logs(results: Path, trial: str, *, attempt: int | None, rank: int, follow: bool) -> Iterator[str]:
    """Yield what a rank of an attempt printed; *follow*: as long as the attempt goes on."""
    layout = found(results)
    chosen = attempt_of(layout, trial, attempt)
    path = chosen.log(rank)
    if not path.exists():
        raise WatchError(Problem(f"rank {rank} of {chosen.root.name} has no log", str(path)))
    with path.open(encoding="utf-8", errors="replace") as file:
        yield file.read()
        while follow and standing(layout, chosen.trial_id).state == "running":
            time.sleep(FOLLOW_SECONDS)
            yield file.read()


def cancel(results: Path, trial: str | None) -> str:
    """Have one trial, or every run of the folder, save and stop; return what was asked."""
    layout = found(results)
    now = list(running(layout, time.time()))
    if trial is not None:
        chosen = attempt_of(layout, trial, None)
        now = [one for one in now if one.trial == chosen.trial_id]
    if not now:
        raise WatchError(Problem("nothing is running" if trial is None else f"trial {trial} is not running"))
    if trial is None:
        layout.stop_file.touch()
    for one in now:
        layout.attempts(one.trial)[-1].stop_file.touch()
    return "".join(f"asked to save and stop: {one.label}\n" for one in now)


def found(results: Path) -> Layout:
    """Return the layout of a results folder that is there."""
    layout = Layout(results.absolute())
    if not layout.root.is_dir():
        raise WatchError(Problem("there is no results folder", str(results), "name it with --results"))
    return layout
