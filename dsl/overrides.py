"""``--set dotted.key=value``: changes from the command line, as if they were written in the file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from xp.dsl.document import Document
from xp.dsl.errors import Problem, SpecError
from xp.dsl.experiment import Experiment
from xp.dsl.spec import Defaults
from xp.dsl.spelling import dotted, leaves
from xp.dsl.syntax import fits, too_large

OPENING = ("[", "{", '"', "'")
"""What starts like this was meant as TOML; any other text that is not TOML is taken as it stands."""


def override(raw: dict[str, Any], document: Document, arguments: Sequence[str]) -> tuple[dict[str, Any], Document]:
    """Return the tables with every argument applied, in order."""
    problems: list[Problem] = []
    given: dict[str, str] = {}
    for argument in arguments:
        try:
            key, value = split(argument)
            key = full(key)
            raw = put(raw, in_matrix(raw, key), value)
        except ValueError as error:
            problems.append(Problem(str(error), f"--set {argument}"))
            continue
        given[dotted(key)] = argument
        problems += overruled(raw, key, argument)
    if problems:
        raise SpecError(*problems)
    return raw, replace(document, given=given)


def split(argument: str) -> tuple[tuple[str, ...], Any]:
    """Return the key and the value of one argument.

    >>> split("zero.stage=2")
    (('zero', 'stage'), 2)
    >>> split("datasets.mine.path=in,put/a.csv")
    (('datasets', 'mine', 'path'), 'in,put/a.csv')
    """
    for at in (place for place, letter in enumerate(argument) if letter == "="):
        if key := keys(argument[:at]):
            return key, read_value(argument[at + 1 :].strip())
    raise ValueError("should be a dotted key, = and a value, such as defaults.epochs=1")


def keys(text: str) -> tuple[str, ...]:
    """Return the parts of a dotted key, none when *text* is not one."""
    try:
        tree: Any = tomllib.loads(f"{text} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    parts: tuple[str, ...] = ()
    while isinstance(tree, Mapping) and len(tree) == 1:
        ((name, tree),) = tree.items()
        parts = (*parts, name)
    return parts if tree == 0 else ()


def read_value(text: str) -> Any:
    """Return a TOML value; a text may go without quotes, since shells take them away."""
    try:
        tree = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError as error:
        if text.startswith(OPENING) or not text:
            raise ValueError(f"the value is not TOML: {error}") from None
        return text
    for _, value in leaves(tree):
        if isinstance(value, int) and not fits(value):
            raise ValueError(too_large(value))
    return tree["value"] if tree.keys() == {"value"} else text


def full(key: tuple[str, ...]) -> tuple[str, ...]:
    """Return the key from the top of the file: a setting alone is meant for ``[defaults]``."""
    top = key[0]
    tables = Experiment.model_fields
    if key == ("method",):
        raise ValueError("method is an axis: --set matrix.method=[…] changes it, --only method=… narrows the run")
    at_the_top = top in tables or (top not in Defaults.model_fields and get_close_matches(top, tables, n=1))
    return key if at_the_top else ("defaults", *key)


def in_matrix(raw: Mapping[str, Any], key: tuple[str, ...]) -> tuple[str, ...]:
    """Return the key as the file spells it: an axis may be written ``"zero.stage"`` or ``zero.stage``."""
    axis = ".".join(key[1:])
    matrix = raw.get("matrix")
    if key[0] != "matrix" or not axis:
        return key
    return ("matrix", axis) if isinstance(matrix, Mapping) and axis in matrix else ("matrix", *axis.split("."))


def put(tree: Mapping[str, Any], key: tuple[str, ...], new: Any) -> dict[str, Any]:
    """Return the tables with *new* at *key*."""
    name, rest = key[0], key[1:]
    if not rest:
        return {**tree, name: new}
    under = tree.get(name, {})
    if not isinstance(under, Mapping):
        raise ValueError(f"{name} is not a table")  # noqa: TRY004 - the user's mistake, told with all others
    return {**tree, name: put(under, rest, new)}


def overruled(raw: Mapping[str, Any], key: tuple[str, ...], argument: str) -> list[Problem]:
    """Return a problem where a default is set that an axis decides in every trial."""
    matrix = raw.get("matrix")
    axis = ".".join(key[1:])
    if key[0] != "defaults" or not isinstance(matrix, Mapping) or not isinstance(axis_values(matrix, key[1:]), list):
        return []
    hint = f"--set matrix.{axis}=[…] changes the axis"
    return [Problem(f"has no effect: the axis {axis} decides", f"--set {argument}: {dotted(key)}", hint)]


def axis_values(matrix: Mapping[str, Any], name: tuple[str, ...]) -> Any:
    """Return what the matrix says of an axis, however it spells the name."""
    tree: Any = matrix.get(".".join(name), matrix)
    for part in name if tree is matrix else ():
        tree = tree.get(part) if isinstance(tree, Mapping) else None
    return tree
