"""A preview as programs read it: everything, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from xp.dsl.plan import Excluded
from xp.dsl.tuning import Tuning
from xp.engine.preview.preview import Preview, Row

FORMAT = 1
"""Version of the object; raised when a key changes its meaning or goes."""


def text(preview: Preview) -> str:
    """Return the whole preview as one JSON object."""
    return json.dumps(record(preview), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def record(preview: Preview) -> dict[str, Any]:
    """Return the whole preview as JSON holds it."""
    experiment = preview.planned.experiment
    states = [row.standing.state for row in preview.rows]
    return {
        "format": FORMAT,
        "experiment": experiment.experiment.name,
        "file": str(experiment.file),
        "baseline": experiment.baseline,
        "axes": preview.axes,
        "trials": [trial(row) for row in preview.rows],
        "excluded": [left_out(cell, preview) for cell in preview.excluded],
        "missing": [{**asdict(problem), "trials": count} for problem, count in preview.missing.items()],
        "notes": preview.notes,
        "totals": {
            "trials": len(preview.rows),
            "due": len(preview.due),
            "excluded": len(preview.excluded),
            "states": {state: states.count(state) for state in dict.fromkeys(states)},
            "forecast": {name: asdict(whole) for name, whole in preview.totals.items()},
        },
    }


def trial(row: Row) -> Mapping[str, Any]:
    """Return one trial."""
    return {
        "id": row.trial.id,
        "state": row.standing.state,
        "last_state": row.standing.last or None,
        "attempts": row.standing.attempts,
        "label": row.trial.label,
        "method": row.trial.method,
        "baseline": row.trial.baseline,
        "model": row.trial.model_name,
        "dataset": row.trial.dataset_name,
        "seed": row.trial.seed,
        "variant": dict(row.trial.variant),
        "settings": row.trial.dotted_settings,
        "deepspeed": dict(row.trial.deepspeed),
        "search": search_facts(row.trial.search),
        "forecast": asdict(row.forecast),
    }


def search_facts(search: Tuning | None) -> Mapping[str, Any] | None:
    """Return what a trial searches and how often it trains, None where it does not search."""
    return None if search is None else {**search.model_dump(mode="json"), "trainings": search.trainings}


def left_out(cell: Excluded, preview: Preview) -> Mapping[str, Any]:
    """Return one cell that is not tried, and the place of the rule in the file."""
    kind, _, place = cell.rule.partition(":")[0].removesuffix("]").partition("[")
    where = preview.planned.experiment.where(*kind.split("."), *([int(place)] if place else []))
    return {"variant": cell.variant, "seed": cell.seed, "rule": cell.rule, "where": where}
