"""JSON as the standard has it, without comments and commas too many, and where each key stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from xp.dsl.errors import Problem, SpecError
from xp.dsl.places import Place
from xp.dsl.spelling import Key, dotted, excerpt
from xp.dsl.syntax import decode

TOKEN = re.compile(
    r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/|#[^\n]*|[{}\[\],:]|[^\s{}\[\],:"#/]+|\S',
    re.DOTALL,
)
COMMENT = ("//", "/*", "#")
CLOSING = ("}", "]")
CONSTANTS = ("NaN", "Infinity", "-Infinity")

HINTS = {
    "'": "JSON knows double quotes only",
    "T": "true is written in lower case",
    "F": "false is written in lower case",
    "N": "JSON has neither None nor NaN: leave the key out",
}
"""What usually helps, by the character that is wrong."""


@dataclass(frozen=True)
class JsonFile:
    """A file of JSON, and where it says what."""

    file: str
    tree: Mapping[str, Any]
    places: Mapping[str, Place] = field(default_factory=dict)
    """Place of each key, by its dotted name."""

    text: str = ""
    """What stands in the file, as it was read."""

    def where(self, key: str) -> str:
        """Return ``file:line:column: dotted.key``."""
        place = self.places[key]
        return f"{self.file}:{place.line}:{place.column}: {key}"

    def value(self, key: str) -> Any:
        """Return what an object holds under a dotted key."""
        value: Any = self.tree
        for name in key.split("."):
            value = value[name]
        return value


def parse(data: bytes, file: str) -> JsonFile:
    """Return what the bytes of *file* say; raise SpecError with all that JSON does not allow."""
    written = decode(data, file, "JSON")
    text = written.replace("\r\n", "\n")
    if extra := [*comments_and_commas(text)]:
        raise SpecError(*(problem(text, file, at, message, hint) for at, message, hint in extra))
    try:
        tree = json.loads(text)
    except json.JSONDecodeError as error:
        raise SpecError(json_error(error, text, file)) from None
    except RecursionError:
        raise SpecError(Problem("objects and lists lie too deep in one another", file)) from None
    scanner = Scanner(text)
    scanner.scan()
    if scanner.wrong:
        raise SpecError(*(problem(text, file, *found) for found in scanner.wrong))
    if not isinstance(tree, dict):
        raise SpecError(Problem(f"should be an object in braces, got {excerpt(tree)}", file))
    return JsonFile(file, tree, {key: place_of(text, at) for key, at in scanner.found.items()}, written)


def comments_and_commas(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield comments and commas too many, which some readers of JSON take and others do not."""
    comma: int | None = None
    for token in TOKEN.finditer(text):
        if token[0].startswith(COMMENT):
            yield token.start(), f"JSON has no comments, got {excerpt(token[0])}", "take it out"
        elif token[0] in CLOSING and comma is not None:
            yield comma, f"JSON has no comma before '{token[0]}'", "take it out"
        if not token[0].startswith(COMMENT):
            comma = token.start() if token[0] == "," else None


def json_error(error: json.JSONDecodeError, text: str, file: str) -> Problem:
    """Return what keeps *text* from being JSON, with the place and the line it is about."""
    if not text.strip():
        return Problem("the file is empty", file)
    lines = text.splitlines()
    seen = lines[error.lineno - 1].strip() if error.lineno <= len(lines) else ""
    said = f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
    message = f"{said}, in {excerpt(seen)}" if seen else said
    return problem(text, file, error.pos, message, HINTS.get(text[error.pos : error.pos + 1], ""))


def problem(text: str, file: str, at: int, message: str, hint: str = "") -> Problem:
    """Return a problem at one character of *text*."""
    place = place_of(text, at)
    return Problem(message, f"{file}:{place.line}:{place.column}", hint)


def place_of(text: str, at: int) -> Place:
    """Return the line and column of a character."""
    return Place(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


class Scanner:
    """Walks once over a text that ``json`` can read."""

    def __init__(self, text: str) -> None:
        self.tokens = TOKEN.finditer(text)
        self.found: dict[str, int] = {}
        self.seen: set[Key] = set()
        """The keys so far. Their dotted names are not enough: a key may have a dot in it."""

        self.wrong: list[tuple[int, str, str]] = []
        """What ``json`` reads and the standard forbids: place, message, hint."""

    def scan(self) -> None:
        """Walk from the first to the last token."""
        self.value((), next(self.tokens))

    def value(self, key: Key, token: re.Match[str]) -> None:
        """Step over a value, noting what stands in it."""
        if token[0] == "{":
            self.table(key)
        elif token[0] == "[":
            self.items(key)
        elif token[0] in CONSTANTS:
            self.wrong.append((token.start(), f"JSON has no {token[0]}", ""))

    def table(self, key: Key) -> None:
        """Step over ``{…}``."""
        while (token := next(self.tokens))[0] != "}":
            if token[0] != ",":
                name = (*key, json.loads(token[0]))
                self.note(name, token.start())
                next(self.tokens)  # the colon
                self.value(name, next(self.tokens))

    def items(self, key: Key) -> None:
        """Step over ``[…]``."""
        place = 0
        while (token := next(self.tokens))[0] != "]":
            if token[0] != ",":
                self.note((*key, place), token.start())
                self.value((*key, place), token)
                place += 1

    def note(self, key: Key, start: int) -> None:
        """Remember where *key* stands; a second time is one too many."""
        name = dotted(key)
        if key in self.seen:
            self.wrong.append((start, f"{name} is given twice", "JSON keeps the last one, DeepSpeed takes neither"))
        self.seen.add(key)
        self.found.setdefault(name, start)
