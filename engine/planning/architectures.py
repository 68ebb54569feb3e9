"""Which architectures and configuration fields the installed transformers has, read from its source.

Importing it takes seconds, and torch with it; a plan is made in less. What the source does not say plainly is left to
the worker, which asks the configuration itself: nothing is refused here that it would take.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from xp.dsl.vocabulary import closest

SUMMARISERS = "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES"
"""The table of the encoder-decoders that write text."""

COMMON = "id2label"
"""A field of all configurations: without it, not all that one is made of has been found."""


class Class(NamedTuple):
    """A class of the source, and the file that it is in."""

    node: ast.ClassDef
    file: Path


@cache
def library() -> Path | None:
    """Return the folder of the installed transformers, None where there is none; nothing of it is imported."""
    spec = importlib.util.find_spec("transformers")
    return Path(spec.origin).parent if spec and spec.origin else None


@cache
def summarisers() -> frozenset[str]:
    """Return the architectures that can be trained here; none where that cannot be read."""
    folder = library()
    file = folder / "models" / "auto" / "modeling_auto.py" if folder else None
    if file is None or not file.is_file():
        return frozenset()
    # parsing all of this long file would take longer than all the rest
    _, _, table = file.read_text(encoding="utf-8").partition(f"\n{SUMMARISERS} = ")
    tree = ast.parse(table.partition("\n)\n")[0] + "\n)") if table else ast.Module([], [])
    pairs = [node for node in ast.walk(tree) if isinstance(node, ast.Tuple) and node.elts]
    return frozenset(str(pair.elts[0].value) for pair in pairs if isinstance(pair.elts[0], ast.Constant))


def strangers(architecture: str, names: Collection[str]) -> dict[str, str]:
    """Return the names that an architecture's configuration has no field of, each with a hint; none where unknown."""
    left, known = set(names), set[str]()
    found = configuration(architecture)
    if found is None:
        return {}
    # most names are in the class itself: what it is made of is then not even looked up
    for name in configuration_names(found):
        known.add(name)
        left.discard(name)
        if not left:
            return {}
    if COMMON not in known:
        return {}
    return {name: closest(name, known) for name in names if name in left}


def aliases(found: Class) -> dict[str, str]:
    """Return further names that a configuration takes for its fields, each with that of the field."""
    for line in found.node.body:
        if isinstance(line, ast.Assign) and "attribute_map" in (ast.unparse(target) for target in line.targets):
            table: dict[str, str] = ast.literal_eval(line.value)
            return table
    return {}


def configuration(architecture: str) -> Class | None:
    """Return the class of an architecture's configuration, None where it cannot be found."""
    folder = library()
    files = (folder / "models" / architecture.replace("-", "_")).glob("configuration_*.py") if folder else ()
    for file in sorted(files):
        for node in tree_of(file).body:
            if isinstance(node, ast.ClassDef) and ("model_type", architecture) in class_constants(node):
                return Class(node, file)
    return None


def configuration_names(found: Class) -> Iterator[str]:
    """Yield the names that a configuration takes, and some more: those of its class, then of what it is made of.

    A field may also be named in nothing but a text that a loop sets it by.
    """
    yield from fields(found.node)
    for node in ast.walk(found.node):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            yield node.value
    for base in bases(found):
        yield from fields(base.node)


def bases(found: Class) -> Iterator[Class]:
    """Yield the classes that a class is made of, as far as they are found, and those that they are made of."""
    for base in found.node.bases:
        if isinstance(base, ast.Name) and (inner := lookup(base.id, found.file)):
            yield inner
            yield from bases(inner)


def fields(node: ast.ClassDef) -> Iterator[str]:
    """Yield what a class declares, sets, computes, or is made with."""
    yield from (name for name, _ in class_constants(node))
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store):
            yield inner.attr
        elif isinstance(inner, ast.FunctionDef) and inner.decorator_list:
            yield inner.name
        elif isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
            yield from (argument.arg for argument in [*inner.args.args, *inner.args.kwonlyargs])


def class_constants(node: ast.ClassDef) -> Iterator[tuple[str, object]]:
    """Yield what a class sets in its body, each with the value, where that is a constant."""
    for line in node.body:
        if not isinstance(line, ast.Assign | ast.AnnAssign):
            continue
        value = line.value.value if isinstance(line.value, ast.Constant) else None
        targets = line.targets if isinstance(line, ast.Assign) else [line.target]
        yield from ((target.id, value) for target in targets if isinstance(target, ast.Name))


def lookup(name: str, file: Path) -> Class | None:
    """Return a class by the name that it has in a file, defined there or in one that the file imports from."""
    for node in tree_of(file).body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return Class(node, file)
        if isinstance(node, ast.ImportFrom) and node.level and name in [alias.name for alias in node.names]:
            home = file.parents[node.level - 1].joinpath(*(node.module or "").split(".")).with_suffix(".py")
            return lookup(name, home) if home.is_file() else None
    return None


@cache
def tree_of(file: Path) -> ast.Module:
    """Return what a file of source says."""
    return ast.parse(file.read_text(encoding="utf-8"))
