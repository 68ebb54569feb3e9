"""What an experiment points to: where its files are, and what is in them as one fingerprint."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from xp.dsl.errors import Problem, SpecError, did_you_mean
from xp.dsl.experiment import Experiment
from xp.dsl.spec import Dataset, Model
from xp.engine.train import dialogues
from xp.engine.train.places import SPLITS, is_hub, location


class UnreadableError(ValueError):
    """A file that is not what the end of its name says."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def fingerprints(experiment: Experiment) -> dict[str, str]:
    """Return the fingerprint of each data set; raise SpecError naming every file or column that is missing."""
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for name in experiment.tried("dataset"):
        dataset = experiment.dataset(name)
        missing = list(problems_of(experiment, name, dataset))
        problems += missing
        if not missing:
            found[name] = fingerprint(dataset, experiment.folder)
    if problems:
        raise SpecError(*problems)
    return found


def fingerprint(dataset: Dataset, folder: Path) -> str:
    """Return a hash of the content that a data set points to; of a hub's, its id and revision."""
    if dataset.builtin is not None:
        return dialogues.fingerprint(dataset.size)
    if is_hub(dataset, folder):
        return f"hub:{dataset.path}@{dataset.revision or 'main'}:{dataset.config or ''}"
    return content_hash(file for split in SPLITS for file in content_files(location(dataset, folder, split)))


def content_hash(files: Iterable[Path]) -> str:
    """Return one hash of the names and the bytes of files, in their order."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode())
        digest.update(file_hash(file))
    return digest.hexdigest()


def content_files(place: Path) -> list[Path]:
    """Return the files that hold a split: itself, or what a saved folder of Arrow files holds."""
    return sorted(place.glob("*.arrow")) if place.is_dir() else [place]


def file_hash(path: Path) -> bytes:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def problems_of(experiment: Experiment, name: str, dataset: Dataset) -> Iterator[Problem]:
    """Yield what is missing of a data set, at the place in the file that names it."""
    folder = experiment.folder
    if dataset.builtin is not None or is_hub(dataset, folder):
        return
    places = {split: location(dataset, folder, split) for split in SPLITS}
    known: dict[str, list[str]] = {}
    for split, place in places.items():
        where = experiment.where("datasets", name, "path" if dataset.path is not None else split)
        if not place.exists():
            yield Problem(f"there is no file of the {split} split, got {str(place)!r}", where, nearest(place))
            continue
        try:
            known[split] = columns(place) or []
        except UnreadableError as error:
            yield Problem(f"{error}, got {str(place)!r}, the {split} split", where, error.hint)
    yield from lacking_columns(experiment, name, dataset, {split: names for split, names in known.items() if names})


def lacking_columns(
    experiment: Experiment, name: str, dataset: Dataset, known: Mapping[str, list[str]]
) -> Iterator[Problem]:
    """Yield the columns that splits do not have."""
    for role in ("source", "target", "id"):
        column: str | None = getattr(dataset, role)
        lacking = [split for split, names in known.items() if column is not None and column not in names]
        if column is not None and lacking:
            message = f"there is no column {column!r} in the split {' and '.join(lacking)}"
            yield Problem(message, experiment.where("datasets", name, role), did_you_mean(column, known[lacking[0]]))


def nearest(place: Path) -> str:
    """Return a hint that names what lies beside a missing file."""
    if not place.parent.is_dir():
        return f"there is no folder {str(place.parent)!r} either"
    return did_you_mean(place.name, [entry.name for entry in place.parent.iterdir()])


def columns(place: Path) -> list[str] | None:
    """Return the column names of a split without reading its rows, None where only reading tells."""
    try:
        if place.is_dir():
            return features(place / "dataset_info.json")
        if place.suffix == ".csv":
            with place.open(encoding="utf-8-sig", newline="") as file:
                return next(csv.reader(file), [])
        return first_keys(place) if place.suffix in (".jsonl", ".json") else None
    except UnicodeDecodeError:
        raise UnreadableError("not UTF-8", "save it as UTF-8") from None
    except csv.Error as error:
        raise UnreadableError(f"no table of comma-separated values: {error}") from None


def features(info: Path) -> list[str] | None:
    """Return the columns that a saved folder of Arrow files says it has."""
    found = json_or_none(info.read_text(encoding="utf-8")) if info.exists() else None
    return sorted(found["features"]) if isinstance(found, dict) and isinstance(found.get("features"), dict) else None


def first_keys(place: Path) -> list[str] | None:
    """Return the keys of the first row of a JSON Lines file."""
    with place.open(encoding="utf-8-sig") as file:
        line = next((line for line in file if line.strip()), "{}")
    row = json_or_none(line)
    return sorted(row) if isinstance(row, dict) else None


def json_or_none(text: str) -> Any:
    """Return what JSON says, None where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def checkpoints(experiment: Experiment) -> dict[str, str]:
    """Return the hash of every model's files, of those that are a folder here."""
    names = experiment.tried("model")
    found = {name: model_fingerprint(experiment.model(name), experiment.folder) for name in names}
    return {name: digest for name, digest in found.items() if digest is not None}


def model_fingerprint(model: Model, folder: Path) -> str | None:
    """Return a hash of a local checkpoint's files, None for a hub's or one that is made from a configuration."""
    place = folder / Path(model.checkpoint).expanduser() if model.checkpoint else None
    if place is None or not place.is_dir():
        return None
    return content_hash(sorted(path for path in place.iterdir() if path.is_file()))
