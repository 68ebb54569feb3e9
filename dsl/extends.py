"""One file on top of another: ``extends = "base.toml"``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xp.dsl.document import OWN, Document, merged
from xp.dsl.errors import Problem, SpecError, did_you_mean
from xp.dsl.places import Places
from xp.dsl.syntax import decode, parse

PATHS = (("models", "checkpoint"), ("models", "tokenizer"), ("datasets", "path"))
"""The keys that may hold a path relative to the file they stand in."""


def read(path: Path, above: tuple[Path, ...] = ()) -> tuple[dict[str, Any], Document]:
    """Return the tables of *path* on top of those it extends, and where they are written."""
    text = decode(content(path), str(path))
    raw = parse(text, str(path))
    document = Document(path, text, places=Places(text))
    if not isinstance(raw.get("extends"), str):
        return raw, document
    base = below(raw["extends"], document, (*above, path))
    under, base_document = read(base, (*above, path))
    inherited = {name: table for name, table in under.items() if name not in {OWN, "extends"}}
    moved = {**inherited, **dict(rebased(inherited, base.parent, path.parent))}
    return merged(moved, raw), Document(path, text, base_document, places=document.places)


def content(path: Path) -> bytes:
    """Return the bytes of a file, or say which files there are."""
    if path.is_dir():
        raise SpecError(Problem("is a folder, not an experiment file", str(path), nearby(path)))
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SpecError(Problem("no such file", str(path), nearby(path.parent, path.name))) from None
    except OSError as error:
        raise SpecError(Problem(f"cannot be read: {error.strerror}", str(path))) from None


def nearby(folder: Path, name: str = "") -> str:
    """Return a hint that names the experiment files of a folder."""
    if not folder.is_dir():
        return f"there is no folder {folder}"
    return did_you_mean(name, [file.name for file in folder.glob("*.toml")])


def below(name: str, document: Document, above: tuple[Path, ...]) -> Path:
    """Return the file that is extended; a file may not extend itself, not even by way of others."""
    base = document.file.parent / name
    where = document.where(("extends",))
    if not base.is_file():
        raise SpecError(Problem(f"no such file, got '{name}'", where, nearby(base.parent, base.name)))
    if base.resolve() in {path.resolve() for path in above}:
        raise SpecError(Problem(f"goes in a circle, got '{name}'", where, "a file cannot extend itself"))
    return base


def rebased(raw: Mapping[str, Any], old: Path, new: Path) -> list[tuple[str, Any]]:
    """Return the tables that hold paths, with those of files below *old* rewritten to start at *new*."""
    if old.resolve() == new.resolve():
        return []
    return [(group, {name: moved(group, table, old) for name, table in raw[group].items()}) for group in groups(raw)]


def groups(raw: Mapping[str, Any]) -> list[str]:
    """Return the names of the tables that hold paths."""
    return [group for group in ("models", "datasets") if isinstance(raw.get(group), Mapping)]


def moved(group: str, table: Any, folder: Path) -> Any:
    """Return one model or data set with its paths made absolute; hub ids stay as they are."""
    if not isinstance(table, Mapping):
        return table
    keys = [key for owner, key in PATHS if owner == group and isinstance(table.get(key), str)]
    return {**table, **{key: str((folder / table[key]).absolute()) for key in keys if local(table[key], folder)}}


def local(path: str, folder: Path) -> bool:
    """Tell whether *path* is a file or folder rather than a hub id."""
    return path.startswith((".", "/")) or "{split}" in path or (folder / path).exists()
