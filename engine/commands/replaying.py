"""The schedule that a search has found, as a method of an experiment file: to train by it with other seeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from xp.dsl.errors import Problem, XpError
from xp.dsl.spelling import spell
from xp.engine.finding import attempt_of, found
from xp.engine.journal import events
from xp.engine.layout import AttemptLayout
from xp.engine.run.harvest import ended

NAME = "replay"
"""The method's name; a file may give it another."""


class ReplayError(XpError):
    """There is no schedule to replay."""


def replay(results: Path, trial: str) -> str:
    """Return the tables of a method that trains by the schedule of a search."""
    layout = found(results)
    trial_id = attempt_of(layout, trial, None).trial_id
    attempts = [attempt for attempt in layout.attempts(trial_id) if ended(attempt) == "completed"]
    if not attempts:
        hint = "a search has to be complete: `xp run` goes on with it"
        raise ReplayError(Problem(f"no attempt of the trial {trial_id} completed", str(layout.trial(trial_id)), hint))
    members = [*schedule(attempts[-1])]
    if not members:
        raise ReplayError(Problem(f"the trial {trial_id} is no search", str(layout.trial(trial_id))))
    return text(trial_id, members)


def schedule(attempt: AttemptLayout) -> Iterator[Mapping[str, Any]]:
    """Yield the members that the best model of a search comes from, generation by generation."""
    told = [*events(attempt.engine_journal)]
    members = {(event["generation"], event["member"]): event for event in told if event["event"] == "member"}
    best = next((event["evidence"].get("best") for event in told if event["event"] == "end"), None)
    last = max((generation for generation, _ in members), default=0)
    yield from lineage(
        members, next((key for key in members if key[0] == last and members[key]["trial"] == best), None)
    )


def lineage(
    members: Mapping[tuple[int, int], Mapping[str, Any]], key: tuple[int, int] | None
) -> Iterator[Mapping[str, Any]]:
    """Yield the members that one of them comes from, the first generation first, itself last."""
    if key is not None and key in members:
        event = members[key]
        donor = event["donor"]
        yield from lineage(members, (event["generation"] - 1, event["member"] if donor is None else donor))
        yield event


def text(trial_id: str, found: Sequence[Mapping[str, Any]]) -> str:
    """Return the method as TOML; a search without generations has found one point, which is plain settings."""
    head = f'[methods.{NAME}]\ndescription = "what the search {trial_id} has found"\n'
    if len(found) == 1:
        return "\n".join([head, f"[methods.{NAME}.settings]", *pairs(found[0]["values"]), ""])
    pieces = [
        f"    {{ until = {event['to_step']}, settings = {{ {', '.join(pairs(event['values']))} }} }},\n"
        for event in found
    ]
    return f'{head}\n[methods.{NAME}.search]\nalgorithm = "replay"\nschedule = [\n{"".join(pieces)}]\n'


def pairs(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield settings as they are written in TOML."""
    for name, value in values.items():
        yield f"{name} = {spell(value)}"
