"""Hugging Face: ``trainer_state.json``, and the ``*_results.json`` files that lie beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from xp.engine.importing import schedule
from xp.engine.importing.found import Found, Point, refuse
from xp.engine.importing.values import recorded

STATE = "trainer_state.json"

CHECKPOINT = re.compile(r"checkpoint-\d+")
"""Folder of a checkpoint, inside of the folder of its run."""

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


def run_folder(path: Path) -> Path:
    """Return the folder of the run that a file is of.

    >>> run_folder(Path("/runs/a/checkpoint-500/trainer_state.json")).name
    'a'
    """
    return path.parent.parent if CHECKPOINT.fullmatch(path.parent.name) else path.parent


def read_run(contents: Mapping[Path, Any], name: str) -> Found:
    """Return the run that some files are about; what a later file says of the whole run counts.

    Of several states the last one counts: each checkpoint keeps the whole log up to it.
    """
    states = {path: content for path, content in contents.items() if is_state(content)}
    last = max(
        states, key=lambda path: (states[path].get("global_step") or 0, run_folder(path) == path.parent), default=None
    )
    state: Mapping[str, Any] = {} if last is None else states[last]
    points = [log_point(entry, last) for entry in state["log_history"]] if last else []
    points += results({path: content for path, content in contents.items() if path not in states})
    ended, reason = ending(state, points)
    earlier = states.keys() - {last}
    return Found(
        kind="trainer",
        name=name,
        files=tuple(path for path in contents if path not in earlier),
        points=tuple(points),
        state="completed" if ended else "interrupted",
        reason=reason,
        settings={to: state[key] for key, to in SETTINGS.items() if state.get(key) is not None},
        facts={key: state[key] for key in FACTS if state.get(key) is not None}
        | (schedule.steps_taken(state) if state else {}),
        notes=(f"{len(earlier)} earlier states, of its checkpoints, are passed over",) if earlier else (),
    )


def log_point(entry: Any, path: Path) -> Point:
    """Return an entry of the log; numbers of the end of the training are about the whole run."""
    step = entry.get("step") if isinstance(entry, Mapping) else None
    if isinstance(step, bool) or not isinstance(step, int | float) or step % 1:
        raise refuse(f"an entry of the log without a step: {json.dumps(entry)[:60]}", path)
    values = {key: recorded(value) for key, value in entry.items() if key != "step"}
    return Point(None if "train_runtime" in values else int(step), None, values, path)


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
