"""``--set dotted.key=value``: changes from the command line, as if they were written in the file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, get_args

from xp.dsl.document import Document
from xp.dsl.errors import Problem, SpecError
from xp.dsl.experiment import Experiment
from xp.dsl.explain import type_under
from xp.dsl.spec import Defaults
from xp.dsl.spelling import dotted, excerpt, leaves
from xp.dsl.syntax import fits, too_large
from xp.dsl.trial import OVERRULED

OPENING = ("[", "{", '"', "'")
"""What starts like this was meant as TOML; any other text that is not TOML is taken as it stands."""


def override(raw: dict[str, Any], document: Document, arguments: Sequence[str]) -> tuple[dict[str, Any], Document]:
    """Return the tables with every argument applied, in order."""
    problems: list[Problem] = []
    given: dict[str, str] = {}
    for argument in arguments:
        try:
            written, typed = key_and_text(argument)
            key = full_key(written)
            raw = set_key(raw, in_matrix(raw, key), read_text(typed) if takes_text(key) else read_value(typed))
        except ValueError as error:
            problems.append(Problem(str(error), f"--set {argument}"))
            continue
        given[dotted(key)] = argument
        problems += problem_of_overruled_default(raw, key, argument)
    document = replace(document, given=given)
    problems += problems_of_outranked_defaults(raw, document)
    if problems:
        raise SpecError(*problems)
    return raw, document


def split_argument(argument: str) -> tuple[tuple[str, ...], Any]:
    """Return the key and the value of one argument.

    >>> split_argument("zero.stage=2")
    (('zero', 'stage'), 2)
    >>> split_argument("datasets.mine.path=in,put/a.csv")
    (('datasets', 'mine', 'path'), 'in,put/a.csv')
    """
    key, typed = key_and_text(argument)
    return key, read_value(typed)


def key_and_text(argument: str) -> tuple[tuple[str, ...], str]:
    """Return the key and what is typed behind it."""
    for at in (place for place, letter in enumerate(argument) if letter == "="):
        if key := keys(argument[:at]):
            return key, argument[at + 1 :].strip()
    raise ValueError("should be a dotted key, = and a value, such as defaults.epochs=1")


def takes_text(key: Sequence[str]) -> bool:
    """Tell whether nothing but text stands at a key: there, ``3.10`` is no number, as shells take quotes away.

    >>> takes_text(("datasets", "mine", "config")), takes_text(("defaults", "epochs"))
    (True, False)
    """
    kind: Any = Experiment
    try:
        for part in key:
            kind = type_under(kind, part)
    except (KeyError, IndexError):
        return False  # there is no such key, which is told when the file is understood
    return kind is str or {*get_args(kind)} == {str, type(None)}


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


def read_text(text: str) -> Any:
    """Return what stands where only text may: as it is typed, unless it is TOML of another kind than a bare word.

    >>> read_text("3.10"), read_text("'3.10'"), read_text("[1]")
    ('3.10', '3.10', [1])
    """
    return read_value(text) if text.startswith(OPENING) or not text else text


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


def full_key(key: tuple[str, ...]) -> tuple[str, ...]:
    """Return the key from the top of the file: a setting alone is meant for ``[defaults]``."""
    top = key[0]
    tables = Experiment.model_fields
    if key == ("extends",):
        raise ValueError("extends is read before arguments are: write a file that extends the other one, and give that")
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


def set_key(tree: Mapping[str, Any], key: tuple[str, ...], new: Any) -> dict[str, Any]:
    """Return the tables with *new* at *key*."""
    name, rest = key[0], key[1:]
    if not rest:
        return {**tree, name: new}
    under = tree.get(name, {})
    if not isinstance(under, Mapping):
        raise ValueError(f"{name} is not a table")  # noqa: TRY004 - the user's mistake, told with all others
    return {**tree, name: set_key(under, rest, new)}


def problem_of_overruled_default(raw: Mapping[str, Any], key: tuple[str, ...], argument: str) -> list[Problem]:
    """Return a problem where a default is set that an axis decides in every trial."""
    matrix = raw.get("matrix")
    axis = ".".join(key[1:])
    if key[0] != "defaults" or not isinstance(matrix, Mapping) or not isinstance(axis_values(matrix, key[1:]), list):
        return []
    hint = f"--set matrix.{axis}=[…] changes the axis"
    return [Problem(f"has no effect: the axis {axis} decides", f"--set {argument}: {dotted(key)}", hint)]


def problems_of_outranked_defaults(raw: Mapping[str, Any], document: Document) -> Iterator[Problem]:
    """Yield a problem where a later word, of the command line or a file on top, is overruled by an earlier one."""
    for name, ruler in OVERRULED.items():
        key, above = ("defaults", name), ("defaults", ruler)
        if source_rank(document, key) < source_rank(document, above) < UNSAID:
            value = excerpt(raw["defaults"][ruler])
            hint = f"set {ruler} in the same place, or take one of the two out"
            yield Problem(f"has no effect beside {ruler} = {value}", document.where(key), hint)


UNSAID = 1_000_000
"""The rank of what nobody says."""


def source_rank(document: Document, key: tuple[str, ...]) -> int:
    """Return the rank of who says a key: 0 is the command line, 1 the file, 2 the one that it extends, and so on."""
    if document.argument(key):
        return 0
    files, below = [document], document.base
    while below is not None:
        files, below = [*files, below], below.base
    return next((rank for rank, file in enumerate(files, 1) if file.places.depth(key) == len(key)), UNSAID)


def axis_values(matrix: Mapping[str, Any], name: tuple[str, ...]) -> Any:
    """Return what the matrix says of an axis, however it spells the name."""
    tree: Any = matrix.get(".".join(name), matrix)
    for part in name if tree is matrix else ():
        tree = tree.get(part) if isinstance(tree, Mapping) else None
    return tree
