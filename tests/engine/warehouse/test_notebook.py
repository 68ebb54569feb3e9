"""The warehouse in a notebook, and in any client of DuckDB."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests import small
from xp.dsl.errors import QueryError
from xp.engine import warehouse
from xp.engine.layout import Layout
from xp.engine.warehouse import store
from xp.queries import catalog


def test_a_saved_query_is_asked_by_name(filled: Layout) -> None:
    found = warehouse.open(filled.root).query("best", rows=2)

    assert [row["value"] for row in found.rows()] == [54, 53]
    assert found.arrow().column_names == ["label", "score", "value", "unit", "trial"]
    assert found.query.title == "Which trials are best?"


def test_sql_has_bound_parameters(filled: Layout) -> None:
    asked = warehouse.open(str(filled.root)).sql

    assert asked("select count(*) as n from trials where seed = $seed", seed=1).rows() == [{"n": 4}]
    with pytest.raises(QueryError, match="a query is one SELECT, and this is DROP"):
        asked("drop table metric")


def test_pandas_gets_types(filled: Layout) -> None:
    frame = warehouse.open(filled.root).query("trials").pandas()

    assert list(frame)[:2] == ["label", "state"]
    assert frame["accuracy"].dtype == float
    assert str(frame["started"].dtype).startswith("datetime64[us")


def test_polars_is_given_the_table(filled: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    class Polars:
        """Stands in for a library that need not be installed."""

        @staticmethod
        def from_arrow(table: Any) -> int:
            """Return how many rows came."""
            return int(table.num_rows)

    monkeypatch.setitem(sys.modules, "polars", Polars)

    assert warehouse.open(filled.root).query("trials").polars() == 12


def test_polars_that_is_not_there_is_told_with_a_way_out(filled: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)

    with pytest.raises(ModuleNotFoundError, match="polars is not installed: pip install polars"):
        warehouse.open(filled.root).query("trials").polars()


def test_a_shell_shows_a_table_and_no_sql(filled: Layout) -> None:
    shown = repr(warehouse.open(filled.root).sql("select 2.5::double as number"))

    assert "| number |" in shown
    assert "select" not in shown


def test_a_notebook_shows_a_table(filled: Layout) -> None:
    opened = warehouse.open(filled.root)

    assert "baseline · dialogues · seed 3" in opened.query("best")._repr_markdown_()
    assert "2.5" in opened.sql("select 2.5::double as number")._repr_markdown_()


def test_what_a_run_has_written_since_is_there(empty: Layout) -> None:
    opened = warehouse.open(empty.root)
    assert opened.query("trials").rows() == []

    small.plan(empty)

    assert len(opened.query("trials").rows()) == 12


def test_the_saved_queries_are_told_with_their_questions() -> None:
    questions = warehouse.open("nowhere").queries()

    assert list(questions) == catalog.names()
    assert questions["trials"] == "Which trials does the experiment have, and how far are they?"
    assert not Path("nowhere").exists()


def test_the_file_itself_answers_in_any_client(filled: Layout) -> None:
    with duckdb.connect(str(filled.warehouse), read_only=True) as db:
        for (view,) in db.execute("select view_name from duckdb_views() where not internal").fetchall():
            db.execute(f'from "{view}"').fetchall()
        for name in catalog.names():
            query = catalog.find(name)
            given = {param.name: "loss" for param in query.params if param.name == "metric"}
            db.execute(query.sql, query.values(given)).fetchall()
        assert db.execute("select finite('nan'::double), tally(x) from (values ('a')) t(x)").fetchall() == [
            (None, "1 a")
        ]
        assert db.execute("select version from schema_version").fetchall() == [(store.VERSION,)]
