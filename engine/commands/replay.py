"""What a search has found, as a method of an experiment file with all that its own method sets: for other seeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from xp.dsl.dotted import flatten
from xp.dsl.errors import Problem, XpError
from xp.dsl.spelling import spell
from xp.engine.finding import attempt_of, results_layout
from xp.engine.journal import events
from xp.engine.layout import AttemptLayout, Layout
from xp.engine.run.harvest import end_of

NAME = "replay"
"""The method's name; a file may give it another."""


class ReplayError(XpError):
    """There is no schedule to replay."""


def replay(results: Path, trial: str) -> str:
    """Return the tables of a method that trains by the schedule of a search."""
    layout = results_layout(results)
    trial_id = attempt_of(layout, trial, None).trial_id
    attempts = [attempt for attempt in layout.attempts(trial_id) if end_of(attempt) == "completed"]
    if not attempts:
        hint = "a search has to be complete: `xp run` goes on with it"
        raise ReplayError(Problem(f"no attempt of the trial {trial_id} completed", str(layout.trial(trial_id)), hint))
    members = [*schedule(attempts[-1])]
    if not members:
        raise ReplayError(Problem(f"the trial {trial_id} is no search", str(layout.trial(trial_id))))
    return as_toml(trial_id, members, method_of(layout, trial_id, attempts[-1]))


def method_of(layout: Layout, trial_id: str, attempt: AttemptLayout) -> Mapping[str, Any]:
    """Return what the last plan with this trial tells of its method; nothing of an experiment from before plans did."""
    begun = next(event for event in events(attempt.engine_journal) if event["event"] == "attempt")
    told = events(layout.experiment_journal(begun["experiment"]))
    plans = [plan for plan in told if any(one["trial"] == trial_id for one in plan.get("trials", []))]
    methods = plans[-1]["methods"] if plans else []
    return next((method for method in methods if method["name"] == begun["method"]), {})


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


def as_toml(trial_id: str, found: Sequence[Mapping[str, Any]], method: Mapping[str, Any]) -> str:
    """Return the method as TOML; a search without generations has found one point, which is plain settings."""
    head = {"description": f"what the search {trial_id} has found"}
    if method.get("deepspeed") is not None:
        head["deepspeed"] = method["deepspeed"]
    tables = [f"[methods.{NAME}]", *pairs(head)]
    settings = flatten(method.get("settings", {})) | (found[0]["values"] if len(found) == 1 else {})
    if settings:
        tables += ["", f"[methods.{NAME}.settings]", *pairs(settings)]
    if len(found) > 1:
        pieces = [
            f"    {{ until = {event['to_step']}, settings = {{ {', '.join(pairs(event['values']))} }} }},"
            for event in found
        ]
        tables += ["", f"[methods.{NAME}.search]", 'algorithm = "replay"', "schedule = [", *pieces, "]"]
    return "\n".join([*tables, ""])


def pairs(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield settings as they are written in TOML."""
    for name, value in values.items():
        yield f"{name} = {spell(value)}"
