"""One statement that reads, and nothing else."""

from __future__ import annotations

import pytest

from xp.queries.statement import arrow, problems


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "no statement in the file", id="empty"),
        pytest.param("-- todo\n", "no statement in the file", id="only-a-comment"),
        pytest.param("/* todo */ ;", "no statement in the file", id="only-a-semicolon"),
        pytest.param("select 1; drop table metric", "2 statements, where a query is one SELECT", id="two"),
        pytest.param("select 1; select 2; select 3", "3 statements, where a query is one SELECT", id="three"),
        pytest.param("insert into metric values (1)", "a query is one SELECT, and this is INSERT", id="writes"),
        pytest.param("with x as (delete from t returning *) select 1", "and this is DELETE", id="writes-inside"),
        pytest.param("copy trials to 'x.csv'", "a query is one SELECT, and this is COPY", id="copy"),
        pytest.param("checkpoint", "a query is one SELECT, and this is CHECKPOINT", id="a-word-that-is-no-column"),
        pytest.param("truncate metric", "a query is one SELECT, and this is TRUNCATE", id="truncate"),
        pytest.param("begin", "a query is one SELECT, and this is BEGIN", id="begin"),
    ],
)
def test_what_is_no_query_is_named(text: str, message: str) -> None:
    (problem,) = problems(text, "q.sql")

    assert message in problem.message
    assert problem.where == "q.sql"


@pytest.mark.parametrize(
    "text",
    [
        "select 1; -- done",
        "from trials",
        "summarize trials",
        "describe trials",
        "show tables",
        "show trials",
        "values (1)",
        "pivot trials on method using max(accuracy)",
        "select variant ->> 'dataset' as dataset from trials",
        "select list_transform([1, 2], lambda x: x + 1)",
        "select json_type(variant -> 'seed'), coalesce(variant -> 'a', '1') from trials",
    ],
)
def test_what_reads_is_a_query(text: str) -> None:
    assert problems(text, "q.sql") == []


@pytest.mark.parametrize("text", ["select 1 frm x y z", "select 'abc", "/* x", "select ((((1"])
def test_what_sqlglot_cannot_read_is_left_to_duckdb(text: str) -> None:
    assert problems(text, "q.sql") == []


def test_a_lambda_with_an_arrow_has_a_place_and_a_way_out() -> None:
    problem = arrow("select json_type(variant -> 'a'),\n  list_transform([1, 2], (x, i) -> x + i)", "q.sql")

    assert str(problem) == (
        "q.sql:2:33: DuckDB takes no lambda with an arrow\n    hint: write `lambda x: x + 1` in place of `x -> x + 1`"
    )
