"""From exit codes and last events to a state with evidence. Pure."""

from __future__ import annotations

import math
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from xp.engine.launch.pulse import RankProgress

Ended = Literal["", "timeout", "stalled", "interrupted"]
"""Why an attempt was ended from outside, if it was."""

State = Literal["completed", "failed", "oom", "diverged", "timeout", "interrupted"]

LOG_TAIL = 30
"""Lines of a failed rank's log that are kept as evidence."""


NO_MEMORY = (
    "std::bad_alloc",
    "MemoryError",
    "annot allocate memory",
    "can't allocate memory",
    "CUDA out of memory",
    "OutOfMemoryError",
    "CUBLAS_STATUS_ALLOC_FAILED",
)
"""What a process prints that dies for want of memory before it can record anything."""

LOST_PEER = ("closed by peer", "reset by peer", "Broken pipe", "Connection refused", "remote process exited")
"""What a rank records when another one is suddenly not there any more."""


@dataclass(frozen=True)
class RankReport:
    """What is known of one rank when its attempt has ended."""

    rank: int
    code: int | None
    done: bool
    failures: Sequence[Mapping[str, Any]] = ()
    log: Sequence[str] = ()
    peak_memory: int | None = None
    """The most bytes that it was seen to hold."""

    stand: RankProgress = field(default_factory=RankProgress)
    """How far its work had come, and for how long it had not gone on."""

    ended: float = 0.0
    """When it was seen to have ended by itself: never, where the engine killed it behind the death of another."""

    @property
    def silent(self) -> bool:
        """Whether a signal of somebody else than the engine ended it before it could say anything."""
        return not self.done and not self.failures and (self.code or 0) < 0 and self.ended < math.inf

    @property
    def killed(self) -> bool:
        """Whether somebody else than the engine killed it."""
        return self.code == -signal.SIGKILL and self.ended < math.inf


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended, why, and what shows it."""

    state: State
    reason: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    retry: bool = False
    """Whether the same attempt may go better another time."""


def judge(ranks: Sequence[RankReport], stopped: Ended = "", kernel_kills: int = 0) -> Outcome:
    """Return the outcome of an attempt. The workers' own words count for more than exit codes.

    *kernel_kills*: processes that the kernel has killed for want of memory while the attempt went on.
    """
    evidence: dict[str, Any] = {"exit_codes": [rank.code for rank in ranks]}
    first = first_failure(ranks)
    if first is None and all(rank.done for rank in ranks):
        return Outcome("completed", evidence=evidence)
    if stopped == "stalled":
        return stalled_outcome(ranks, evidence)
    if stopped:
        return Outcome(stopped, STOPPED[stopped], evidence)
    if first is not None and lost_a_peer(first) and any(rank.silent for rank in ranks):
        first = None  # it tells what it noticed; what happened, happened to the other
    culprit = ranks[first["rank"]] if first else first_dead(ranks)
    evidence |= {"rank": culprit.rank, "log_tail": "\n".join(culprit.log[-LOG_TAIL:])}
    if culprit.peak_memory is not None:
        evidence["peak_memory"] = culprit.peak_memory
    if first is not None:
        return recorded_outcome(first, evidence)
    return out_of_memory_outcome(culprit, evidence, kernel_kills) or silent_outcome(culprit, evidence)


STOPPED = {
    "timeout": "it took longer than the limit of a trial",
    "interrupted": "the run was stopped",
}


def stalled_outcome(ranks: Sequence[RankReport], evidence: dict[str, Any]) -> Outcome:
    """Return the outcome of an attempt that stood still: the rank that has come least far keeps the others waiting."""
    last = min(ranks, key=lambda rank: (rank.stand.beats, -rank.stand.silent))
    told = [
        {"rank": rank.rank, "phase": rank.stand.phase, "step": rank.stand.step, "silent_seconds": rank.stand.silent}
        for rank in ranks
    ]
    evidence |= {"rank": last.rank, "log_tail": "\n".join(last.log[-LOG_TAIL:]), "stalled": told}
    place = f"{last.stand.phase} at step {last.stand.step}"
    reason = f"rank {last.rank} has stood still for {last.stand.silent:.0f} s, in {place} ([limits] stall_timeout)"
    return Outcome("timeout", reason, evidence, retry=True)


def first_failure(ranks: Sequence[RankReport]) -> Mapping[str, Any] | None:
    """Return the failure that a rank recorded first: the others often fail only because it did."""
    failures = [{**failure, "rank": rank.rank} for rank in ranks for failure in rank.failures]
    return min(failures, key=lambda failure: failure.get("m", failure.get("t", 0.0)), default=None)


def lost_a_peer(failure: Mapping[str, Any]) -> bool:
    """Tell whether a failure says no more than that another rank is gone."""
    return failure.get("kind") == "error" and any(words in str(failure.get("message")) for words in LOST_PEER)


def first_dead(ranks: Sequence[RankReport]) -> RankReport:
    """Return the rank to blame when none said anything: the first to end, of several one that a signal ended."""
    unfinished = [rank for rank in ranks if not rank.done] or list(ranks)
    return min(unfinished, key=lambda rank: (rank.ended, 0 if rank.code is None else rank.code))


def recorded_outcome(failure: Mapping[str, Any], evidence: dict[str, Any]) -> Outcome:
    """Return the outcome of a failure that the worker has recorded."""
    kind, message = str(failure.get("kind", "error")), str(failure.get("message", ""))
    if kind == "diverged":
        return Outcome("diverged", message, evidence | {"first_bad_step": failure.get("step")})
    if kind == "stopped":
        return Outcome("interrupted", message, evidence)
    if kind == "oom":
        return Outcome("oom", message, evidence)
    return Outcome("failed", message, evidence | {"kind": kind})


def out_of_memory_outcome(rank: RankReport, evidence: dict[str, Any], kernel_kills: int) -> Outcome | None:
    """Return the outcome of a rank that died for want of memory without recording it, None for any other."""
    name = signal.Signals(-rank.code).name if rank.silent and rank.code else None
    told_by = {"signal": name} if name else {}
    if name == "SIGKILL" and kernel_kills:
        reason = f"rank {rank.rank} was killed by the kernel: memory ran out"
        return Outcome("oom", reason, evidence | told_by | {"kernel_kills": kernel_kills})
    last = next((line for line in reversed(rank.log[-LOG_TAIL:]) if any(words in line for words in NO_MEMORY)), None)
    if last is None:
        return None
    return Outcome("oom", f"rank {rank.rank} ran out of memory: {last.strip()}", evidence | told_by)


def silent_outcome(rank: RankReport, evidence: dict[str, Any]) -> Outcome:
    """Return the outcome of a rank that died without recording a failure."""
    if rank.code is not None and rank.code < 0:
        name = signal.Signals(-rank.code).name
        who = "by hand, or by the kernel when memory ran out" if rank.killed else "by the engine, as another had ended"
        killed = f" ({who})" if rank.code == -signal.SIGKILL else ""
        return Outcome(
            "failed", f"rank {rank.rank} was ended by {name}{killed}", evidence | {"signal": name}, retry=True
        )
    last = next((line for line in reversed(rank.log) if line.strip()), "it printed nothing")
    return Outcome("failed", f"rank {rank.rank} exited with code {rank.code}: {last.strip()}", evidence)
