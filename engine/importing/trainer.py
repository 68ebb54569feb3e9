"""Hugging Face: ``trainer_state.json``, and the ``*_results.json`` files that lie beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from xp.engine.importing import schedule
from xp.engine.importing.found import Found, Point, refuse
from xp.engine.importing.values import recorded

STATE = "trainer_state.json"

RESULTS = "_results.json"

SETTINGS = {"num_train_epochs": "epochs", "max_steps": "max_steps", "train_batch_size": "batch_size"}
"""Keys of a state to the names of settings."""

FACTS = ("global_step", "epoch", "best_metric", "best_global_step", "best_model_checkpoint", "total_flos")


def is_state(content: Any) -> bool:
    """Tell whether JSON is the state of a trainer."""
    return isinstance(content, Mapping) and isinstance(content.get("log_history"), list)


def is_results(path: Path, content: Any) -> bool:
    """Tell whether JSON is a flat table of metrics, as the example scripts write it."""
    if not isinstance(content, Mapping) or not content:
        return False
    if path.name.endswith(RESULTS) and not any(isinstance(value, Mapping | list) for value in content.values()):
        return True
    return any(key.endswith(("_runtime", "_loss", "_samples_per_second")) for key in content)


def has_own_name(path: Path) -> bool:
    """Tell whether a file is named as the trainer and its scripts name the files of one run."""
    return path.name == STATE or path.name.endswith(RESULTS)


def read(contents: Mapping[Path, Any], name: str) -> Found:
    """Return the run that the files of one folder are about; what a later file says of the whole run counts."""
    states = {path: content for path, content in contents.items() if is_state(content)}
    if len(states) > 1:
        raise refuse("two states of a trainer in one run", list(states)[1])
    points: list[Point] = []
    state: Mapping[str, Any] = {}
    for path, content in states.items():
        state = content
        points += [point(entry, path) for entry in content["log_history"]]
    points += results({path: content for path, content in contents.items() if path not in states})
    ended, reason = ending(state, points)
    return Found(
        kind="trainer",
        name=name,
        files=tuple(contents),
        points=tuple(points),
        state="completed" if ended else "interrupted",
        reason=reason,
        settings={to: state[key] for key, to in SETTINGS.items() if state.get(key) is not None},
        facts={key: state[key] for key in FACTS if state.get(key) is not None}
        | (schedule.taken(state) if state else {}),
    )


def point(entry: Any, path: Path) -> Point:
    """Return an entry of the log; numbers of the end of the training are about the whole run."""
    if not isinstance(entry, Mapping) or not isinstance(entry.get("step"), int):
        raise refuse(f"an entry of the log without a step: {json.dumps(entry)[:60]}", path)
    values = {key: recorded(value) for key, value in entry.items() if key != "step"}
    return Point(None if "train_runtime" in values else entry["step"], None, values, path)


def results(contents: Mapping[Path, Mapping[str, Any]]) -> Iterator[Point]:
    """Yield what files say of the whole run; what one of them repeats word for word is said once."""
    told: dict[str, Any] = {}
    for path, content in contents.items():
        read = {key: recorded(value) for key, value in content.items()}
        new = {key: value for key, value in read.items() if key not in told or told[key] != value}
        told |= new
        if new:
            yield Point(None, None, new, path)


def ending(state: Mapping[str, Any], points: Sequence[Point]) -> tuple[bool, str]:
    """Tell whether the training came to its end, and what shows otherwise."""
    if not state or any("train_runtime" in point.values for point in points):
        return True, ""
    done, planned = state.get("global_step"), state.get("max_steps")
    if isinstance(done, int) and isinstance(planned, int) and done >= planned:
        return True, ""
    return False, f"the state was saved at step {done} of {planned}, before the training ended"
