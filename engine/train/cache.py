"""Work that trials share, kept by content: the name of a file is a hash of all that it was made from."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

Ids = np.ndarray[Any, np.dtype[np.int32]]


def key(*parts: str, texts: Iterable[str]) -> str:
    """Return the hash of *parts* and *texts*; where one ends and the next begins is part of it."""
    digest = sha256()
    for part in (*parts, "", *texts):
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8))
        digest.update(data)
    return digest.hexdigest()


class Cache:
    """A folder of finished work. Two processes may make the same file: the later one replaces it by its equal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def text(self, name: str, make: Callable[[], str]) -> str:
        """Return the text kept under *name*, made where there is none."""
        path = self.folder / f"{name}.json"
        if not path.exists():
            self._keep(path, lambda part: part.write_text(make(), encoding="utf-8"))
        return path.read_text(encoding="utf-8")

    def ids(self, name: str, make: Callable[[], Sequence[Ids]]) -> Sequence[Ids]:
        """Return the token ids kept under *name*, made where there are none."""
        path = self.folder / f"{name}.npz"
        if not path.exists():
            self._keep(path, lambda part: save(part, make()))
        with np.load(path) as kept:
            return np.split(kept["ids"], kept["ends"][:-1])

    def _keep(self, path: Path, write: Callable[[Path], object]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{os.getpid()}-{path.name}")
        write(part)
        part.replace(path)


def save(path: Path, texts: Sequence[Ids]) -> None:
    """Write token ids as one array and the places where each text ends."""
    np.savez(path, ids=np.concatenate(texts), ends=np.cumsum([len(text) for text in texts]))
