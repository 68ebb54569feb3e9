"""From the bytes of a file to its tables, or to what keeps it from being TOML."""

from __future__ import annotations

import codecs
import re
import tomllib
from typing import Any

from xp.dsl.errors import Problem, SpecError
from xp.dsl.places import Places

SAVE = "save the file as UTF-8"

DEEPEST = 50
"""Levels of tables and lists in one another; an experiment needs seven."""

TOO_DEEP = f"tables and lists lie more than {DEEPEST} deep in one another"

POSITION = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")

HINTS = {
    "Invalid value": "text needs quotes; true and false are written in lower case; a decimal point is a point",
    "Expected '=' after a key": "a line is key = value, a [table] or a # comment; a key with blanks needs quotes",
    "Invalid statement": "a line is key = value, a [table] or a # comment",
    "Expected newline or end of document after a statement": "one key = value a line; text with quotes in it needs '…'",
    "Unclosed array": "a list ends with ]",
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
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(*(repeated(text, file) or [complaint(str(error), text, file)])) from None
    except RecursionError:
        raise SpecError(Problem(TOO_DEEP, file)) from None
    if depth(tables) > DEEPEST:
        raise SpecError(Problem(TOO_DEEP, file))
    return tables


def depth(tables: Any) -> int:
    """Return how many levels of tables and lists lie in one another."""
    level, items = 0, [tables]
    while items:
        inner = [list(item.values()) if isinstance(item, dict) else item for item in items]
        level, items = level + 1, [part for item in inner if isinstance(item, list) for part in item]
    return level


def repeated(text: str, file: str) -> list[Problem]:
    """Return the keys and tables that are given more than once."""
    try:
        places = Places(text)
    except (ValueError, RecursionError):  # the text is broken in another way, which tomllib has explained
        return []
    return [
        Problem("given twice", f"{file}:{again.line}:{again.column}: {key}", f"first given in line {first.line}")
        for key, first, again in places.twice
    ]


def complaint(message: str, text: str, file: str) -> Problem:
    """Return tomllib's complaint with the place and the line it is about."""
    rule = POSITION.sub("", message)
    hint = next((hint for start, hint in HINTS.items() if rule.startswith(start)), "")
    lines = text.splitlines() or [""]
    match = POSITION.search(message)
    line = int(match["line"]) if match and match["line"] else len(lines)
    column = int(match["column"]) if match and match["column"] else len(lines[-1]) + 1
    seen = lines[line - 1].strip() if line <= len(lines) else ""
    said = f"{rule[:1].lower()}{rule[1:]}"
    return Problem(f"not TOML: {said}, in {seen!r}" if seen else f"not TOML: {said}", f"{file}:{line}:{column}", hint)
