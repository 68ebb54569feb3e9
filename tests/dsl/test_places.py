"""The locator finds what tomllib reads, where it stands."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xp.dsl.places import Place, Places
from xp.dsl.spelling import Key, dotted

TEXT = '''\
# a comment with [brackets] and key = 1
title = "a = b # c"

[owner] # the owner
name.first = 'x'
"name.last" = 2
dates = [
    1, # one
    [2, 3],
    { a = 1, b.c = "]" },
]
text = """
fake = 1
[fake]
"""
[[points]]
x = 1
[points.inner]
y = 2
[[points]]
x = 3
inner = {z = [1, {w = 2}]}
[ a . "b c" ]
d=1
'''


@pytest.mark.parametrize(
    ("key", "line", "column"),
    [
        pytest.param(("title",), 2, 1, id="first-key"),
        pytest.param(("owner",), 4, 2, id="table"),
        pytest.param(("owner", "name"), 5, 1, id="dotted-key-outer"),
        pytest.param(("owner", "name", "first"), 5, 6, id="dotted-key-inner"),
        pytest.param(("owner", "name.last"), 6, 1, id="quoted-key-with-a-dot"),
        pytest.param(("owner", "dates", 0), 8, 5, id="item"),
        pytest.param(("owner", "dates", 1, 1), 9, 9, id="item-of-an-item"),
        pytest.param(("owner", "dates", 2), 10, 5, id="inline-table"),
        pytest.param(("owner", "dates", 2, "a"), 10, 7, id="key-of-an-inline-table"),
        pytest.param(("owner", "dates", 2, "b", "c"), 10, 16, id="dotted-key-of-an-inline-table"),
        pytest.param(("owner", "text"), 12, 1, id="many-lines-of-text"),
        pytest.param(("points",), 16, 3, id="list-of-tables"),
        pytest.param(("points", 0, "x"), 17, 1, id="first-table-of-a-list"),
        pytest.param(("points", 0, "inner", "y"), 19, 1, id="table-in-a-table-of-a-list"),
        pytest.param(("points", 1), 20, 3, id="second-table-of-a-list"),
        pytest.param(("points", 1, "x"), 21, 1, id="key-of-the-second-table"),
        pytest.param(("points", 1, "inner", "z", 1, "w"), 22, 19, id="deep"),
        pytest.param(("a", "b c"), 23, 7, id="quoted-part-of-a-header"),
        pytest.param(("a", "b c", "d"), 24, 1, id="no-blanks"),
        pytest.param(("owner", "missing"), 4, 2, id="a-missing-key-is-at-its-table"),
        pytest.param(("points", 1, "inner", "z", 7), 22, 10, id="a-missing-item-is-at-its-list"),
    ],
)
def test_place_of(key: Key, line: int, column: int) -> None:
    assert Places(TEXT).find(key) == Place(line, column)


@pytest.mark.parametrize("key", [("nothing",), ("nothing", 1)])
def test_what_is_not_written_has_no_place(key: Key) -> None:
    assert Places(TEXT).find(key) is None


def test_text_that_looks_like_a_key_is_none() -> None:
    found = Places(TEXT).scanner.found

    assert "fake" not in found
    assert "owner.fake" not in found


@pytest.mark.parametrize(
    "value",
    [
        '"\\""',
        "'\\'",
        '"""a"b""c"""',
        '""""a""""',
        "'''it's'''",
        "''''a''''",
        '"""\\\n   x"""',
        "1979-05-27 07:32:00",
        "1979-05-27T07:32:00Z",
        "-inf",
        "0xff",
        "1_000",
        "[]",
        "[ [ ] , ]",
        "{}",
        "{ a = {} }",
        "true",
        '"#"',
        "'#'",
        "[ # ]\n]",
        '["]", 1]',
        '{ a = "}" }',
        '"ü"',
        "[\n\n1\n,\n2\n,\n]",
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_any_value_is_stepped_over(value: str, ending: str) -> None:
    text = f"a = {value} # c\nb = 1\n".replace("\n", ending)
    tomllib.loads(text)

    assert Places(text).find(("b",)) == Place(text.count("\n"), 1)


def test_what_is_given_twice_is_told_with_both_places() -> None:
    assert Places("a = 1\n[t]\nb = 1\nb = 2\n[t]\n").twice == [
        ("t.b", Place(3, 1), Place(4, 1)),
        ("t", Place(2, 2), Place(5, 2)),
    ]


names = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters=".["), min_size=1, max_size=4
)
scalars = st.one_of(st.integers(-9, 9), st.booleans(), st.text(st.sampled_from("ab#=[]{}'\\ .,"), max_size=5))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)),
    max_leaves=8,
)
trees = st.dictionaries(names, values, max_size=4)


def quoted(value: Any) -> str:
    """Return a text, number or flag as TOML."""
    return json.dumps(value, ensure_ascii=False)


def inline(value: Any) -> str:
    """Return a value as TOML, tables in braces."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{quoted(key)} = {inline(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[\n" + "".join(f"  {inline(item)}, # ]\n" for item in value) + "]" if no_tables(value) else flat(value)
    return quoted(value)


def flat(value: list[Any]) -> str:
    """Return a list on one line."""
    return f"[{', '.join(map(inline, value))}]"


def no_tables(value: list[Any]) -> bool:
    """Tell whether a list holds single values only."""
    return all(not isinstance(item, dict | list) for item in value)


def written(tree: dict[str, Any]) -> str:
    """Return a tree as TOML: values first, then its tables under headers."""
    lines = [f"{quoted(key)} = {inline(value)}" for key, value in tree.items() if not isinstance(value, dict)]
    for key, table in tree.items():
        if isinstance(table, dict):
            lines += ["", f"[{quoted(key)}]", *(f"{quoted(name)} = {inline(item)}" for name, item in table.items())]
    return "\n".join(lines) + "\n"


def ways(value: Any, key: Key = ()) -> Iterator[Key]:
    """Yield the way to everything in a tree."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, item in parts:
        yield (*key, part)
        yield from ways(item, (*key, part))


@given(trees)
def test_everything_tomllib_reads_has_a_place(tree: dict[str, Any]) -> None:
    text = written(tree)
    found = Places(text).scanner.found

    for key in ways(tomllib.loads(text)):
        assert dotted(key) in found
        if isinstance(key[-1], str):
            assert text[found[dotted(key)] :].startswith(quoted(key[-1]))


@given(trees)
def test_nothing_is_given_twice_in_a_sound_text(tree: dict[str, Any]) -> None:
    assert Places(written(tree)).twice == []
