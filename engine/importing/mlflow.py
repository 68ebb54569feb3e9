"""MLflow: a run as its REST interface returns it, or as mlflow-export-import writes it."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from xp.engine.importing.found import Found, ImportingError, Point, refuse
from xp.engine.importing.steps import numbered
from xp.engine.importing.values import recorded
from xp.engine.run.failures import State

STATES: Mapping[str, State] = {
    **dict.fromkeys(("FINISHED", "COMPLETED", "3"), "completed"),
    **dict.fromkeys(("FAILED", "4"), "failed"),
    **dict.fromkeys(("KILLED", "CANCELED", "CANCELLED", "5"), "interrupted"),
}
"""Words for how a run ended, and the numbers that they are sent as."""

EXPORTED = "run.json"
"""How mlflow-export-import calls the file of a run."""

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


class OddError(ValueError):
    """Something is not as MLflow writes it."""


def read_run(path: Path, content: Mapping[str, Any]) -> Found:
    """Return the run, or say what of it is not as MLflow writes it."""
    try:
        return run_of(path, inner(content))
    except OddError as error:
        raise error_of_file(path, error) from None


def error_of_file(path: Path, error: OddError) -> ImportingError:
    """Return the error of a file that is not what it looks like."""
    return refuse(f"not a run of MLflow: {error}", path, hint="export it with mlflow-export-import, or by REST")


def run_of(path: Path, run: Mapping[str, Any]) -> Found:
    """Return what a run says."""
    info, data = require_table(run["info"], "info"), require_table(run.get("data", run), "data")
    began, ended = milliseconds(info.get("start_time")), milliseconds(info.get("end_time"))
    status = str(info.get("status", "")).upper()
    state = STATES.get(status, "interrupted")
    tags = pairs(data.get("tags") or {}, "tags")
    # as MLflow decides which value is the last one, whatever the order of an answer
    told = sorted(metric_points(data.get("metrics") or {}, ended), key=lambda one: (one.step or 0, one.time or 0.0))
    in_order, notes = numbered(told)
    seconds = None if began is None or ended is None else ended - began
    oddities = {
        "it was deleted there": info.get("lifecycle_stage") == "deleted",
        "it ended before it began: how long it took is not known": seconds is not None and seconds < 0,
    }
    facts = {"run_id": info.get("run_id"), "status": status, "commit": tags.get(GIT)}
    return Found(
        kind="mlflow",
        name=str(info.get("run_name") or tags.get("mlflow.runName") or info.get("run_id") or path.stem),
        files=(path,),
        points=in_order,
        state=state,
        reason="" if state == "completed" else f"its status there was {status or 'missing'}",
        started=began,
        seconds=None if seconds is None or seconds < 0 else seconds,
        settings=pairs(data.get("params") or {}, "params"),
        facts={key: value for key, value in facts.items() if value},
        notes=(*(text for text, so in oddities.items() if so), *notes),
    )


def require_table(value: Any, name: str) -> Mapping[str, Any]:
    """Return a table."""
    if not isinstance(value, Mapping):
        raise OddError(f"{name} should be an object, got {value!r:.60}")
    return value


def milliseconds(value: Any) -> float | None:
    """Return a time of MLflow, a number or text, as unix seconds."""
    if value in (None, "", 0, "0"):
        return None
    return parse_number(value, "a time") / 1000


def parse_number(value: Any, name: str) -> float:
    """Return a number, or a text that spells one."""
    spelled = recorded(value)
    if isinstance(spelled, bool) or not isinstance(spelled, int | float) or not math.isfinite(spelled):
        raise OddError(f"{name} should be a number, got {value!r:.60}")
    return spelled


def step(item: Mapping[str, Any]) -> int:
    """Return the step of a value; where none is told it is the first."""
    told = parse_number(item.get("step") or 0, "step")
    if told % 1:
        raise OddError(f"step should be a whole number, got {told:g}")
    return int(told)


def keyed(items: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield what a table, or a list of entries with a key each, holds: key and value, or key and entry."""
    if isinstance(items, Mapping):
        yield from ((str(key), value) for key, value in items.items())
        return
    for item in items if isinstance(items, list) else [items]:
        if not isinstance(item, Mapping) or "key" not in item:
            raise OddError(f"an entry of {name} has no key: {item!r:.60}")
        yield str(item["key"]), item


def pairs(items: Any, name: str) -> dict[str, str]:
    """Return texts by their keys."""
    return {key: str(item.get("value", "") if isinstance(item, Mapping) else item) for key, item in keyed(items, name)}


def metric_points(metrics: Any, ended: float | None) -> Iterator[Point]:
    """Yield the metrics: a history of each, or its last value only."""
    for name, history in keyed(metrics, "metrics"):
        for item in history if isinstance(history, list) else [history]:
            if isinstance(item, Mapping):
                time = milliseconds(item.get("timestamp"))
                yield Point(step(item), time, {name: metric_value(item)})
            else:
                yield Point(None, ended, {name: infinite(recorded(item))})


def metric_value(item: Mapping[str, Any]) -> Any:
    """Return what was recorded; one that is marked as NaN is NaN, whatever stands in its place."""
    marked = str(item.get("is_nan", False)).lower() in ("true", "1")
    return float("nan") if marked else infinite(recorded(item.get("value")))


def infinite(value: Any) -> Any:
    """Return infinity where its place is taken by the largest number: MLflow's databases cannot hold it.

    >>> infinite(-1.7976931348623157e308), infinite(0.5), infinite("low")
    (-inf, 0.5, 'low')
    """
    largest = isinstance(value, float) and abs(value) == sys.float_info.max
    return math.copysign(math.inf, value) if largest else value
