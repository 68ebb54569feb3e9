"""Columns are followed through every view to the tables, and to the metrics that are named."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot

from xp.dsl.errors import QueryError
from xp.dsl.measures import MEASURES
from xp.engine.warehouse import definitions
from xp.engine.warehouse.sandbox import emptiness
from xp.queries.catalog import find, names, parse
from xp.queries.lineage import ColumnOrigin, origins

SCHEMA = {
    "latest": {"attempt": "bigint", "name": "text", "value": "double"},
    "attempt": {"attempt": "bigint", "trial": "text"},
    "numbers": {"trial": "text", "memory": "double", "count": "bigint"},
}
VIEWS = {
    "numbers": """
        create view numbers as
        select attempt.trial, max(latest.value) filter (where latest.name = 'peak') as memory, count(*) as count
        from latest join attempt using (attempt) group by attempt.trial
    """
}


def traced(sql: str) -> list[ColumnOrigin]:
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    assert isinstance(tree, sqlglot.exp.Select)
    return origins(parse(Path("q.sql"), sql), tree.named_selects, SCHEMA, VIEWS, {"speed": "samples_per_second"})


def test_a_column_of_a_view_comes_from_the_tables_below_it() -> None:
    memory, trial, fixed = traced("select memory * 2 as twice, trial as t, 1 as one from numbers")

    assert memory == ColumnOrigin("twice", ("latest.name", "latest.value"), ("numbers",), ("peak",))
    assert (trial.sources, trial.metrics) == (("attempt.trial",), ())
    assert fixed == ColumnOrigin("one", (), (), ())


def test_the_nearest_name_counts_and_a_measure_is_told_as_its_metric() -> None:
    (value,) = traced(
        "with c as (select value, name as measure from latest) "
        "select max(value) filter (where measure = 'speed') as v from c"
    )

    assert value.metrics == ("samples_per_second",)


def test_a_condition_of_the_query_names_a_metric_too() -> None:
    (value,) = traced("select value from latest where name = 'loss'")

    assert value.metrics == ("loss",)


def test_what_cannot_be_followed_is_an_error() -> None:
    with pytest.raises(QueryError, match="sqlglot cannot follow the columns: "):
        origins(parse(Path("q.sql"), "select value from latest"), ["other"], SCHEMA, VIEWS, {})


def test_a_column_behind_a_star_is_followed() -> None:
    (memory,) = origins(parse(Path("q.sql"), "select * from numbers"), ["memory"], SCHEMA, VIEWS, {})

    assert memory.metrics == ("peak",)


def test_every_column_of_every_saved_query_can_be_followed() -> None:
    with emptiness() as db:
        schema, views = definitions.schema(db), definitions.views(db)
    metrics: dict[str, str] = {measure.name: measure.metric for measure in MEASURES}
    for name in names():
        query = find(name)
        columns = [column.name for column in query.columns]
        found = origins(query, columns, schema, views, metrics)
        assert [origin.column for origin in found] == columns
        assert all(source.partition(".")[0] not in views for origin in found for source in origin.sources)
    (memory,) = origins(find("tradeoffs"), ["memory"], schema, views, metrics)
    assert memory.metrics == ("train_peak_memory",)
    assert "latest.value" in memory.sources
