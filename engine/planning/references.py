"""What an experiment points to: where its files are, and what is in them as one fingerprint."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from xp.dsl.errors import Problem, SpecError, did_you_mean
from xp.dsl.experiment import Experiment
from xp.dsl.spec import Dataset, is_changed
from xp.engine.data import dialogues
from xp.engine.data.places import SPLIT, SPLITS, is_hub, location
from xp.engine.digests import hash_file
from xp.engine.folders import find_folder
from xp.engine.planning.heads import UnreadableError, columns
from xp.engine.planning.remote import place_of_name


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
    """Return a hash of the content that a data set points to; of a hub's, its id, its revision and its own splits."""
    if dataset.builtin is not None:
        return dialogues.fingerprint(dataset.size)
    if is_hub(dataset, folder):
        # splits of the usual names are left out: they are those of fingerprints that named none
        own = [f":{split}={getattr(dataset, split)}" for split in SPLITS if is_changed(dataset, split)]
        return f"hub:{dataset.path}@{dataset.revision or 'main'}:{dataset.config or ''}{''.join(own)}"
    return content_hash(file for split in SPLITS for file in content_files(location(dataset, folder, split)))


def content_hash(files: Iterable[Path]) -> str:
    """Return one hash of the names and the bytes of files, in their order."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode())
        digest.update(bytes.fromhex(hash_file(file)))
    return digest.hexdigest()


def content_files(place: Path) -> list[Path]:
    """Return the files that hold a split: itself, or what a saved folder of Arrow files holds."""
    return sorted(place.glob("*.arrow")) if place.is_dir() else [place]


def problems_of(experiment: Experiment, name: str, dataset: Dataset) -> Iterator[Problem]:
    """Yield what is missing of a data set, at the place in the file that names it."""
    folder = experiment.folder
    if dataset.builtin is not None or is_hub(dataset, folder):
        return
    if wrong := [*misplaced(dataset, folder, place_of_name(experiment, "datasets", name, "path"))]:
        yield from wrong
        return
    places = {split: location(dataset, folder, split) for split in SPLITS}
    known: dict[str, list[str]] = {}
    for split, place in places.items():
        where = place_of_name(experiment, "datasets", name, "path" if dataset.path is not None else split)
        if not place.exists():
            yield Problem(f"there is no file of the {split} split, got {str(place)!r}", where, nearest(place))
            continue
        try:
            known[split] = columns(place) or []
        except UnreadableError as error:
            yield Problem(f"{error}, got {str(place)!r}, the {split} split", where, error.hint)
    yield from lacking_columns(experiment, name, dataset, {split: names for split, names in known.items() if names})


def misplaced(dataset: Dataset, folder: Path, where: str) -> Iterator[Problem]:
    """Yield why a path cannot be that of three splits."""
    path = dataset.path or ""
    strange = [word for word in re.findall(r"\{\w*\}", path) if word != SPLIT]
    if SPLIT in path or not path:
        return
    if strange:
        yield Problem(f"{strange[0]!r} stands for nothing, got {path!r}", where, f"did you mean {SPLIT!r}?")
    elif (folder / Path(path).expanduser()).is_file():
        hint = f"write {SPLIT!r} for the name of a split, or name three files: train, validation and test"
        yield Problem(f"one file, where a data set has three splits, got {path!r}", where, hint)


def lacking_columns(
    experiment: Experiment, name: str, dataset: Dataset, known: Mapping[str, list[str]]
) -> Iterator[Problem]:
    """Yield the columns that splits do not have."""
    for role in ("source", "target", "id"):
        column: str | None = getattr(dataset, role)
        if column is None:
            continue
        where = place_of_name(experiment, "datasets", name, role)
        if lacking := [split for split, names in known.items() if column not in names]:
            message = f"there is no column {column!r} in the split {' and '.join(lacking)}"
            yield Problem(message, where, did_you_mean(column, known[lacking[0]]))
        if several := [split for split, names in known.items() if names.count(column) > 1]:
            message = f"there is more than one column {column!r} in the split {' and '.join(several)}"
            yield Problem(message, where, "give each a name of its own")


def nearest(place: Path) -> str:
    """Return a hint that names what lies beside a missing file."""
    if not place.parent.is_dir():
        return f"there is no folder {str(place.parent)!r} either"
    return did_you_mean(place.name, [entry.name for entry in place.parent.iterdir()])


def checkpoints(experiment: Experiment) -> dict[str, str]:
    """Return the hash of the checkpoint of every model that starts from a folder here."""
    return folder_hashes(experiment, {name: experiment.model(name).checkpoint for name in experiment.tried("model")})


def tokenizers(experiment: Experiment) -> dict[str, str]:
    """Return the hash of the tokenizer of every model that has one of its own in a folder here."""
    return folder_hashes(experiment, {name: experiment.model(name).own_tokenizer for name in experiment.tried("model")})


def folder_hashes(experiment: Experiment, given: Mapping[str, str | None]) -> dict[str, str]:
    """Return the hash of the files in each folder that is *given*, leaving out what is none, or lies on the hub."""
    folders = {key: find_folder(name, experiment.folder) for key, name in given.items() if name is not None}
    return {key: folder_hash(folder) for key, folder in folders.items() if folder is not None}


def folder_hash(folder: Path) -> str:
    """Return one hash of the files that lie in a folder."""
    return content_hash(sorted(path for path in folder.iterdir() if path.is_file()))
