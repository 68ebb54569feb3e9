"""Attempts that a killed engine left open are ended, with the time that they show."""

from __future__ import annotations

from collections import defaultdict

from xp.engine.journal import events
from xp.engine.layout import AttemptLayout, Layout
from xp.engine.run import attempt as attempts
from xp.engine.run.failures import Outcome
from xp.engine.run.harvest import end_of


def end_abandoned(layout: Layout, trial_id: str) -> None:
    """End the attempts of a trial that nobody works on any more: their engine was killed."""
    for attempt in layout.attempts(trial_id):
        if end_of(attempt) is None:
            evidence = {"until": "its last sign of life"}
            outcome = Outcome("interrupted", "the engine ended before the attempt did", evidence)
            attempts.journal_end(attempt, outcome, observed_seconds(attempt))


def observed_seconds(attempt: AttemptLayout) -> float:
    """Return the seconds from the first to the last event of an attempt.

    They are told by the monotonic clock, and readings of two boots are never subtracted from one another. The time of
    day, which may have been set meanwhile, counts only in journals that have nothing else, those of older versions.
    """
    clocks: dict[str, list[float]] = defaultdict(list)
    wall: list[float] = []
    for journal in (attempt.engine_journal, *attempt.rank_journals()):
        boot = ""
        for event in events(journal):
            boot = event.get("boot", boot)
            if "m" in event:
                clocks[boot].append(event["m"])
            elif "carried" not in event:
                wall.append(event["t"])
    return max((max(times) - min(times) for times in [*clocks.values()] or [wall] if times), default=0.0)
