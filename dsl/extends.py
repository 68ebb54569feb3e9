"""One file on top of another: ``extends = "base.toml"``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from xp.dsl.deepspeed.files import KEY
from xp.dsl.document import OWN, Document, merged
from xp.dsl.errors import Problem, SpecError, did_you_mean
from xp.dsl.places import Places
from xp.dsl.syntax import decode, parse

PATHS = {"models": ("checkpoint", "tokenizer"), "datasets": ("path",), "methods": (KEY,)}
"""The keys that may hold a path relative to the file they stand in."""

ROLES = ("model", "dataset")
"""The keys of defaults, axes and rules that name a table, or else a hub id or a path."""

FILES = ("train", "validation", "test")
"""The keys that hold one in a data set without ``path``."""


def read_with_bases(path: Path, above: tuple[Path, ...] = ()) -> tuple[dict[str, Any], Document]:
    """Return the tables of *path* on top of those it extends, and where they are written."""
    text = decode(read_bytes(path), str(path))
    raw = parse(text, str(path))
    document = Document(path, text, places=Places(text))
    if not isinstance(raw.get("extends"), str):
        return raw, document
    base = extended_file(raw["extends"], document, (*above, path))
    under, base_document = read_with_bases(base, (*above, path))
    inherited = {name: table for name, table in under.items() if name not in {OWN, "extends"}}
    if base.parent.resolve() != path.parent.resolve():
        inherited |= {group: rebased(group, inherited[group], base.parent) for group in PATHS if group in inherited}
        if isinstance(inherited.get("defaults"), Mapping):
            inherited["defaults"] = with_absolute_paths(inherited["defaults"], (KEY,), base.parent)
        declared = {role: {*tables_of_group(under, f"{role}s"), *tables_of_group(raw, f"{role}s")} for role in ROLES}
        inherited |= {
            name: with_absolute_names(inherited[name], base.parent, declared)
            for name in ("defaults", "matrix")
            if name in inherited
        }
    return merged(inherited, raw), Document(path, text, base_document, places=document.places)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file, or say which files there are."""
    if path.is_dir():
        raise SpecError(Problem("is a folder, not an experiment file", str(path), suggest_files(path)))
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SpecError(Problem("no such file", str(path), suggest_files(path.parent, path.name))) from None
    except OSError as error:
        raise SpecError(Problem(f"cannot be read: {error.strerror}", str(path))) from None


def suggest_files(folder: Path, name: str = "") -> str:
    """Return a hint that names the experiment files of a folder."""
    if not folder.is_dir():
        return f"there is no folder {folder}"
    files = [file.name for file in folder.glob("*.toml")]
    return did_you_mean(name, files) if files else f"there is no .toml file in {folder}"


def extended_file(name: str, document: Document, above: tuple[Path, ...]) -> Path:
    """Return the file that is extended; a file may not extend itself, not even by way of others."""
    base = document.file.parent / Path(name).expanduser()
    where = document.where(("extends",))
    if not base.is_file():
        raise SpecError(Problem(f"no such file, got '{name}'", where, suggest_files(base.parent, base.name)))
    if base.resolve() in {path.resolve() for path in above}:
        raise SpecError(Problem(f"goes in a circle, got '{name}'", where, "a file cannot extend itself"))
    return base


def rebased(group: str, tables: Any, folder: Path) -> Any:
    """Return models or data sets with the paths that start at *folder* made absolute; hub ids stay as they are."""
    if not isinstance(tables, Mapping):
        return tables
    return {name: with_absolute_paths(table, keys_of(group, table), folder) for name, table in tables.items()}


def keys_of(group: str, table: Any) -> tuple[str, ...]:
    """Return the keys of a model or data set that may hold paths."""
    if not isinstance(table, Mapping):
        return ()
    return FILES if group == "datasets" and not table.keys() & {"path", "builtin"} else PATHS[group]


def with_absolute_paths(table: Any, keys: tuple[str, ...], folder: Path) -> Any:
    """Return a table whose *keys* name files wherever the experiment lies."""
    paths = {key: table[key] for key in keys if isinstance(table.get(key), str) and is_local_path(table[key], folder)}
    return {**table, **{key: str((folder / path).absolute()) for key, path in paths.items()}} if keys else table


def tables_of_group(raw: Mapping[str, Any], group: str) -> Mapping[str, Any]:
    """Return the tables of a group, none where the file says something else."""
    found = raw.get(group)
    return found if isinstance(found, Mapping) else {}


def with_absolute_names(tree: Any, folder: Path, declared: Mapping[str, Collection[str]], role: str = "") -> Any:
    """Return what names models and data sets, with the paths that start at *folder* made absolute."""
    if isinstance(tree, Mapping):
        return {
            key: with_absolute_names(value, folder, declared, key if key in ROLES else "")
            for key, value in tree.items()
        }
    if isinstance(tree, list):
        return [with_absolute_names(item, folder, declared, role) for item in tree]
    if not role or not isinstance(tree, str) or tree in declared[role] or not is_local_path(tree, folder):
        return tree
    return str((folder / tree).absolute())


def is_local_path(path: str, folder: Path) -> bool:
    """Tell whether *path* is a file or folder, wherever it is meant from, rather than a hub id or one at home."""
    if path.startswith("~"):
        return False
    return path.startswith((".", "/")) or "{split}" in path or path.endswith(".json") or (folder / path).exists()
