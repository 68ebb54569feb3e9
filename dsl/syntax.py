"""From the bytes of a file to its tables, or to what keeps it from being TOML."""

from __future__ import annotations

import codecs
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from typing import Any

from xp.dsl.errors import Problem, SpecError
from xp.dsl.places import Places
from xp.dsl.spelling import dotted, leaves

SAVE = "save the file as UTF-8"
NEWLINES = "save the file with line ends of Unix or Windows"

DEEPEST = 50
"""Levels of tables and lists in one another; an experiment needs seven."""

TOO_DEEP = f"tables and lists lie more than {DEEPEST} deep in one another"

POSITION = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")

SMALLEST, LARGEST = -(1 << 63), (1 << 63) - 1
"""The integers that TOML has: those of 64 bits with a sign."""

LONGEST = 256
"""Bits of an integer that a message shows."""

DIGITS = re.compile(r"[0-9][0-9_]{4299,}")
"""A number that Python does not read, for its length."""

CURLY = re.compile("[\u2018-\u201f\xab\xbb]")
"""Quotes of print, which word processors put in place of straight ones."""

ALIKE = re.compile("[\xa0\xad\u2000-\u2015\u2028\u2029\u202f\u205f-\u2064\u2212\u3000\ufeff]")
"""Blanks, dashes and marks that cannot be seen, or not told from those of TOML."""

HINTS = {
    "Invalid value": "text needs quotes; true and false are written in lower case; numbers are 0.5, 1e-5 or 1_000",
    "Expected '=' after a key": "a line is key = value, a [table] or a # comment; a key with blanks needs quotes",
    "Invalid statement": "a line is key = value, a [table] or a # comment",
    "Expected newline or end of document after a statement": (
        "one key = value a line; numbers are 0.5, 1e-5 or 1_000; text with quotes in it needs '…'"
    ),
    "Invalid initial character for a key part": (
        "a table in braces stands on one line, without a comma behind its last value; a [table] may have many lines"
    ),
    "Cannot mutate immutable namespace": "a table in braces is complete: write all of it there, or a [table]",
    "Unclosed array": "a list ends with ], and commas stand between its values",
    "Unclosed inline table": "a table in braces ends with }",
    "Unterminated string": "text ends with the quote it starts with",
    "Unescaped '\\' in a string": "write the text in single quotes, or each backslash twice",
    "Illegal character '\\n'": "text in one pair of quotes ends on its line",
}
"""What usually helps, by the start of tomllib's complaint."""


def is_wide(data: bytes) -> bool:
    r"""Tell whether every other byte is null, as where two of them make a letter.

    >>> is_wide("[a]".encode("utf-16-le")), is_wide(b"\0\x01\2"), is_wide(b"[a]")
    (True, False, False)
    """
    even, odd = data[0:40:2], data[1:40:2]
    return bool(odd) and any(even) != any(odd)


def decode(data: bytes, file: str, language: str = "TOML") -> str:
    """Return the text of a file, with or without a byte-order mark."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or is_wide(data):
        raise SpecError(Problem(f"the file is saved as UTF-16, {language} is UTF-8", file, SAVE))
    if b"\0" in data:
        raise SpecError(Problem(f"the file is no text: byte {data.index(0) + 1:,} of it is null", file))
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        seen = data[error.start : error.start + 1]
        message = f"byte 0x{seen.hex()} is not UTF-8; in Latin-1 it is {seen.decode('latin-1')!r}"
        raise SpecError(Problem(message, f"{file}:{line}:{column}", SAVE)) from None


def parse(text: str, file: str) -> dict[str, Any]:
    """Return the tables of *text*."""
    if "\r" in text and "\n" not in text:
        raise SpecError(Problem("lines end with carriage returns alone, which TOML does not know", file, NEWLINES))
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(*(repeated_keys(text, file) or [syntax_error(str(error), text, file)])) from None
    except RecursionError:
        raise SpecError(Problem(TOO_DEEP, file)) from None
    except ValueError:  # Python's own limit of digits
        raise SpecError(Problem(too_large(), unreadable_number(text, file))) from None
    if depth(tables) > DEEPEST:
        raise SpecError(Problem(TOO_DEEP, file))
    if wrong := [*oversized_integers(tables, text, file)]:
        raise SpecError(*wrong)
    return tables


def oversized_integers(tables: Any, text: str, file: str) -> Iterator[Problem]:
    """Yield the integers that TOML has no room for: what reads them next would cut or refuse them."""
    for key, value in leaves(tables):
        if isinstance(value, int) and not fits(value):
            place = Places(text).find(key)
            where = f"{file}:{place.line}:{place.column}" if place else file
            yield Problem(too_large(value), f"{where}: {dotted(key)}")


def fits(value: int) -> bool:
    """Tell whether an integer is one of TOML's.

    >>> fits(2**63 - 1), fits(-(2**63)), fits(2**63)
    (True, True, False)
    """
    return SMALLEST <= value <= LARGEST


def too_large(value: int | None = None) -> str:
    """Return what is wrong with an integer, which is shown where it is not endless.

    >>> too_large(10**20), too_large(10**5000)
    ('an integer has 64 bits, got 100000000000000000000', 'an integer has 64 bits')
    """
    endless = value is None or value.bit_length() > LONGEST
    return "an integer has 64 bits" + ("" if endless else f", got {value}")


def unreadable_number(text: str, file: str) -> str:
    """Return the place of the first number with more digits than Python reads."""
    match = DIGITS.search(text)
    start = match.start() if match else 0
    return f"{file}:{text.count(chr(10), 0, start) + 1}:{start - text.rfind(chr(10), 0, start)}"


def depth(tables: Any) -> int:
    """Return how many levels of tables and lists lie in one another."""
    level, items = 0, [tables]
    while items:
        inner = [list(item.values()) if isinstance(item, dict) else item for item in items]
        level, items = level + 1, [part for item in inner if isinstance(item, list) for part in item]
    return level


def repeated_keys(text: str, file: str) -> list[Problem]:
    """Return the keys and tables that are given more than once."""
    try:
        places = Places(text)
    except (ValueError, RecursionError):  # the text is broken in another way, which tomllib has explained
        return []
    return [
        Problem("given twice", f"{file}:{again.line}:{again.column}: {key}", f"first given in line {first.line}")
        for key, first, again in places.twice
    ]


def syntax_error(message: str, text: str, file: str) -> Problem:
    """Return tomllib's complaint with the place and the line it is about."""
    rule = POSITION.sub("", message)
    hint = next((hint for start, hint in HINTS.items() if rule.startswith(start)), "")
    lines = text.splitlines() or [""]
    match = POSITION.search(message)
    line = int(match["line"]) if match and match["line"] else len(lines)
    column = int(match["column"]) if match and match["column"] else len(lines[-1]) + 1
    written = lines[line - 1] if line <= len(lines) else ""
    seen = written.strip()
    if CURLY.search(seen):
        hint = "quotes are straight: \"…\" or '…'"
    elif odd := ALIKE.search(written):
        named = unicodedata.name(odd[0], "a mark that cannot be seen")
        hint = f"U+{ord(odd[0]):04X} is {named}, which TOML does not know: type that place anew"
    said = f"{rule[:1].lower()}{rule[1:]}"
    return Problem(f"not TOML: {said}, in {seen!r}" if seen else f"not TOML: {said}", f"{file}:{line}:{column}", hint)
