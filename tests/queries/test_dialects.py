"""Queries for other databases, and what of them cannot be said there."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot

from xp.dsl.errors import QueryError
from xp.queries.catalog import parse
from xp.queries.dialects import Macros, translated

MACROS: Macros = {"finite": (["number"], "case when isfinite(number) then number end")}


def other(sql: str, dialect: str) -> str:
    return translated(parse(Path("q.sql"), sql), dialect, MACROS)


@pytest.mark.parametrize(
    ("dialect", "part"),
    [
        ("postgres", "%(seed)s"),
        ("snowflake", "ORDER BY"),
        ("bigquery", "@seed"),
        ("sqlite", ":seed"),
        ("SNOWFLAKE", "LIMIT 3"),
    ],
)
def test_a_query_is_written_for_another_database(dialect: str, part: str) -> None:
    text = other("from trials select label where seed = $seed order by label limit 3", dialect)

    assert part in text
    assert text.startswith("SELECT\n  label\nFROM trials")


def test_a_macro_of_the_warehouse_is_written_out() -> None:
    text = other("select avg(finite(accuracy)) as a from trials", "postgres")

    assert "CASE WHEN" in text
    assert "finite(" not in text.lower().replace("isfinite(", "")


def test_what_cannot_be_translated_is_said() -> None:
    text = other("select a from t asof join u on t.x >= u.x where nosuch(a) > 1", "sqlite")

    assert "-- not translated: the function nosuch is passed on as it is\n" in text
    assert "-- not translated: ASOF JOIN is passed on as it is\n" in text


def test_a_generator_that_gives_up_is_quoted() -> None:
    assert other("select a from t tablesample 10%", "sqlite").startswith("-- not translated: TABLESAMPLE unsupported\n")


def test_an_unknown_dialect_has_a_near_name() -> None:
    with pytest.raises(QueryError, match=r"there is no dialect 'postgress'\n    hint: did you mean 'postgres'\?"):
        other("select 1", "postgress")


def test_duckdb_is_a_dialect_as_well() -> None:
    text = other("select 1 as a", "duckdb")

    assert sqlglot.parse_one(text, dialect="duckdb") == sqlglot.parse_one("select 1 as a", dialect="duckdb")
