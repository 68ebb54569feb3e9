"""The DeepSpeed files that an experiment names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from xp.dsl.deepspeed.text import JsonFile, parse
from xp.dsl.document import Document
from xp.dsl.errors import Problem, SpecError, did_you_mean
from xp.dsl.spelling import Key

KEY = "deepspeed"
"""The key that names one."""


class Files(NamedTuple):
    """What could be read, and what could not."""

    found: Mapping[str, JsonFile] = MappingProxyType({})
    """Each file by the name that the experiment has for it."""

    problems: tuple[Problem, ...] = ()


NO_FILES = Files()


def read_files(raw: Mapping[str, Any], document: Document) -> Files:
    """Return every file that the tables *raw* name, and the problems of those that cannot be read."""
    found: dict[str, JsonFile] = {}
    problems: list[Problem] = []
    for key, name in named_files(raw):
        path = document.file.parent / Path(name).expanduser()
        try:
            if name not in found:
                found[name] = parse(read_bytes(path, name, document.where(key)), str(path))
        except SpecError as error:
            problems += error.problems
    return Files(found, tuple(dict.fromkeys(problems)))


def named_files(raw: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    """Yield the keys that name a file, with the name."""
    tables: list[tuple[Key, Any]] = [(("defaults",), raw.get("defaults"))]
    if isinstance(methods := raw.get("methods"), Mapping):
        tables += [(("methods", name), method) for name, method in methods.items()]
    for key, table in tables:
        if isinstance(table, Mapping) and isinstance(table.get(KEY), str):
            yield (*key, KEY), table[KEY]


def read_bytes(path: Path, name: str, where: str) -> bytes:
    """Return the bytes of a file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SpecError(Problem(f"no such file, got '{name}'", where, suggest_files(path))) from None
    except OSError as error:
        raise SpecError(Problem(f"cannot be read: {error.strerror}, got '{name}'", where)) from None


def suggest_files(path: Path) -> str:
    """Return a hint that names the files of a folder that it could be."""
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    return did_you_mean(path.name, [file.name for file in path.parent.glob("*.json")])
