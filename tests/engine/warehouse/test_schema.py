"""The tables describe themselves, and any DuckDB client can use them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from tests import small
from xp.dsl.measures import MEASURES
from xp.engine.layout import Layout
from xp.engine.warehouse import store
from xp.engine.warehouse.load import load
from xp.engine.warehouse.reference import unit

Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def schema() -> duckdb.DuckDBPyConnection:
    db = duckdb.connect()
    store.make_tables(db)
    return db


def test_every_table_view_and_column_is_described(schema: duckdb.DuckDBPyConnection) -> None:
    unsaid = """
        select table_name || '.' || column_name from duckdb_columns() where not internal and comment is null
        union all select table_name from duckdb_tables() where comment is null
        union all select view_name from duckdb_views() where not internal and comment is null
        union all select function_name from duckdb_functions() where not internal and comment is null
    """

    assert schema.execute(unsaid).fetchall() == []


def test_every_number_with_a_fraction_has_a_unit(schema: duckdb.DuckDBPyConnection) -> None:
    doubles = """
        select distinct table_name || '.' || column_name, data_type, comment, exists (
            from duckdb_columns() as beside where beside.table_name = told.table_name and beside.column_name = 'unit'
        )
        from duckdb_columns() as told where not internal and data_type = 'DOUBLE'
    """

    found = schema.execute(doubles).fetchall()

    assert [name for name, kind, told, has_units in found if not unit(kind, told, has_units=has_units)] == []


@pytest.mark.parametrize(("view", "others"), [("attempts", {"cost"}), ("trials", set())])
def test_every_measure_is_a_column_of_attempts_and_trials(
    schema: duckdb.DuckDBPyConnection, view: str, others: set[str]
) -> None:
    columns = schema.execute("select column_name from duckdb_columns() where table_name = ?", [view]).fetchall()

    # an attempt can be part of several experiments, each with its own prices
    assert {measure.name for measure in MEASURES} - others <= {name for (name,) in columns}


def test_impossible_rows_are_refused(schema: duckdb.DuckDBPyConnection) -> None:
    insert = "insert into attempt (attempt_key, trial, attempt, state) values "
    schema.execute(insert + "(1, 'a', 1, 'completed')")
    for row in ("(2, 'a', 1, 'completed')", "(2, 'a', 2, 'fine')", "(2, 'a', 0, 'failed')", "(1, 'b', 1, null)"):
        with pytest.raises(duckdb.ConstraintException):
            schema.execute(insert + row)


def test_another_client_reads_the_file_without_this_program(filled: Layout) -> None:
    script = (
        "import duckdb, sys; db = duckdb.connect(sys.argv[1], read_only=True); "
        "print(db.execute(\"select count(*) from trials where state = 'completed' "
        "and experiment = chosen('small')\").fetchall())"
    )

    done = subprocess.run(
        [sys.executable, "-I", "-c", script, str(filled.warehouse)], capture_output=True, text=True, check=True
    )

    assert done.stdout == "[(8,)]\n"


def test_a_file_can_be_read_by_duckdb_of_before(filled: Layout, rows: Rows) -> None:
    said = "select tags['storage_version'] from duckdb_databases() where path = ?"

    assert rows(filled, said, [str(filled.warehouse)]) == [("v1.5.0+",)]


def test_effects_pair_each_trial_with_the_baseline_of_its_context_and_seed(filled: Layout, rows: Rows) -> None:
    found = rows(
        filled,
        "select seed, baseline_trial, value, baseline_value, ratio, difference, reason "
        "from effects where method = 'freeze-encoder' and measure = 'memory' order by seed",
    )

    assert found == [
        (1, "000000000001", 400e6, 800e6, 0.5, -400e6, None),
        (2, "000000000002", None, 800e6, None, None, "running"),
        (3, "000000000003", 400e6, 800e6, 0.5, -400e6, None),
    ]


def test_a_running_attempt_that_a_later_one_followed_was_interrupted(empty: Layout, rows: Rows) -> None:
    trial = small.Trial("baseline", 1)
    small.running(empty, trial, small.START)
    small.running(empty, trial, small.START + 10)

    load(empty)

    assert rows(empty, "select attempt, state from attempts order by attempt") == [(1, "interrupted"), (2, "running")]


def test_a_completed_attempt_speaks_for_a_trial_also_when_a_later_one_failed(empty: Layout, rows: Rows) -> None:
    small.plan(empty)
    trial = small.Trial("baseline", 1)
    small.completed(empty, trial)
    again = small.attempt(empty, trial, small.START + 100)
    again.start()
    again.metrics(predict_rouge1=1.0, train_runtime=3.0)
    again.end("failed", "it broke")

    load(empty)

    found = rows(empty, "select state, attempts, attempt, rouge1 from trials where trial = ?", [trial.id])
    assert found == [("completed", 2, 1, 50.0)]
    # what a failed attempt measured is kept
    assert rows(empty, "select attempt, rouge1, runtime from attempts order by attempt") == [(1, 50, 10), (2, 1, 3)]


def test_memory_is_unknown_as_long_as_a_rank_has_not_recorded_it(empty: Layout, rows: Rows) -> None:
    small.plan(empty)
    attempt = small.attempt(empty, small.Trial("baseline", 1))
    attempt.start()
    attempt.rank(0, "metrics", step=None, values={"train_peak_memory": 5})
    load(empty)
    assert rows(empty, "select memory from attempts") == [(None,)]

    attempt.rank(1, "metrics", step=None, values={"train_peak_memory": 6})
    load(empty)

    assert rows(empty, "select memory from attempts") == [(11.0,)]


def test_speed_is_not_compared_where_one_side_alone_was_disturbed(empty: Layout, rows: Rows) -> None:
    small.plan(empty)
    for method, contended in (("baseline", False), ("zero2", True)):
        attempt = small.attempt(empty, small.Trial(method, 1))
        attempt.start(contended=contended)
        attempt.train()
        attempt.end("completed")

    load(empty)

    found = rows(empty, "select measure, ratio, reason from effects where method = 'zero2' and seed = 1")
    assert {
        measure: (ratio is not None, reason) for measure, ratio, reason in found if measure in ("speed", "memory")
    } == {
        "speed": (False, "contended on one side only"),
        "memory": (True, None),
    }


@pytest.mark.parametrize(
    ("metric", "scores", "told"),
    [
        ("predict_rouge1", (0.0, 5.0), ("accuracy", None, 5.0, "1 baseline zero, 2 pending")),
        # -3 is less than -2: their quotient would call it more
        (
            "train_steady_samples_per_second",
            (-2.0, -3.0),
            ("speed", None, -1.0, "1 baseline not positive, 2 pending"),
        ),
    ],
)
def test_a_ratio_to_nothing_or_less_is_none(
    empty: Layout, rows: Rows, metric: str, scores: tuple[float, float], told: tuple[Any, ...]
) -> None:
    small.plan(empty)
    for method, score in zip(("baseline", "zero2"), scores, strict=True):
        attempt = small.attempt(empty, small.Trial(method, 1))
        attempt.start()
        attempt.metrics(**{metric: score})
        attempt.end("completed")

    load(empty)

    select = "select measure, ratio, difference, note from method_effects where (method, n, ratio_n) = ('zero2', 1, 0)"
    assert rows(empty, select) == [told]
