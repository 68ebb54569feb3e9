"""Names that stand for tables: every one must mean something, and what is almost a name is a slip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from xp.dsl.document import Document
from xp.dsl.errors import Problem, did_you_mean
from xp.dsl.own_measures import BUILT_IN
from xp.dsl.spelling import Key, excerpt

LIKENESS = 0.8
"""From here on a name that is not declared is taken for a slip of one that is, not for a hub id."""


def check_names(raw: Mapping[str, Any], document: Document) -> Iterator[Problem]:
    """Yield the names in the tables *raw* that mean nothing. Works on what is written, right or wrong in other ways."""
    methods = table_in(raw, "methods") or {"baseline": {}}
    for key, name in uses_of(raw, "method"):
        if name not in methods:
            yield Problem(f"unknown method, got {excerpt(name)}", document.where(key), did_you_mean(name, methods))
    for kind in ("model", "dataset"):
        declared = table_in(raw, f"{kind}s")
        for key, name in uses_of(raw, kind):
            if not name:
                yield Problem(
                    f"should name a {kind}, got ''", document.where(key), f"one of [{kind}s], a hub id or a path"
                )
            elif slip(name, declared):
                message = f"unknown {kind}, got {excerpt(name)}"
                yield Problem(message, document.where(key), did_you_mean(name, declared))
        if not (kind in table_in(raw, "defaults") or kind in table_in(raw, "matrix")):
            hint = f"name one of [{kind}s], a hub id or a path"
            yield Problem("required, but missing", document.where(("defaults", kind)), hint)
    yield from check_measures(raw, document)


def check_measures(raw: Mapping[str, Any], document: Document) -> Iterator[Problem]:
    """Yield the measures that there are not, and those that the file makes though every experiment has them."""
    own = table_in(raw, "measures")
    for name in own:
        if name in BUILT_IN:
            hint = f"every experiment has it: {BUILT_IN[name].meaning}"
            yield Problem(f"'{name}' is the name of another measure", document.where(("measures", name)), hint)
    named: list[tuple[str, ...]] = [("claims", "margin", name) for name in table_in(table_in(raw, "claims"), "margin")]
    for method in table_in(raw, "methods"):
        claimed = table_in(table_in(table_in(raw, "methods"), method), "claims")
        named += [("methods", method, "claims", name) for name in claimed]
    for key in named:
        if key[-1] not in {**own, **BUILT_IN}:
            hint = did_you_mean(key[-1], [*own, *BUILT_IN])
            yield Problem(f"unknown measure, got '{key[-1]}'", document.where(key), hint)


def directions(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return which way is better of each measure that the file makes."""
    own = table_in(raw, "measures")
    return {name: table_in(own, name).get("better") for name in own}


def slip(name: str, declared: Mapping[str, Any]) -> bool:
    """Tell whether *name* is a misspelt key rather than a hub id or path."""
    if name in declared or "/" in name:
        return False
    return bool(get_close_matches(name, declared, n=1, cutoff=LIKENESS))


def uses_of(raw: Mapping[str, Any], kind: str) -> Iterator[tuple[Key, str]]:
    """Yield the places where a name of *kind* is used, with the name."""
    yield from text_at(("defaults", kind), table_in(raw, "defaults").get(kind))
    matrix = table_in(raw, "matrix")
    yield from texts_in_list(("matrix", kind), matrix.get(kind))
    for place, rule in enumerate(list_of(matrix.get("include"))):
        if isinstance(rule, Mapping):
            yield from text_at(("matrix", "include", place, kind), rule.get(kind))
    if kind == "method":
        yield from text_at(("experiment", "baseline"), table_in(raw, "experiment").get("baseline"))
        for name, method in table_in(raw, "methods").items():
            if isinstance(method, Mapping):
                yield from text_at(("methods", name, "baseline"), method.get("baseline"))


def table_in(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a table, empty where it is missing or something else."""
    value = raw.get(name)
    return value if isinstance(value, Mapping) else {}


def list_of(value: Any) -> list[Any]:
    """Return a list, empty where it is missing or something else."""
    return value if isinstance(value, list) else []


def texts_in_list(key: Key, value: Any) -> Iterator[tuple[Key, str]]:
    """Yield the texts of a list."""
    for place, item in enumerate(list_of(value)):
        yield from text_at((*key, place), item)


def text_at(key: Key, value: Any) -> Iterator[tuple[Key, str]]:
    """Yield *value* if it is a text."""
    if isinstance(value, str):
        yield key, value
