"""What a reader sees of a text is the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from xp.templates.escape import cell, clean, code, escape, width
from xp.templates.markdown import draw_aligned

HOSTILE = [
    "a|b",
    "x\\|y",
    "ends in a backslash\\",
    "`a|b`",
    "<script>alert(1)</script>",
    "a<b & 'c'",
    "&lt; &amp; &#65;",
    "{{ 7*7 }}",
    "{% for x in y %}",
    "{table}",
    "**bold** _it_ ~~gone~~ ![x](y) [a]: b",
    "# heading",
    "- item",
    "1. item",
    "---",
    "two\nlines",
    "three\r\n\r\nlines",
    "  spaces around ",
    "tab\there",
    "$x$ costs $5",
    "https://example.org/a_b?c=d&copy=1",
    "要約 résumé e\u0301",
    "\\\\",
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_shows_its_text_and_adds_no_cell(tables: Callable[[str], Any], text: str) -> None:
    (table,) = tables(draw_aligned(["left", "text"], ["left", "left"], [["a", cell(text)], ["b", "c"]]))

    assert table.rows == [["a", clean(text)], ["b", "c"]]


PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def reread(inline: Token) -> str:
    """Return the text that a reader sees of an inline token."""
    return "".join("\n" if child.type == "html_inline" else child.content for child in inline.children or [])


@given(st.text(max_size=40))
@example("<br>")
@example("\n \n")
def test_any_text_comes_back_from_a_cell(text: str) -> None:
    tokens = PARSER.parse(draw_aligned(["h"], ["left"], [[cell(text)], ["last"]]))
    cells = [reread(tokens[place + 1]) for place, token in enumerate(tokens) if token.type == "td_open"]

    assert cells == [clean(text), "last"]


@given(st.text(alphabet="-+=#*_0123456789.) >`~|\\\n\t<&;ab", max_size=12))
def test_a_text_at_the_start_of_a_line_is_a_paragraph(text: str) -> None:
    tokens = PARSER.parse(escape(text))

    assert [token.type for token in tokens] in ([], ["paragraph_open", "inline", "paragraph_close"])
    assert "".join(map(reread, tokens)).strip(" ") == clean(text).strip(" ")


@pytest.mark.parametrize("text", ["zero.stage = 2", "a`b", "``", "`x`", " padded ", "a|b", "x\\|y", "back\\"])
def test_code_shows_its_text_in_a_table(tables: Callable[[str], Any], text: str) -> None:
    (table,) = tables(draw_aligned(["h", "i"], ["left", "left"], [[code(text), "x"]]))

    assert table.rows == [[text, "x"]]


def test_terminal_codes_and_control_characters_are_gone() -> None:
    assert clean("\x1b[1;31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07 \x9b4mx\x00\x07") == "red link x"


def test_marks_that_reverse_text_are_gone() -> None:
    assert clean("user\u202etxt.exe\u2066") == "usertxt.exe"


def test_half_a_character_is_shown_as_unknown() -> None:
    assert escape("a\ud800b").encode() == "a\ufffdb".encode()


def test_names_with_underscores_stay_readable() -> None:
    assert escape("train_peak_memory_of_bart-tiny.v2 (2 ranks)") == "train_peak_memory_of_bart-tiny.v2 (2 ranks)"


def test_an_address_stays_a_link_unless_a_backslash_would_get_into_it() -> None:
    assert escape("https://example.org/a_b") == "https://example.org/a_b"
    assert escape("https://example.org/_a www.b.org") == "https\\://example.org/\\_a www\\.b.org"


def test_bars_stand_below_each_other_whatever_the_script() -> None:
    table = draw_aligned(["name", "n"], ["left", "right"], [["要約", "1"], ["e\u0301te\u0301", "12"], ["plain", "123"]])

    assert len({width(line) for line in table.splitlines()}) == 1
    assert width("\u200d") == 0
