"""A file that is not TOML is refused with the line, the column and what usually helps."""

from __future__ import annotations

import codecs

import pytest

from tests.dsl.head import HEAD, Write
from xp.dsl.errors import SpecError
from xp.dsl.source import load
from xp.dsl.syntax import decode, parse


def refused(text: str) -> str:
    with pytest.raises(SpecError) as refusal:
        parse(text, "spec.toml")
    return str(refusal.value)


def test_byte_order_mark_is_accepted(write: Write) -> None:
    assert load(write(codecs.BOM_UTF8 + HEAD.encode())).experiment.name == "lr"


def test_carriage_returns_are_accepted(write: Write) -> None:
    assert load(write(HEAD.replace("\n", "\r\n"))).where("datasets") == "spec.toml:8:2: datasets"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named(codec: str) -> None:
    with pytest.raises(SpecError) as refusal:
        decode("[matrix]\n".encode(codec), "spec.toml")

    assert str(refusal.value) == (
        "spec.toml: the file is saved as UTF-16, TOML is UTF-8\n    hint: save the file as UTF-8"
    )


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_latin_1_is_named_with_its_place(mark: bytes) -> None:
    with pytest.raises(SpecError) as refusal:
        decode(mark + 'a = 1\nb = "é"\n'.encode("latin-1"), "spec.toml")

    assert str(refusal.value) == (
        "spec.toml:2:6: byte 0xe9 is not UTF-8; in Latin-1 it is 'é'\n    hint: save the file as UTF-8"
    )


def test_key_given_twice() -> None:
    assert refused("a = 1\n[matrix]\nlr = 1e-5\nlr = 2e-5\n") == (
        "spec.toml:4:1: matrix.lr: given twice\n    hint: first given in line 3"
    )


def test_table_given_twice() -> None:
    assert (
        refused("[base]\na = 1\n[base]\nb = 1\n") == "spec.toml:3:2: base: given twice\n    hint: first given in line 1"
    )


def test_every_repetition_is_told() -> None:
    assert refused("a = 1\na = 2\n[b]\n[b]\n").count("given twice") == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "a = 1\nb = True\n",
            "spec.toml:2:5: not TOML: invalid value, in 'b = True'\n"
            "    hint: text needs quotes; true and false are written in lower case; numbers are 0.5, 1e-5 or 1_000",
            id="flag-in-upper-case",
        ),
        pytest.param(
            "model = bart\n",
            "spec.toml:1:9: not TOML: invalid value, in 'model = bart'\n"
            "    hint: text needs quotes; true and false are written in lower case; numbers are 0.5, 1e-5 or 1_000",
            id="text-without-quotes",
        ),
        pytest.param(
            "learning rate = 1\n",
            "spec.toml:1:10: not TOML: expected '=' after a key in a key/value pair, in 'learning rate = 1'\n"
            "    hint: a line is key = value, a [table] or a # comment; a key with blanks needs quotes",
            id="blank-in-a-key",
        ),
        pytest.param(
            "a: 1\n",
            "spec.toml:1:2: not TOML: expected '=' after a key in a key/value pair, in 'a: 1'\n"
            "    hint: a line is key = value, a [table] or a # comment; a key with blanks needs quotes",
            id="yaml",
        ),
        pytest.param(
            "lr = 1,5\n",
            "spec.toml:1:7: not TOML: expected newline or end of document after a statement, in 'lr = 1,5'\n"
            "    hint: one key = value a line; numbers are 0.5, 1e-5 or 1_000; text with quotes in it needs '…'",
            id="decimal-comma",
        ),
        pytest.param(
            "seed = [1, 2\n",
            "spec.toml:1:13: not TOML: unclosed array, in 'seed = [1, 2'\n"
            "    hint: a list ends with ], and commas stand between its values",
            id="list-without-end",
        ),
        pytest.param(
            'path = "C:\\data"\n',
            "spec.toml:1:13: not TOML: unescaped '\\' in a string, in 'path = \"C:\\\\data\"'\n"
            "    hint: write the text in single quotes, or each backslash twice",
            id="backslash",
        ),
        pytest.param(
            "name = “lr”\n",
            "spec.toml:1:8: not TOML: invalid value, in 'name = “lr”'\n    hint: quotes are straight: \"…\" or '…'",
            id="quotes-of-print",
        ),
        pytest.param(
            "lr = [1e-5,\u00a02e-5]\n",
            "spec.toml:1:12: not TOML: invalid value, in 'lr = [1e-5,\\xa02e-5]'\n"
            "    hint: U+00A0 is NO-BREAK SPACE, which TOML does not know: type that place anew",
            id="blank-that-is-none",
        ),
        pytest.param(
            "lr = 1e\u22125\n",
            "spec.toml:1:7: not TOML: expected newline or end of document after a statement, in 'lr = 1e\u22125'\n"
            "    hint: U+2212 is MINUS SIGN, which TOML does not know: type that place anew",
            id="minus-of-print",
        ),
        pytest.param(
            "settings = {\n  epochs = 1\n}\n",
            "spec.toml:1:13: not TOML: invalid initial character for a key part, in 'settings = {'\n"
            "    hint: a table in braces stands on one line, without a comma behind its last value; "
            "a [table] may have many lines",
            id="braces-over-lines",
        ),
        pytest.param(
            "a = { b = 1 }\na.c = 2\n",
            "spec.toml:2:8: not TOML: cannot mutate immutable namespace ('a',), in 'a.c = 2'\n"
            "    hint: a table in braces is complete: write all of it there, or a [table]",
            id="more-of-a-table-in-braces",
        ),
        pytest.param(
            "a = 1\rb = 2\r",
            "spec.toml: lines end with carriage returns alone, which TOML does not know\n"
            "    hint: save the file with line ends of Unix or Windows",
            id="carriage-returns-alone",
        ),
        pytest.param(
            "a = 1\nb = [1, 9223372036854775808]\nc = 0x1_0000_0000_0000_0000\n",
            "spec.toml:2:9: b[1]: an integer has 64 bits, got 9223372036854775808\n"
            "spec.toml:3:1: c: an integer has 64 bits, got 18446744073709551616",
            id="integers-that-are-too-large",
        ),
        pytest.param(
            f"a = 1\nb = {'9' * 5000}\n",
            "spec.toml:2:5: an integer has 64 bits",
            id="integer-that-python-does-not-read",
        ),
    ],
)
def test_what_is_not_toml(text: str, message: str) -> None:
    assert refused(text) == message


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "]",
        "=",
        "a",
        "a =",
        "a = [",
        "a = {",
        '"',
        "'",
        '"""',
        "[[",
        "[a",
        "a = 1 b = 2",
        "\0",
        "a.b = 1\na = 2\n",
        "a = 1\n[a.b]\n",
        "[a.b]\n[a]\nb = 1\n",
        "a.b.c = 1\n[a.b]\n",
        "{",
        "a = {b = 1, b = 2}",
        "[a]\n[[a]]\n",
        "a = 00",
    ],
)
def test_no_broken_text_ends_in_a_traceback(text: str) -> None:
    assert refused(text).startswith("spec.toml:")


@pytest.mark.parametrize("levels", [49, 300, 20_000])
@pytest.mark.parametrize("brackets", ["[]", ("{ a = ", "}")])
def test_nesting_without_end_is_refused(levels: int, brackets: tuple[str, str]) -> None:
    opening, closing = brackets

    assert refused(f"a = {opening * levels}1{closing * levels}\n") == (
        "spec.toml: tables and lists lie more than 50 deep in one another"
    )
