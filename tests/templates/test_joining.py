"""What a template puts together is printed as its parts are."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from xp.dsl.errors import TemplateError
from xp.templates.render import render

Make = Callable[..., Any]

COLUMNS = ["name", ("rouge1", "points"), ("x", "-")]
ROWS = [("a_1 <b> & c", 54.2131, math.nan), ("d|e", None, 5e-5)]


@pytest.fixture
def put(write: Make, warehouse: Make, answer: Make) -> Callable[..., str]:
    """Fill a template whose ``rows`` are two, the second of which lacks a number."""

    def fill(text: str, name: str = "report.md.j2") -> str:
        setting = "{% set rows = ask('q') %}{% set first = rows[0] %}"
        return render(write(f"{setting}{text}\n", name), warehouse(q=answer(COLUMNS, *ROWS))).removesuffix("\n")

    return fill


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ rows | map(attribute='rouge1') | join(', ') }}", "54.21 points, –"),
        ("{{ rows | join(', ', attribute='rouge1') }}", "54.21 points, –"),
        ("{{ 'Best: ' ~ rows[1].rouge1 }}", "Best: –"),
        ("{{ 'Best: ' ~ first.rouge1 ~ '.' }}", "Best: 54.21 points."),
        ("{{ first.x | string }} {{ rows[1].rouge1 | upper }} {{ rows[1].rouge1 | replace('a', 'b') }}", "– – –"),
        ("{{ rows[1].x | string }} {{ first.name | upper }}", r"5e-5 A_1 \<B\> & C"),
    ],
)
def test_what_is_missing_is_never_printed_as_none(put: Callable[..., str], text: str, shown: str) -> None:
    assert put(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ first.name | code ~ ' & ' ~ first.name }}", r"`a_1 <b> & c` & a_1 \<b\> & c"),
        ("{{ [first.name | code, first.name] | join(' & ') }}", r"`a_1 <b> & c` & a_1 \<b\> & c"),
        ("{{ (first.name | code) + ' & ' + first.name }}", r"`a_1 <b> & c` & a_1 \<b\> & c"),
        ("{% macro m(x) %}**{{ x }}**{% endmacro %}{{ m('a*') ~ ' & <c>' }}", r"**a\*** & \<c\>"),
        ("{% set t %}{{ first.name }}{% endset %}{{ t ~ ' & ' }}", r"a_1 \<b\> & c & "),
        ("{{ 'R&D ' ~ first.name }}", r"R\&D a_1 \<b\> & c"),
        ("{{ first.name | e }} {{ 'a|b' | escape }} {{ first.name | code | e }}", r"a_1 \<b\> & c a\|b `a_1 <b> & c`"),
        ("{{ ('codecarbon, ' ~ first.name) | quoted }}", '"codecarbon, a_1 <b> & c"'),
    ],
)
def test_parts_are_escaped_once_and_not_for_html(put: Callable[..., str], text: str, shown: str) -> None:
    assert put(text) == shown


def test_a_table_that_is_joined_or_indented_stays_one(put: Callable[..., str], tables: Make) -> None:
    text = put("{{ rows | grid('name') ~ '\n\nEnd *of* it' }}\n\n- item\n\n  {{ rows | grid('name') | indent(2) }}")

    assert [table.rows for table in tables(text)] == [[["a_1 <b> & c"], ["d|e"]]] * 2
    assert "\n\nEnd \\*of\\* it\n" in text


def test_several_tables_are_joined_by_the_lines_between_them(put: Callable[..., str], tables: Make) -> None:
    text = put("{{ [rows | grid('name'), rows.where(name='d|e') | grid('name')] | join('\n\n') }}")

    assert [len(table.rows) for table in tables(text)] == [2, 1]


def test_a_page_escapes_what_it_joins_for_html(put: Callable[..., str]) -> None:
    text = put("{{ first.name ~ ' & ' }}|{{ (first.name | e) ~ ' & ' }}|{{ first.name | code | upper }}", "r.html.j2")

    assert text == ("a_1 &lt;b&gt; &amp; c &amp; |a_1 &lt;b&gt; &amp; c &amp; |`A_1 &lt;B&gt; &amp; C`")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ first }}", "a row is several values\n    hint: name one of them: row.name"),
        ("{{ rows[0:2] }}", "a row is several values\n    hint: name one of them: row.name"),
        (
            "{{ 'all: ' ~ rows }}",
            "the answer of 'q' is rows of values\n    hint: write {{ ask(\"q\") | grid }} for a table",
        ),
        ("{{ rows.where(name='z')[0].name }}", "the answer of 'q' has no row 0: it has 0"),
        ("{{ (rows.where(name='z') | first).name }}", "No first item, sequence was empty"),
        ("{{ rows | tojson }}", "Object of type Rows is not JSON serializable (TypeError)"),
        ("{{ first.x | tojson }}", "Out of range float values are not JSON compliant (ValueError)"),
    ],
)
def test_what_is_no_value_is_not_printed(put: Callable[..., str], text: str, message: str) -> None:
    with pytest.raises(TemplateError) as error:
        put(text)

    assert str(error.value).partition("report.md.j2:1: ")[2] == message


def test_a_block_may_hold_that_of_the_template_it_extends(put: Callable[..., str], write: Make) -> None:
    write("# {% block title %}Scores{% endblock %}\n", "base.md.j2")

    assert put("{% extends 'base.md.j2' %}{% block title %}{{ super() }} & more{% endblock %}") == "# Scores & more"
