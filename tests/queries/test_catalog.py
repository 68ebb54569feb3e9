"""Queries are found, and held to what their headers promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from xp.dsl.errors import QueryError
from xp.queries.catalog import Column, Param, Query, find, inline, names, parameters, parse

HEADER = """-- What is it?
--
-- One line more,
-- and another one.
--
-- param  least   double   null  smallest value
-- param  method  text     required  name of the method
-- column label   text     -     name of the trial
-- column memory  double   B     peak memory, all ranks

"""

SQL = "select label, memory from trials where memory > $least and method = $method\n"


def query(text: str) -> Query:
    return parse(Path("q.sql"), text)


def test_a_header_says_what_comes_out_and_what_goes_in() -> None:
    found = query(HEADER + SQL)

    assert (found.name, found.title, found.description) == ("q", "What is it?", "One line more, and another one.")
    assert found.columns == (
        Column("label", "text", "-", "name of the trial"),
        Column("memory", "double", "B", "peak memory, all ranks"),
    )
    assert found.params == (
        Param("least", "double", "null", "smallest value"),
        Param("method", "text", "required", "name of the method"),
    )
    assert found.sql == HEADER + SQL


def test_a_query_without_a_header_is_allowed() -> None:
    found = query("-- only mine\nselect label from trials where seed = $seed and memory > $least")

    assert (found.title, found.columns) == ("only mine", ())
    assert [(param.name, param.type) for param in found.params] == [("least", None), ("seed", None)]


def test_prose_that_begins_with_the_word_column_is_no_promise() -> None:
    assert query("-- What?\n-- column names are those of the view\nselect 1 as a").columns == ()


def test_a_parameter_that_is_not_promised_is_an_error() -> None:
    with pytest.raises(QueryError) as refusal:
        query("-- What?\n-- column a integer - one\nselect $x as a")

    assert str(refusal.value) == (
        "q.sql:3: the SQL uses the parameter 'x', which the header does not promise\n"
        "    hint: add `-- param x TYPE DEFAULT DESCRIPTION`"
    )


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select '$a', \"$b\", $c", ["c"]),
        ("select $c -- $a\n/* $b */ + $d", ["c", "d"]),
        ("select $$it is $a$$, $tag$ $b $tag$, $c", ["c"]),
        ("select a$b, $c", ["c"]),
        ("select $c + $c", ["c"]),
        ("select 'it''s $a', $c", ["c"]),
        ("select E'it\\'s $a', e'\\\\', $c", ["c"]),
        ("select $t1$ $a $t1$, $🦆$ $b $🦆$, $c", ["c"]),
    ],
)
def test_a_parameter_is_what_stands_in_no_text_and_no_comment(sql: str, expected: list[str]) -> None:
    assert parameters(sql) == expected
    assert [param.name for param in query(sql).params] == expected


def test_a_column_that_is_promised_twice_is_an_error() -> None:
    with pytest.raises(QueryError, match=r"q\.sql: the header promises the column 'a' twice"):
        query("-- What?\n-- column a integer - one\n-- column a integer - two\nselect 1 as a, 2 as a")


def test_a_column_may_have_any_name_in_quotes() -> None:
    found = query('-- What?\n-- column  "f1@5 (val)"  double  points  one\nselect 1.5::double as "f1@5 (val)"')

    assert [(column.name, column.unit) for column in found.columns] == [("f1@5 (val)", "points")]


def test_a_parameter_that_the_sql_does_not_have_is_an_error() -> None:
    with pytest.raises(QueryError) as refusal:
        query("-- What?\n-- param x integer null one\n-- column a integer - one\nselect 1 as a")

    assert str(refusal.value) == (
        "q.sql:2: the header promises the parameter 'x', which the SQL does not use\n"
        "    hint: use $x, or take the line out"
    )


def test_a_misspelt_parameter_is_named_with_its_line_and_the_near_name() -> None:
    with pytest.raises(QueryError) as refusal:
        query("-- What?\n-- param method text null one\n-- column a text - one\n\nselect\n    $methd as a")

    assert str(refusal.value) == (
        "q.sql:2: the header promises the parameter 'method', which the SQL does not use\n"
        "    hint: did you mean 'methd'?\n"
        "q.sql:6: the SQL uses the parameter 'methd', which the header does not promise\n"
        "    hint: did you mean 'method'?"
    )


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("column value number", "did you mean 'double'?"),
        ("column value number - one", "did you mean 'double'?"),
        ("column value doubel - one", "did you mean 'double'?"),
        ("param value Int null one", "did you mean 'integer'?"),
    ],
)
def test_a_misspelt_type_is_no_prose(line: str, hint: str) -> None:
    with pytest.raises(QueryError) as refusal:
        query(f"-- What?\n--\n-- {line}\nselect 1 as value")

    what = "a promise with a part missing or a type that there is not"
    assert str(refusal.value) == f"q.sql:3: {what}: {line!r}\n    hint: {hint}"


@pytest.mark.parametrize("line", ["param  x  integer", "column  a  decimal  -  one", "column  a"])
def test_half_a_promise_is_an_error(line: str) -> None:
    with pytest.raises(QueryError, match="a promise with a part missing or a type that there is not"):
        query(f"-- What?\n-- {line}\nselect 1 as a")


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    file = tmp_path / "q.sql"
    file.write_bytes(b"\xef\xbb\xbf-- What?\nselect 1 as a\n")

    assert (find(str(file)).title, find(str(file)).sql) == ("What?", "-- What?\nselect 1 as a\n")


def test_windows_line_ends_do_not_matter() -> None:
    assert query((HEADER + SQL).replace("\n", "\r\n")).columns == query(HEADER + SQL).columns


@pytest.mark.parametrize("name", ["tradeoffs", "tradeoffs.sql", "queries/tradeoffs.sql", "queries/tradeoffs"])
def test_a_saved_query_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)

    assert find(name).title == "What does each method cost and buy, compared with the baseline?"


def test_a_file_of_the_user_goes_before_a_saved_query(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("queries").mkdir()
    Path("queries/tradeoffs.sql").write_text("-- Mine?\nselect 1 as a")

    for name in ("tradeoffs", "tradeoffs.sql", "queries/tradeoffs", "queries/tradeoffs.sql"):
        assert find(name).title == "Mine?"


def test_a_misspelt_query_is_an_error_with_a_near_name() -> None:
    with pytest.raises(QueryError, match=r"there is no query 'tradeofs'\n    hint: did you mean 'tradeoffs'\?"):
        find("tradeofs")


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "q.sql"
    file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(QueryError, match="the query cannot be read: it is not UTF-8"):
        find(str(file))


def test_a_path_that_leads_to_no_file_is_no_misspelt_name(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"trials\.sql: there is no such file$"):
        find(str(tmp_path / "trials.sql"))
    with pytest.raises(QueryError, match="is a folder, not a query"):
        find(str(tmp_path))


def test_values_are_read_by_their_type() -> None:
    found = query(HEADER + SQL)

    assert found.values({"least": "1.5", "method": "3"}) == {"least": 1.5, "method": "3"}
    assert found.values({"method": "x"}) == {"least": None, "method": "x"}
    assert found.values({"least": 2, "method": "x"}) == {"least": 2, "method": "x"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"least": "much", "method": "x"},
            "parameter 'least' is of type double, got 'much'\n    hint: a number, such as 0.5",
        ),
        ({}, "query 'q' needs the parameter 'method'\n    hint: -p method=…"),
        ({"method": "x", "methd": "y"}, "query 'q' has no parameter 'methd'\n    hint: did you mean 'method'?"),
    ],
)
def test_wrong_values_are_errors(given: dict[str, str], message: str) -> None:
    with pytest.raises(QueryError) as refusal:
        query(HEADER + SQL).values(given)

    assert str(refusal.value) == message


@pytest.mark.parametrize(("text", "value"), [("TRUE", True), ("false", False)])
def test_truth_values_are_read(text: str, value: bool) -> None:
    found = query("-- What?\n-- param x boolean null one\n-- column a boolean - one\nselect $x as a")

    assert found.values({"x": text}) == {"x": value}


def test_without_a_type_a_number_is_a_number() -> None:
    found = query("select $a, $b, $c, $d, $e")
    given = {"a": "3", "b": "5e-5", "c": "5.0e-5", "d": "007", "e": "3.10"}

    assert found.values(given) == {"a": 3, "b": 5e-5, "c": 5e-5, "d": "007", "e": "3.10"}


def test_there_are_saved_queries() -> None:
    assert {"benchmarks", "datasets", "environment", "models", "tradeoffs"} <= set(names())


def test_a_query_can_stand_on_the_command_line() -> None:
    found = inline("select $x as x")

    assert (found.title, str(found.path), [param.name for param in found.params]) == ("--sql", "--sql", ["x"])
