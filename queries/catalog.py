"""Finds queries, and reads what their headers promise."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Literal, cast, get_args

from xp.dsl.errors import Problem, QueryError, did_you_mean
from xp.queries.header import broken_promises, header_lines, unlike_parameters

SHIPPED = Path(__file__).parent
"""Where the queries are that come with xp."""

Type = Literal["text", "integer", "double", "boolean"]

NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d*[1-9]|(\.\d+)?[eE][-+]?\d+)?")
REQUIRED = "required"

SPELLED: Mapping[Type, str] = {
    "text": "any text",
    "integer": "a whole number, such as 10",
    "double": "a number, such as 0.5",
    "boolean": "true or false",
}
"""How the values of parameters are written."""

PARAMETER = re.compile(
    r"""
      (?<!\w)[eE]'(?:[^'\\]|''|\\(?s:.))*'                # texts with escapes
    | '(?:[^']|'')*' | "(?:[^"]|"")*"                    # texts and quoted names
    | --[^\n]* | /\*(?s:.*?)\*/                          # comments
    | (?<![\w$])\$(?P<tag>(?:[^\W\d]|[^\x00-\x7f])(?:\w|[^\x00-\x7f])*|)\$(?s:.*?)\$(?P=tag)\$  # between dollars
    | (?<![\w$])\$(?P<name>[A-Za-z_]\w*)
    """,
    re.VERBOSE,
)
"""What is looked at from left to right: the last alternative is a parameter."""


@dataclass(frozen=True)
class Column:
    """What a header promises of a column of the answer."""

    name: str
    type: str
    unit: str
    """``-`` where it has none."""

    description: str


@dataclass(frozen=True)
class Param:
    """What a header says of a parameter, which the SQL writes as ``$name``."""

    name: str
    type: Type | None
    """Unset, the header does not say: then numbers are taken for numbers."""

    default: str
    """As text; ``null``, or ``required`` where there is none."""

    description: str

    def value(self, given: Any) -> Any:
        """Return a value for DuckDB to bind, made from text where the command line gave it."""
        if not isinstance(given, str):
            return given
        if self.type is None:
            return guessed(given)
        try:
            return READERS[self.type](given)
        except (ValueError, KeyError):
            message = f"parameter {self.name!r} is of type {self.type}, got {given!r}"
            raise QueryError(Problem(message, hint=SPELLED[self.type])) from None


@dataclass(frozen=True)
class Query:
    """A query, and what its header promises."""

    name: str
    sql: str
    title: str
    description: str
    params: tuple[Param, ...]
    columns: tuple[Column, ...]
    """Empty where the file has no header: then the SQL alone says what comes out."""

    path: Path

    def values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the value of every parameter; names that are no parameter are an error."""
        names = [param.name for param in self.params]
        problems = [
            Problem(f"query {self.name!r} has no parameter {name!r}", hint=did_you_mean(name, names))
            for name in given
            if name not in names
        ]
        problems += [
            Problem(f"query {self.name!r} needs the parameter {param.name!r}", hint=f"-p {param.name}=…")
            for param in self.params
            if param.name not in given and param.default == REQUIRED
        ]
        if problems:
            raise QueryError(*problems)
        return {param.name: self.one(param, given) for param in self.params}

    @staticmethod
    def one(param: Param, given: Mapping[str, Any]) -> Any:
        """Return the given value of a parameter, or its default."""
        if param.name in given:
            return param.value(given[param.name])
        return None if param.default == "null" else param.value(param.default)


def find(name: str) -> Query:
    """Return the query of a file, or the one that comes with xp under that name."""
    return read_query(located(name))


def shipped(name: str) -> Query:
    """Return the query that comes with xp: what xp asks of its own accord, no file of the user answers."""
    return read_query(SHIPPED / f"{name}.sql")


