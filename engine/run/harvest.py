"""What a trial's attempts have recorded, read from their journals: how it ended, its numbers, what it cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xp.dsl.metrics import adds_up
from xp.engine.journal import events
from xp.engine.layout import AttemptLayout, Layout

PEAKS = ("_memory", "_rss", "_allocated", "_reserved")
"""Ends of the names of bytes: each rank has its own."""


@dataclass(frozen=True)
class Harvest:
    """What a trial has come to."""

    state: str | None
    """How its last attempt that counts ended; None where there is none."""

    values: Mapping[str, float]
    """The last value of each metric; bytes are those of all ranks together."""

    costs: Mapping[str, float]
    """What its sessions took together."""

    def score(self, metric: str) -> float | None:
        """Return what it is judged by; None where it did not complete."""
        return self.values.get(metric) if self.state == "completed" else None


def harvest(layout: Layout, trial_id: str) -> Harvest:
    """Return what a trial has come to, by the attempt that speaks for it and those that this one went on from."""
    attempts = {attempt.number: attempt for attempt in layout.attempts(trial_id)}
    if not attempts:
        return Harvest(None, {}, {})
    last = deciding_attempt([*attempts.values()])
    sessions = [last_values(attempts[number]) for number in continued_attempts(attempts, last.number)]
    costs = {
        name: sum(session.get(name, 0.0) for session in sessions)
        for name in sorted({name for session in sessions for name in session if adds_up(name)})
    }
    return Harvest(end_of(last), sessions[0], costs)


def deciding_attempt(attempts: Sequence[AttemptLayout]) -> AttemptLayout:
    """Return the attempt that speaks for a trial, of all that there are: the last that completed, else the last one."""
    return next((attempt for attempt in reversed(attempts) if end_of(attempt) == "completed"), attempts[-1])


def continued_attempts(attempts: Mapping[int, AttemptLayout], last: int) -> Iterator[int]:
    """Yield the attempt *last* and those that it went on from."""
    number: int | None = last
    while number is not None and number in attempts:
        yield number
        begun = next((event for event in events(attempts[number].engine_journal) if event["event"] == "attempt"), {})
        number = (begun.get("resumed") or {}).get("attempt")


def end_of(attempt: AttemptLayout) -> str | None:
    """Return how an attempt ended, None when its journal does not say."""
    return next((event.get("state") for event in events(attempt.engine_journal) if event["event"] == "end"), None)


def seconds_of(attempt: AttemptLayout) -> float:
    """Return the seconds from start to end of an attempt, 0 where its journal has no end."""
    return next((event["seconds"] or 0.0 for event in events(attempt.engine_journal) if event["event"] == "end"), 0.0)


def last_values(attempt: AttemptLayout) -> dict[str, float]:
    """Return the last value of each metric of an attempt, bytes added up over its ranks."""
    found: dict[str, float] = {}
    for journal in attempt.journals():
        own: dict[str, float] = {}
        for event in events(journal):
            if event["event"] == "metrics":
                own |= {name: float(value) for name, value in event["values"].items()}
        for name, value in own.items():
            found[name] = found.get(name, 0.0) + value if name.endswith(PEAKS) else found.get(name, value)
    return found


def search_totals(best: Harvest, all_of_them: Sequence[Harvest]) -> dict[str, float]:
    """Return the numbers of a search: costs of all its trainings, the most memory of any, all else of the best one."""
    found = dict(best.values)
    for one in all_of_them:
        for name, value in one.values.items():
            if name.endswith(PEAKS):
                found[name] = max(found.get(name, value), value)
    names = {name for one in all_of_them for name in one.costs}
    return found | {name: sum(one.costs.get(name, 0.0) for one in all_of_them) for name in sorted(names)}


def facts_of(attempt: AttemptLayout, section: str) -> Iterator[Mapping[str, Any]]:
    """Yield the statements of one section that rank 0 made."""
    for event in events(attempt.journal(0)):
        if event["event"] == "facts" and event["section"] == section:
            yield {key: event[key] for key in ("section", "subject", "values", "units")}
