"""MLflow: a run as its REST interface returns it, or as mlflow-export-import writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from xp.engine.importing.found import Found, Point
from xp.engine.importing.values import recorded
from xp.engine.run.failures import State

STATES: Mapping[str, State] = {
    **dict.fromkeys(("FINISHED", "COMPLETED", "3"), "completed"),
    **dict.fromkeys(("FAILED", "4"), "failed"),
    **dict.fromkeys(("KILLED", "CANCELED", "CANCELLED", "5"), "interrupted"),
}
"""Words for how a run ended, and the numbers that they are sent as."""

GIT = "mlflow.source.git.commit"


def is_run(content: Any) -> bool:
    """Tell whether JSON is a run of MLflow."""
    return isinstance(content, Mapping) and "info" in inner(content) and "run_id" in str(inner(content)["info"])


def inner(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the run itself, whatever it is wrapped in."""
    for key in ("mlflow", "run"):
        if isinstance(content.get(key), Mapping):
            content = content[key]
    return content


def read(path: Path, content: Mapping[str, Any]) -> Found:
    """Return the run."""
    run = inner(content)
    info, data = run["info"], run.get("data", run)
    began, ended = milliseconds(info.get("start_time")), milliseconds(info.get("end_time"))
    status = str(info.get("status", "")).upper()
    state = STATES.get(status, "interrupted")
    tags = pairs(data.get("tags") or {})
    facts = {"run_id": info.get("run_id"), "status": status, "commit": tags.get(GIT)}
    return Found(
        kind="mlflow",
        name=str(info.get("run_name") or tags.get("mlflow.runName") or info["run_id"]),
        files=(path,),
        points=tuple(points(data.get("metrics") or {}, ended)),
        state=state,
        reason="" if state == "completed" else f"its status there was {status or 'missing'}",
        started=began,
        seconds=None if began is None or ended is None else ended - began,
        settings=pairs(data.get("params") or {}),
        facts={key: value for key, value in facts.items() if value},
    )


def milliseconds(value: Any) -> float | None:
    """Return a time of MLflow, a number or text, as unix seconds."""
    return float(value) / 1000 if value not in (None, "", 0, "0") else None


def pairs(table: Any) -> dict[str, str]:
    """Return a table, or a list of keys and values, as a mapping."""
    if isinstance(table, Mapping):
        return {str(key): str(value) for key, value in table.items()}
    return {str(item["key"]): str(item["value"]) for item in table}


def points(metrics: Any, ended: float | None) -> Iterator[Point]:
    """Yield the metrics: a history of each, or its last value only."""
    entries = metrics.items() if isinstance(metrics, Mapping) else ((item["key"], item) for item in metrics)
    for name, history in entries:
        for item in history if isinstance(history, list) else [history]:
            if isinstance(item, Mapping):
                time = milliseconds(item.get("timestamp"))
                yield Point(int(item.get("step") or 0), time, {name: value(item)})
            else:
                yield Point(None, ended, {name: recorded(item)})


def value(item: Mapping[str, Any]) -> Any:
    """Return what was recorded; one that is marked as NaN is NaN, whatever stands in its place."""
    marked = str(item.get("is_nan", False)).lower() in ("true", "1")
    return float("nan") if marked else recorded(item.get("value"))