def read_query(path: Path) -> Query:
    """Return the query that a file has, and raise QueryError where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise QueryError(Problem("the query cannot be read: it is not UTF-8", str(path), "save it as UTF-8")) from None
    except OSError as error:
        raise QueryError(Problem(f"the query cannot be read: {error.strerror}", str(path))) from None
    return parse(path, text)


def located(name: str) -> Path:
    """Return the file that a path or the name of a saved query means; a file of the user goes first."""
    given = Path(name)
    if given.is_file():
        return given
    named = given.with_suffix("") if given.suffix == ".sql" else given
    if str(named.parent) in (".", "queries"):
        for folder in (Path("queries"), SHIPPED):
            if (saved := folder / f"{named.name}.sql").is_file():
                return saved
    elif given.is_dir():
        raise QueryError(Problem("is a folder, not a query", name))
    else:
        raise QueryError(Problem("there is no such file", name))
    raise QueryError(Problem(f"there is no query {name!r}", hint=did_you_mean(named.name, names())))


def names() -> list[str]:
    """Return the names of all saved queries."""
    return sorted(path.stem for path in SHIPPED.glob("*.sql"))


def inline(sql: str) -> Query:
    """Return the query that stands on the command line."""
    return parse(Path("--sql"), sql)


def parse(path: Path, text: str) -> Query:
    """Return the query in *text*, or raise QueryError where the header is wrong, or promises other parameters.

    Whether the SQL is right, and has the columns that are promised, is for the warehouse to say.
    """
    lines = header_lines(text)
    promises = [match for line in lines if (match := line.promise)]
    params = tuple(param(match, str(path)) for match in promises if match["kind"] == "param")
    if broken := [*broken_promises(lines, str(path))]:
        raise QueryError(*broken)
    if not promises:
        params = tuple(Param(name, None, REQUIRED, "") for name in parameters(text))
    elif unlike := [*unlike_parameters(lines, parameter_lines(text), str(path))]:
        raise QueryError(*unlike)
    prose = [line.text for line in lines if not line.promise]
    title, *rest = prose or [path.stem]
    columns = tuple(
        Column(match["name"].strip('"'), match["type"], match["third"], match["text"])
        for match in promises
        if match["kind"] == "column"
    )
    names = [column.name for column in columns]
    if twice := [name for name, free in zip(names, unique_names(names), strict=True) if name != free]:
        raise QueryError(*(Problem(f"the header promises the column {name!r} twice", str(path)) for name in twice))
    return Query(path.stem, text, title, " ".join(rest), params, columns, path)


def unique_names(names: Sequence[str]) -> list[str]:
    """Return names of columns, each once: a further one of the same name has a number, as in a table of DuckDB.

    >>> unique_names(["a", "a", "a_1", "b", "a"])
    ['a', 'a_1', 'a_1_1', 'b', 'a_2']
    """
    found: list[str] = []
    for name in names:
        free = (f"{name}_{number}" if number else name for number in count())
        found.append(next(each for each in free if each not in found))
    return found


def parameters(text: str) -> list[str]:
    """Return the names of the ``$name`` parameters of SQL, each once.

    >>> parameters("select $b, '$c', $a -- $d")
    ['a', 'b']
    """
    return sorted(parameter_lines(text))


def parameter_lines(text: str) -> dict[str, int]:
    r"""Return the parameters of SQL, each with the line where it stands first.

    >>> parameter_lines("select $b,\n $a, $b")
    {'b': 1, 'a': 2}
    """
    found = [match for match in PARAMETER.finditer(text) if match["name"]]
    return {match["name"]: text.count("\n", 0, match.start()) + 1 for match in reversed(found)}


def param(match: re.Match[str], place: str) -> Param:
    """Return the parameter that a line of the header promises."""
    name = match["type"]
    if name not in get_args(Type):
        message = f"parameter {match['name']!r} cannot be of type {name!r}"
        raise QueryError(Problem(message, place, did_you_mean(name, get_args(Type))))
    return Param(match["name"], cast(Type, name), match["third"], match["text"])


def guessed(text: str) -> Any:
    """Return a number where *text* is one and nothing but one, the text otherwise.

    >>> guessed("3"), guessed("5.0e-5"), guessed("007"), guessed("3.10"), guessed("1e10234")
    (3, 5e-05, '007', '3.10', '1e10234')
    """
    if not NUMBER.fullmatch(text):
        return text
    number = float(text)
    return int(text) if text.lstrip("-").isdigit() else number if math.isfinite(number) else text


def boolean(text: str) -> bool:
    """Return a truth value."""
    return {"true": True, "false": False}[text.lower()]


READERS: Mapping[Type, Callable[[str], Any]] = {"text": str, "integer": int, "double": float, "boolean": boolean}
