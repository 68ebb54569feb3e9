"""From exit codes and last events to a state with evidence. Pure."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["completed", "failed", "oom", "diverged", "timeout", "interrupted"]

LOG_TAIL = 30
"""Lines of a failed rank's log that are kept as evidence."""


@dataclass(frozen=True)
class RankReport:
    """What is known of one rank when its attempt has ended."""

    rank: int
    code: int | None
    done: bool
    failures: Sequence[Mapping[str, Any]] = ()
    log: Sequence[str] = ()


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended, why, and what shows it."""

    state: State
    reason: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    retry: bool = False
    """Whether the same attempt may go better another time."""


def judge(ranks: Sequence[RankReport], stopped: Literal["", "timeout", "interrupted"] = "") -> Outcome:
    """Return the outcome of an attempt. The workers' own words count for more than exit codes."""
    evidence: dict[str, Any] = {"exit_codes": [rank.code for rank in ranks]}
    first = first_failure(ranks)
    if first is None and all(rank.done for rank in ranks):
        return Outcome("completed", evidence=evidence)
    if stopped:
        return Outcome(stopped, STOPPED[stopped], evidence)
    culprit = ranks[first["rank"]] if first else first_dead(ranks)
    evidence |= {"rank": culprit.rank, "log_tail": "\n".join(culprit.log[-LOG_TAIL:])}
    if first is not None:
        return told(first, evidence)
    return untold(culprit, evidence)


STOPPED = {
    "timeout": "it took longer than the limit of a trial",
    "interrupted": "the run was stopped",
}


def first_failure(ranks: Sequence[RankReport]) -> Mapping[str, Any] | None:
    """Return the failure that a rank recorded first: the others often fail only because it did."""
    failures = [{**failure, "rank": rank.rank} for rank in ranks for failure in rank.failures]
    return min(failures, key=lambda failure: failure.get("t", 0.0), default=None)


def first_dead(ranks: Sequence[RankReport]) -> RankReport:
    """Return the rank to blame when none said anything: one that a signal ended, else any that failed."""
    unfinished = [rank for rank in ranks if not rank.done] or list(ranks)
    return min(unfinished, key=lambda rank: 0 if rank.code is None else rank.code)


def told(failure: Mapping[str, Any], evidence: dict[str, Any]) -> Outcome:
    """Return the outcome that a worker's own failure event states."""
    kind, message = str(failure.get("kind", "error")), str(failure.get("message", ""))
    if kind == "diverged":
        return Outcome("diverged", message, evidence | {"first_bad_step": failure.get("step")})
    if kind == "stopped":
        return Outcome("interrupted", message, evidence)
    if kind == "oom":
        return Outcome("oom", message, evidence)
    return Outcome("failed", message, evidence | {"kind": kind})


def untold(rank: RankReport, evidence: dict[str, Any]) -> Outcome:
    """Return the outcome of a rank that ended without a word."""
    if rank.code is not None and rank.code < 0:
        name = signal.Signals(-rank.code).name
        killed = " (by hand, or by the kernel when memory ran out)" if rank.code == -signal.SIGKILL else ""
        return Outcome(
            "failed", f"rank {rank.rank} was ended by {name}{killed}", evidence | {"signal": name}, retry=True
        )
    last = next((line for line in reversed(rank.log) if line.strip()), "it printed nothing")
    return Outcome("failed", f"rank {rank.rank} exited with code {rank.code}: {last.strip()}", evidence)
