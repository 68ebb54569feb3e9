"""A plain Markdown file is filled where it asks for it, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from xp.dsl.errors import Problem, QueryError, TemplateError
from xp.templates.placeholders import fill

TABLE = "| a |\n| - |\n| 1 |"


def table(query: str) -> str:
    """Answer as the tables of a report would."""
    if query == "unknown":
        raise QueryError(Problem("there is no query 'unknown'", hint="known: none"))
    return f"[{query}]\n\n{TABLE}"


NAMED: dict[str, Callable[[], str]] = {"env_table": lambda: TABLE, "model_tables": lambda: "models"}


def filled(text: str) -> str:
    return fill(text, "report.md", table, NAMED)


def test_the_first_table_is_of_tradeoffs_and_the_second_of_benchmarks() -> None:
    text = filled("Trade-offs:  \n{table}  \nBenchmarks:  \n{table}  \n\n## End\n")

    assert text == f"Trade-offs:  \n\n[tradeoffs]\n\n{TABLE}\n\nBenchmarks:  \n\n[benchmarks]\n\n{TABLE}\n\n## End\n"


def test_a_table_can_name_its_query() -> None:
    assert filled("{table:queries/mine.sql}\n{table: cost }\n{table}").count("[") == 3
    assert "[tradeoffs]" in filled("{table:cost}\n{table}")


@pytest.mark.parametrize(
    "text",
    [
        'Config: {"stage": 2} and {} and { table } and {1} and {a.b} and {#id}',
        "```json\n{table}\n```",
        "~~~\n```\n{tabel}\n~~~",
        "````md\n```\n{table}\n```\n````",
        "> ```\n> {table}\n> ```",
        "- ```\n  {table}\n  ```",
        "```\n{table} to the end of the file",
        "write `{table}` or ``a ` {table}``",
        "<!-- {tabel} -->",
        r"\{table}",
        "${HOME} and $\\frac{a}{b}$ and $$\n{x}\n$$",
        "\\begin{table}[t]\n\\caption*{scores}\n\\end{table}",
        r"\cite[p.~3]{lewis} and \href{url}{text} here",
    ],
)
def test_what_is_no_placeholder_stays(text: str) -> None:
    assert filled(text) == text


def test_json_beside_placeholders_stays_and_doubled_braces_print_braces() -> None:
    text = filled('Config: {"stage": 2}\n\n{table}\n\n{{literal}} and {{table:cost}}\n')

    assert text.startswith('Config: {"stage": 2}\n\n[tradeoffs]')
    assert text.endswith("\n\n{literal} and {table:cost}\n")


def test_a_placeholder_in_a_sentence_gets_room_of_its_own() -> None:
    assert filled("See {model_tables} for more.\n\tcode\n") == "See \n\nmodels\n\nfor more.\n\tcode\n"


def test_indentation_and_quotation_go_on_through_the_table() -> None:
    assert filled("> so:\n> {env_table}\n> end\n") == "> so:\n>\n> | a |\n> | - |\n> | 1 |\n>\n> end\n"
    assert filled("- item\n  {env_table}\n") == "- item\n\n  | a |\n  | - |\n  | 1 |\n\n"


def test_money_is_no_formula() -> None:
    assert "models" in filled("It costs $5 {model_tables} or $6.")


def test_every_unknown_name_is_told_with_its_line() -> None:
    with pytest.raises(TemplateError) as refusal:
        filled("# Title\n{tabel}\n\ntext {env_tabel}\n{env_table:x}\n")

    assert str(refusal.value) == (
        "report.md:2: tabel: unknown placeholder\n"
        "    hint: did you mean 'table'?; {{tabel}} prints the braces\n"
        "report.md:4: env_tabel: unknown placeholder\n"
        "    hint: did you mean 'env_table'?; {{env_tabel}} prints the braces\n"
        "report.md:5: env_table: takes no query\n"
        "    hint: {table:x} asks one"
    )


def test_a_third_table_must_say_which() -> None:
    with pytest.raises(TemplateError, match=r"report\.md:3: table: which query\?\n    hint: only the first 2"):
        filled("{table}\n{table}\n{table}")
    with pytest.raises(TemplateError, match=r"report\.md:1: table: which query\?"):
        filled("{table:}")


def test_an_unknown_query_is_told_with_its_line() -> None:
    with pytest.raises(TemplateError) as refusal:
        filled("\n\n{table:unknown}")

    assert str(refusal.value) == "report.md:3: table: there is no query 'unknown'\n    hint: known: none"


def test_a_value_that_looks_like_a_placeholder_is_not_filled() -> None:
    values: dict[str, Any] = {"env_table": lambda: "{table} {tabel}"}

    assert fill("{env_table}", "report.md", table, values).strip() == "{table} {tabel}"
