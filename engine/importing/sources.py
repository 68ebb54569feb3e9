"""Which reader a file is for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from xp.engine.importing import emissions, mlflow, scale, tensorboard, trainer
from xp.engine.importing.elsewhere import Earlier
from xp.engine.importing.found import Found, refuse

KINDS = "trainer_state.json, *_results.json, emissions.csv, a run of MLflow as JSON, an event file of TensorBoard"

PASSED_OVER = ("experiment.json", "experiments.json", "manifest.json")
"""What lies beside the runs of an export of MLflow and says nothing of its own."""


def read_runs(paths: Sequence[Path], earlier: Earlier = MappingProxyType({})) -> list[Found]:
    """Return the runs of all files; folders are searched, and totals of *earlier* imports do not count again.

    Hugging Face's files of one folder are one run, as long as they have the names that it gives them: a copy under
    another name is of another run. So are the event files of one folder.
    """
    found: list[Found] = []
    tables: list[Path] = []
    events: dict[Path, list[Path]] = {}
    results: dict[tuple[Path, str], dict[Path, Any]] = {}
    for path in files(paths):
        if path.suffix == ".json":
            content = parse_json(path)
            if mlflow.is_run(content):
                found.append(mlflow.read_run(path, content))
            elif trainer.is_state(content) or trainer.is_results(path, content):
                folder = trainer.run_folder(path.absolute())
                name = folder.name if trainer.has_own_name(path) else path.stem
                results.setdefault((folder, name), {})[path] = content
            else:
                raise refuse("nothing that can be imported", path, hint=f"what can be: {KINDS}")
        elif tensorboard.is_events(path):
            events.setdefault(path.absolute().parent, []).append(path)
        else:
            tables.append(path)
    found += emissions.read_emissions(*tables, earlier=earlier)
    runs = {group[0]: tensorboard.read_events(group) for group in events.values()}
    found += filter(None, runs.values())
    found += [trainer.read_run(contents, name) for (_, name), contents in results.items()]
    # hyperparameters lie in a folder of their own, beside those with scalars
    if (empty := [path for path, run in runs.items() if run is None]) and (not found or {*empty} & {*paths}):
        raise refuse("no scalars in the event file", empty[0])
    return [scale.note_scale(run) for run in found]


def files(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the files; of a folder those that look like results."""
    for path in paths:
        if not path.exists():
            raise refuse("no such file or folder", path)
        if path.is_dir():
            inside = [file for file in sorted(path.rglob("*")) if file.is_file() and looks_like_results(file)]
            if not inside:
                raise refuse("nothing in this folder that can be imported", path, hint=f"what can be: {KINDS}")
            yield from inside
        else:
            yield path


def looks_like_results(path: Path) -> bool:
    """Tell whether a file of a folder looks like results of another program."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            return emissions.is_emissions(file.readline())
    if path.suffix == ".json" and path.name not in PASSED_OVER and (is_named_as_results(path) or is_json(path)):
        content = parse_json(path)
        return mlflow.is_run(content) or trainer.is_state(content) or trainer.is_results(path, content)
    return tensorboard.is_events(path)


def is_named_as_results(path: Path) -> bool:
    """Tell whether a file has a name that only results have: one that is cut is told, and not passed over."""
    return trainer.has_own_name(path) or path.name == mlflow.EXPORTED


def is_json(path: Path) -> bool:
    """Tell whether a file is JSON as a whole: a data set may be a row after another, settings may have comments."""
    try:
        json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError:
        return False
    return True


def parse_json(path: Path) -> Mapping[str, Any]:
    """Return the JSON of a file; of a list or a single value nothing."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, UnicodeDecodeError) as error:
        raise refuse(f"not JSON: {error}", path) from None
    return content if isinstance(content, Mapping) else {}
