"""Keys and values as TOML spells them, for messages and labels."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Key = tuple[str | int, ...]
"""The way to a value: names of tables and keys, places in lists (from 0)."""

LONGEST = 80
"""Characters of a value that a message shows."""


def dotted(key: Sequence[str | int]) -> str:
    """Return a way to a value as one word.

    >>> dotted(("matrix", "exclude", 0, "batch_size"))
    'matrix.exclude[0].batch_size'
    """
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key).removeprefix(".")


def quoted(text: str) -> str:
    r"""Return a text in quotes: as it stands, or with what has to be escaped.

    >>> print(quoted("it's"), quoted("T5: "), quoted("two\nlines"))
    "it's" 'T5: ' "two\nlines"
    """
    plain = repr(text)
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f") if "\\" in plain else plain


WRITTEN: Mapping[type, Callable[[Any], str]] = {
    bool: lambda value: "true" if value else "false",
    str: quoted,
    int: str,
    float: str,
}
"""How the usual values are spelled."""


def spell(value: Any) -> str:
    """Return a value as it may be written in TOML, on one line.

    >>> spell([True, 3e-5, "a"])
    "[true, 3e-05, 'a']"
    """
    if (write := WRITTEN.get(type(value))) is not None:
        return write(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key} = {spell(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(spell, value))}]"
    if value is None:
        return "none"
    return str(value)


def leaves(value: Any, key: Key = ()) -> Iterator[tuple[Key, Any]]:
    """Yield the single values in nested tables and lists, each with the way to it."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from leaves(item, (*key, name))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from leaves(item, (*key, place))
    else:
        yield key, value


def excerpt(value: Any) -> str:
    """Return a value as TOML spells it, cut where a message would get too long."""
    text = spell(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def either(words: Sequence[str]) -> str:
    """Return words as a choice.

    >>> either(["a", "b", "c"])
    'a, b or c'
    """
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
