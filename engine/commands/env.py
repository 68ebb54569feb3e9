"""`xp env`: what this machine and its software are, or what a trial saw of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from xp.dsl.errors import Problem
from xp.dsl.quantity import quantity
from xp.engine.finding import FindError, attempt_of, results_layout
from xp.engine.journal import events
from xp.engine.layout import AttemptLayout
from xp.engine.machine import environment
from xp.engine.screen import make_table

SECTIONS = ("environment", "package")


def env(results: Path, trial: str | None, attempt: int | None, *, as_json: bool) -> str:
    """Return the environment of this machine, or that of an attempt, for people or for programs."""
    if trial is None:
        told = environment.collect(Path.cwd(), results)
    else:
        told = recorded_environment(attempt_of(results_layout(results), trial, attempt))
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n" if as_json else as_text(told)


def recorded_environment(attempt: AttemptLayout) -> dict[str, Any]:
    """Return what the journal of an attempt says of its environment."""
    told = {
        event["section"]: {"values": event["values"], "units": event["units"]}
        for event in events(attempt.engine_journal)
        if event["event"] == "facts" and event["section"] in SECTIONS
    }
    if not told:
        hint = "what another program left behind says nothing of its machine"
        raise FindError(Problem("this attempt recorded no environment", str(attempt.root), hint))
    return told


def as_text(told: Mapping[str, Any]) -> str:
    """Return an environment as tables; of packages, where there are any, those that were not named before."""
    facts = told["environment"]
    rows = [[name, *value_and_unit(value, facts["units"].get(name, ""))] for name, value in facts["values"].items()]
    text = make_table(["fact", "value", "unit"], rows)
    others = told.get("package", {"values": {}})["values"]
    further = [[name, version] for name, version in others.items() if name not in facts["values"]]
    return text + ("\n" + make_table(["package", "version"], further) if further else "")


def value_and_unit(value: Any, unit: str) -> Iterator[str]:
    """Yield a value and its unit for people; what is not known has none."""
    if value is None:
        yield from ("unknown", "")
    elif isinstance(value, bool):
        yield from ("yes" if value else "no", "")
    elif unit == "B":
        amount, _, prefixed = quantity(value, unit).rpartition(" ")
        yield from (amount, prefixed)
    else:
        yield from (str(value), unit)
