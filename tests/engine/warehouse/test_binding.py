"""A query is held to the warehouse's names and types without being run, and DuckDB is the judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from xp.engine.warehouse.binding import faults, original, patched
from xp.engine.warehouse.sandbox import emptiness
from xp.queries.catalog import parse

Faults = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def empty_warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty warehouse in memory."""
    with emptiness() as db:
        yield db


@pytest.fixture
def told(empty_warehouse: duckdb.DuckDBPyConnection) -> Faults:
    """Return what is wrong with a query, as one line each."""
    return lambda text: [
        f"{problem.where}: {problem.message}" for problem in faults(empty_warehouse, parse(Path("q.sql"), text))
    ]


def test_all_unknown_names_are_told_at_once_with_their_places(told: Faults) -> None:
    text = "select trial,\n  'é' as e, eval_rogue1, seeed, t.lable\nfrom trials as t\nwhere memroy > 3 and seeed = 1"

    assert told(text) == [
        'q.sql:2:13: referenced column "eval_rogue1" not found in FROM clause',
        'q.sql:2:26: referenced column "seeed" not found in FROM clause',
        'q.sql:2:33: values list "t" does not have a column named "lable"',
        'q.sql:4:7: referenced column "memroy" not found in FROM clause',
    ]


def test_all_unknown_tables_are_told_at_once(told: Faults) -> None:
    assert told("select 1 from trails join efects using (trial)") == [
        "q.sql:1:15: table with name trails does not exist",
        "q.sql:1:27: table with name efects does not exist",
    ]


def test_near_names_are_offered(empty_warehouse: duckdb.DuckDBPyConnection) -> None:
    (table,) = faults(empty_warehouse, parse(Path("q.sql"), "select 1 from trails"))
    (column,) = faults(empty_warehouse, parse(Path("q.sql"), "select t.lable from trials as t"))
    (bare,) = faults(empty_warehouse, parse(Path("q.sql"), "select trial, eval_rogue1 from trials"))
    (metrics,) = faults(empty_warehouse, parse(Path("q.sql"), "from metrcs"))
    (quoted,) = faults(empty_warehouse, parse(Path("q.sql"), 'from trials where method = "zero2"'))

    assert (table.hint, column.hint) == ('Did you mean "trials"?', "did you mean 'label'?")
    assert bare.hint == "did you mean 'rouge1'?"
    assert 'Did you mean "metric' in metrics.hint
    assert quoted.hint == "did you mean 'rouge2'?; a text stands in single quotes: 'zero2'"


def test_no_column_is_offered_of_a_view_that_the_query_hides(empty_warehouse: duckdb.DuckDBPyConnection) -> None:
    (found,) = faults(empty_warehouse, parse(Path("q.sql"), "with trials as (select 1 as x) select method from trials"))

    assert found.hint == 'Candidate bindings: "x"'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("select trial from trials, attempt", 'q.sql:1:8: ambiguous reference to column name "trial"'),
        ("select finit(seed) from trials", "q.sql:1:8: scalar Function with name finit does not exist"),
        ("select * from read_csv('x')", 'q.sql:1:15: cannot access file "x" - file system operations are disabled'),
        ("select * from glob('/*')", "file system operations are disabled"),
        ("select * from 'x.parquet'", 'cannot access file "x.parquet" - file system operations are disabled'),
        ("select getenv('HOME')", "q.sql:1:8: scalar Function with name getenv does not exist"),
        ("select 1 frm x", 'q.sql:1:14: syntax error at or near "x"'),
        ("select 5!; drop table metric", "q.sql: 2 statements, where a query is one SELECT"),
        ("select 1; select 2", "q.sql: 2 statements, where a query is one SELECT"),
        ("drop table metric", "q.sql: a query is one SELECT, and this is DROP"),
        ("export database 'x'", "q.sql: a query is one SELECT, and DuckDB finds EXPORT"),
        ("-- todo", "q.sql: no statement in the file"),
        ("select list_transform([1], x -> x)", "q.sql:1:30: DuckDB takes no lambda with an arrow"),
        ("select variant -> 'a', list_transform([1], x -> x) from trials", "q.sql:1:46: DuckDB takes no lambda"),
        ("select 'lambda', list_transform([1], x -> x)", "q.sql:1:40: DuckDB takes no lambda with an arrow"),
        ("select json_type(variant -> 'a'), lable from trials", 'q.sql:1:35: referenced column "lable" not found'),
        ("from metrcs", "q.sql:1:6: table with name metrcs does not exist"),
        ("select lable from (pivot trials on method using max(accuracy)), trails", "table with name trails does"),
        ("select sum(method) from trials", "q.sql:1:8: no function matches"),
        ("select seed from trials where count(*) > 1", "q.sql:1:31: WHERE clause cannot contain aggregates"),
        ("select * from '/etc/passwd'", "q.sql:1:15: table with name /etc/passwd does not exist"),
        ("select $1", "q.sql: values were not provided for the following parameters: 1"),
    ],
)
def test_what_cannot_run_is_refused(told: Faults, text: str, message: str) -> None:
    (line,) = told(text)

    assert message in line


