"""Line and column of every key and list item of a TOML text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field

from xp.dsl.spelling import Key, dotted

BLANK = re.compile(r"[ \t]*")
GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
BARE = re.compile(r"[A-Za-z0-9_-]+")
STRINGS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r'"""(?:\\.|[^\\])*?"""(?:"{0,2})',
        r"'''.*?'''(?:'{0,2})",
        r'"(?:\\.|[^"\\\n])*"',
        r"'[^'\n]*'",
    )
)
QUOTES = ('"', "'")
PLAIN = re.compile(r"[^,\]}\n#]+")


@dataclass(frozen=True)
class Place:
    """Where something stands, both from 1."""

    line: int
    column: int


@dataclass
class Scanner:
    """Walks over a text once. Whether the text is TOML is not its question: ``tomllib`` answers that."""

    text: str
    at: int = 0
    found: dict[str, int] = field(default_factory=dict)
    """Where each key stands, by its dotted name."""

    given: set[str] = field(default_factory=set)
    """The keys that have a value, and the tables that have a header."""

    twice: list[tuple[str, int]] = field(default_factory=list)
    """Keys and tables that are given again, and where."""

    lists: dict[str, int] = field(default_factory=dict)
    """Tables written so far under each ``[[header]]``."""

    def scan(self) -> None:
        """Walk from the first to the last line."""
        table: Key = ()
        self.match(GAP)
        while self.at < len(self.text):
            if self.text.startswith("[", self.at):
                table = self.header()
            else:
                self.pair(table)
            self.match(GAP)

    def match(self, pattern: re.Pattern[str]) -> str:
        """Return what *pattern* finds here, and step over it."""
        if (match := pattern.match(self.text, self.at)) is None:
            raise ValueError(f"nothing known at {self.at}")
        self.at = match.end()
        return match[0]

    def skip(self, mark: str) -> None:
        """Step over *mark*."""
        if not self.text.startswith(mark, self.at):
            raise ValueError(f"no {mark} at {self.at}")
        self.at += len(mark)

    def header(self) -> Key:
        """Step over ``[table]`` or ``[[table]]`` and return the way to that table."""
        many = self.text.startswith("[[", self.at)
        self.skip("[[" if many else "[")
        key: Key = ()
        start = self.at
        for name, start in self.names():
            key = (*self.last(key), name)
            self.note(key, start)
        self.skip("]]" if many else "]")
        if not many:
            self.give(key, start)
            return key
        self.lists[dotted(key)] = self.lists.get(dotted(key), -1) + 1
        self.note(self.last(key), start)
        return self.last(key)

    def last(self, key: Key) -> Key:
        """Return the way to the last table written where *key* names a list of tables, else *key*."""
        place = self.lists.get(dotted(key))
        return key if place is None else (*key, place)

    def names(self) -> Iterator[tuple[str, int]]:
        """Step over a dotted name and yield its parts, each with its start."""
        while True:
            self.match(BLANK)
            start = self.at
            yield self.name(), start
            self.match(BLANK)
            if not self.text.startswith(".", self.at):
                return
            self.skip(".")

    def name(self) -> str:
        """Step over one part of a name and return it without its quotes."""
        if self.text.startswith(QUOTES, self.at):
            return str(tomllib.loads(f"name = {self.string()}")["name"])
        return self.match(BARE)

    def pair(self, table: Key) -> None:
        """Step over ``key = value``."""
        key, start = table, self.at
        for name, start in self.names():
            key = (*key, name)
            self.note(key, start)
        self.give(key, start)
        self.skip("=")
        self.value(key)

    def value(self, key: Key) -> None:
        """Step over a value, noting what stands in it."""
        self.match(BLANK)
        if self.text.startswith(QUOTES, self.at):
            self.string()
        elif self.text.startswith("[", self.at):
            self.array(key)
        elif self.text.startswith("{", self.at):
            self.inline(key)
        else:
            self.match(PLAIN)
        self.match(BLANK)

    def string(self) -> str:
        """Step over a text in quotes."""
        for pattern in STRINGS:
            if pattern.match(self.text, self.at):
                return self.match(pattern)
        raise ValueError(f"no text at {self.at}")

    def array(self, key: Key) -> None:
        """Step over ``[…]``, which may go over many lines."""
        self.skip("[")
        self.match(GAP)
        place = 0
        while not self.text.startswith("]", self.at):
            self.note((*key, place), self.at)
            self.value((*key, place))
            self.comma()
            place += 1
        self.skip("]")

    def inline(self, table: Key) -> None:
        """Step over ``{…}``."""
        self.skip("{")
        self.match(GAP)
        while not self.text.startswith("}", self.at):
            self.pair(table)
            self.comma()
        self.skip("}")

    def comma(self) -> None:
        """Step over what stands between two items."""
        self.match(GAP)
        if self.text.startswith(",", self.at):
            self.skip(",")
            self.match(GAP)

    def note(self, key: Key, start: int) -> None:
        """Remember where *key* stands first."""
        self.found.setdefault(dotted(key), start)

    def give(self, key: Key, start: int) -> None:
        """Remember that *key* has a value, or a header of its own."""
        if dotted(key) in self.given:
            self.twice.append((dotted(key), start))
        self.given.add(dotted(key))


class Places:
    """Where the keys of one text stand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.scanner = Scanner(text)
        self.scanner.scan()

    def find(self, key: Key) -> Place | None:
        """Return the place of *key*, or of the innermost table around it that is written down."""
        for length in range(len(key), 0, -1):
            if (start := self.scanner.found.get(dotted(key[:length]))) is not None:
                return self.place(start)
        return None

    def depth(self, key: Key) -> int:
        """Return how many parts of *key* are written down."""
        return next((n for n in range(len(key), 0, -1) if dotted(key[:n]) in self.scanner.found), 0)

    def place(self, start: int) -> Place:
        """Return the line and column of a character."""
        before = self.text.rfind("\n", 0, start)
        return Place(self.text.count("\n", 0, start) + 1, start - before)

    @property
    def twice(self) -> list[tuple[str, Place, Place]]:
        """The keys and tables that are given again: name, first place, second place."""
        return [(key, self.place(self.scanner.found[key]), self.place(start)) for key, start in self.scanner.twice]
