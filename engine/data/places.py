"""Where a data set is: files beside the experiment, or an id on the hub."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from xp.dsl.spec import Dataset

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")

SPLIT = "{split}"
"""What stands for the name of a split in a path."""

FILE_SUFFIXES = (".csv", ".jsonl", ".parquet")


def is_hub(dataset: Dataset, folder: Path) -> bool:
    """Tell whether the path is a hub id: it names no file, and nothing of that name is on disk."""
    path = dataset.path
    if path is None or SPLIT in path or path.startswith((".", "/", "~")) or path.lower().endswith(FILE_SUFFIXES):
        return False
    return not (folder / path).exists()


def location(dataset: Dataset, folder: Path, split: Split) -> Path:
    """Return the file or folder of one split of a local data set."""
    name: str = getattr(dataset, split)
    if dataset.path is None:
        return folder / Path(name).expanduser()
    if SPLIT in dataset.path:
        return folder / Path(dataset.path.replace(SPLIT, name)).expanduser()
    return folder / Path(dataset.path).expanduser() / name