@pytest.mark.parametrize(
    "text",
    [
        "from trials select label",
        "select * from trials positional join attempts",
        "select a.t from (values (2)) a(t) asof join (values (1)) b(t) on a.t >= b.t",
        "from metrics qualify row_number() over (partition by trial order by step desc) = 1",
        "select {'a': 1}.a",
        "select * exclude (label) from trials",
        "select columns('memory|speed') from trials",
        "pivot trials on method using max(accuracy) group by seed",
        "select baseline from (pivot trials on method using max(accuracy) group by seed)",
        "-- What?\n-- column seed integer - one\n-- column a double - b\nfrom (pivot trials on method using max(loss))",
        "select json_type(variant -> 'seed') from trials",
        "select coalesce(variant -> 'a', context -> 'a') from trials where (variant ->> 'a') = 'lambda'",
        "select list_transform([variant], lambda x: x -> 'a') from trials",
        "unpivot (select seed, memory, speed from trials) on memory, speed into name measure value number",
        "with c as (select {'inner': 1} as s) select s.inner as made from c order by made",
        "select label as l from trials where l = 'x' group by all order by all limit $n",
        "select list_transform([1, 2], lambda x: x + 1)",
        "summarize trials",
        "select a // 2, a ** 2 from (select 5 as a)",
        "select max(value) filter (where name = 'loss') from metrics where value between $low and $high",
        "from trials tablesample 10% select label",
    ],
)
def test_valid_duckdb_is_not_refused(told: Faults, text: str) -> None:
    assert told(text) == []


HEADER = "-- What?\n-- param {name} {type} null one\n-- column a {column} - one\n"


@pytest.mark.parametrize(
    ("kind", "select", "column", "message"),
    [
        ("text", "select seed as a from trials where seed = $x", "integer", '"trials"."seed", which is bigint'),
        ("integer", "select seed as a from trials where $x = method", "integer", '"trials"."method", which is text'),
        ("boolean", "select seed as a from trials where memory > $x", "integer", "which is double"),
    ],
)
def test_a_parameter_of_another_type_than_its_column_is_told(
    told: Faults, kind: str, select: str, column: str, message: str
) -> None:
    (line,) = told(HEADER.format(name="x", type=kind, column=column) + select)

    assert line.startswith(f"q.sql: parameter 'x' of type {kind} is compared with")
    assert message in line


def test_parameters_of_the_right_types_are_no_problem(told: Faults) -> None:
    text = "-- What?\n-- param n integer 3 one\n-- param s text null two\n-- column a double - one\n"

    assert told(f"{text}select memory as a from trials where seed > $n and method = $s limit $n") == []


def test_promised_columns_are_compared_with_those_that_there_are(told: Faults) -> None:
    text = "-- What?\n-- column a text - one\n-- column b text - two\n"

    assert told(f"{text}select seed as a, method as c from trials") == [
        "q.sql: the header promises columns ['a', 'b'], the SQL has ['a', 'c']"
    ]
    assert told(f"{text}select seed as a, method as b from trials") == [
        "q.sql: the header promises that 'a' is text, the SQL makes it integer"
    ]


def test_a_query_that_never_ends_is_checked_at_once(told: Faults) -> None:
    assert told("with recursive t as (select 1 as a union all select a + 1 from t) select count(*) from t") == []


def test_places_in_an_edited_text_are_those_of_the_text_itself() -> None:
    sql = "select a, bcdefgh, c"
    edits = {7: (1, "null"), 10: (7, "x")}

    new = patched(sql, edits)

    assert new == "select null, x, c"
    assert [original(new.rindex(word), edits) for word in ("null", "x", "c")] == [7, 10, 19]
