"""What comes out of the warehouse, and what cannot be done to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from tests import small
from tests.engine.warehouse.test_load import hold
from xp.dsl.errors import QueryError, WarehouseError
from xp.engine.cli.main import main
from xp.engine.journal import Journal
from xp.engine.layout import Layout
from xp.engine.warehouse import store
from xp.engine.warehouse.ask import Answer, arrow, ask, plan, session
from xp.engine.warehouse.load import load
from xp.engine.warehouse.sandbox import Limits
from xp.queries import catalog
from xp.queries.catalog import Column

Ask = Callable[..., Answer]

Rows = Callable[..., list[tuple[Any, ...]]]

NAMES = (
    *("predict_rouge1", "predict_rouge2", "predict_rougeL", "predict_rougeLsum", "train_loss", "predict_loss"),
    *("eval_loss", "train_peak_memory", "evaluate_peak_memory", "predict_peak_memory", "parameter_memory"),
    *("gradient_memory", "optimizer_state_memory", "init_memory", "train_runtime", "train_device_seconds"),
    *("train_steady_samples_per_second", "energy_consumed", "emissions"),
)
"""Metrics that views have a column for."""

LIMITS = Limits(seconds=60, memory=500_000_000)


@pytest.fixture
def sql(filled: Layout, tmp_path: Path) -> Ask:
    """Ask the small experiment's warehouse a query that a user wrote."""

    def run(text: str, layout: Layout = filled, limits: Limits = LIMITS, **params: Any) -> Answer:
        file = tmp_path / "q.sql"
        file.write_text(text, encoding="utf-8")
        query = catalog.find(str(file))
        return ask(layout, query, query.values(params), limits)

    return run


def test_an_answer_has_a_title_and_columns_as_the_header_promises(filled: Layout) -> None:
    query = catalog.find("datasets")

    answer = ask(filled, query, query.values({}))

    assert answer.title == "How many samples have the data sets, and how long are they?"
    assert [column.name for column in answer.columns][:3] == ["dataset", "model", "train"]
    assert {column.unit for column in answer.columns} == {"-", "words", "tokens", "%"}


def test_a_query_without_a_header_has_the_columns_that_duckdb_finds(sql: Ask) -> None:
    answer = sql(
        "select method, count(*) as n, 0.5::double as half, max(started) as last from trials group by 1 limit 1"
    )

    assert [(column.name, column.type) for column in answer.columns] == [
        ("method", "text"),
        ("n", "integer"),
        ("half", "double"),
        ("last", "timestamp"),
    ]


def test_columns_of_one_name_are_told_apart(filled: Layout, sql: Ask) -> None:
    text = "select 1 as a, 2 as a, 3 as A, 4 as a"
    table = arrow(filled, catalog.inline(text), {})

    assert [column.name for column in sql(text).columns] == ["a", "a_1", "A", "a_2"]
    assert table.to_pylist() == [{"a": 1, "a_1": 2, "A": 3, "a_2": 4}]


def test_a_parameter_without_a_name_has_a_way_out(sql: Ask) -> None:
    with pytest.raises(QueryError, match=r"parameters: 1\n    hint: parameters have names: write \$seed"):
        sql("select seed from trials where seed = ?")


def test_an_answer_that_breaks_the_promise_of_its_header_is_an_error(sql: Ask) -> None:
    with pytest.raises(QueryError, match=r"the header promises columns \['a'\], the answer has \['experiment'"):
        sql("-- What?\n-- column a text - one\nfrom experiment")


def test_where_nothing_was_loaded_there_are_no_rows(tmp_path: Path) -> None:
    query = catalog.find("trials")

    assert ask(Layout(tmp_path / "nowhere"), query, query.values({})).rows == []
    assert list(tmp_path.iterdir()) == []


def test_a_misspelt_experiment_is_an_error(filled: Layout) -> None:
    query = catalog.find("trials")

    with pytest.raises(QueryError, match="there is no experiment 'smal' in the warehouse"):
        ask(filled, query, query.values({"experiment": "smal"}))


def test_parameters_are_bound_and_never_pasted(sql: Ask) -> None:
    hostile = "x'; drop table trial; --"

    assert sql("select $name as name", name=hostile).rows == [(hostile,)]


def test_a_number_finds_itself_again(sql: Ask) -> None:
    # of eleven trials, one is a search that decides it
    assert sql("select count(*) from setting where name = 'learning_rate' and number = 5e-5").rows == [(10,)]
    assert sql("select count(*) from setting where name = 'learning_rate' and number = $lr", lr="5e-5").rows == [(10,)]


def test_nan_wins_nothing(empty: Layout, sql: Ask) -> None:
    # scores 53.4, NaN, 54.1 and none at all
    for seed, score in zip((1, 2, 3), (53.4, float("nan"), 54.1), strict=True):
        attempt = small.attempt(empty, small.Trial("baseline", seed))
        attempt.start()
        attempt.metrics(predict_rouge1=score)
        attempt.end("completed")
    running = small.attempt(empty, small.Trial("zero2", 1))
    running.start()
    small.plan(empty)
    load(empty)
    best = catalog.find("best")

    assert sql("select label, rouge1 from trials order by rouge1 desc limit 1", empty).rows == [
        ("baseline · dialogues · seed 3", 54.1)
    ]
    assert sql("select max(rouge1), avg(rouge1), count(rouge1) from trials", empty).rows == [
        (54.1, pytest.approx(53.75), 2)
    ]
    for measure in (None, "accuracy", "rouge1"):
        answer = ask(empty, best, best.values({"measure": measure} if measure else {}))
        assert [row[2] for row in answer.rows] == [54.1, 53.4]
    assert sql("select seed, rouge1, not_finite from trials where not_finite is not null", empty).rows == [
        (2, None, "accuracy, rouge1")
    ]
    assert sql("select count(*) from metrics where isnan(value)", empty).rows == [(1,)]


NUMBERS = """
select table_name, list(column_name) from duckdb_columns() join duckdb_views() on view_name = table_name
where not duckdb_views.internal and data_type = 'DOUBLE' and table_name not in ('metrics', 'session_sums')
group by table_name
"""
"""Numbers of views, but for the two that have them as they were recorded."""


def test_no_view_hands_out_a_number_that_is_not_finite(empty: Layout, rows: Rows) -> None:
    own: dict[str, Any] = {
        "name": "own",
        "metric": "predict_rouge2",
        "unit": "points",
        "better": "higher",
        "over_ranks": "max",
    }
    own |= {"meaning": "", "scale": "difference", "margin": 1.0, "over_sessions": "last"}
    small.plan(empty, measures=[own], objective={"metric": "eval_loss", "goal": "minimize"})
    for trial in (small.Trial("baseline", 1), small.Trial("zero2", 1)):
        new = small.attempt(empty, trial)
        new.start()
        new.train()
        for rank in (0, 1):
            values = dict.fromkeys(NAMES, "NaN" if trial.method == "zero2" else "-Infinity")
            new.rank(rank, "metrics", after=9, step=None, values=values)
        new.end("completed")
    load(empty)
    numbers: dict[str, list[str]] = dict(rows(empty, NUMBERS))

    wrong = {view: " or ".join(f'not isfinite("{name}")' for name in names) for view, names in numbers.items()}
    counts = ", ".join(f'(select count(*) from "{view}" where {told})' for view, told in wrong.items())
    assert rows(empty, f"select {counts}") == [(0,) * len(numbers)]
    assert {"attempts", "trials", "effects", "trial_scores", "own_trial_measures"} <= numbers.keys()
    reasons = rows(empty, "select distinct measure, reason from effects where method = 'zero2' and seed = 1")
    assert {("own", "not finite"), ("loss", "not finite"), ("memory", "not finite")} <= {*reasons}
    assert rows(empty, "select count(*) from metrics where not isfinite(value)")[0][0] == 2 * 2 * len(NAMES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("copy trials to '/tmp/x.csv'", "a query is one SELECT, and this is COPY"),
        ("attach '/tmp/other.duckdb' as other", "a query is one SELECT, and this is ATTACH"),
        ("install httpfs", "a query is one SELECT, and this is INSTALL"),
        ("load httpfs", "a query is one SELECT, and this is LOAD"),
        ("pragma database_list", "a query is one SELECT, and this is PRAGMA"),
        ("set memory_limit = '1TB'", "a query is one SELECT, and this is SET"),
        ("create table x as select 1", "a query is one SELECT, and this is CREATE"),
        ("call pragma_version()", "a query is one SELECT, and this is CALL"),
        ("export database '/tmp/x'", "a query is one SELECT, and DuckDB finds EXPORT"),
        ("delete from metric", "a query is one SELECT, and this is DELETE"),
        ("with x as (delete from metric returning *) select 1", "a query is one SELECT, and this is DELETE"),
        ("select 1; drop table metric", "2 statements, where a query is one SELECT"),
        ("select 1; select 2", "2 statements, where a query is one SELECT"),
        ("select * from read_csv('/etc/passwd')", "disabled by configuration"),
        ("select * from read_text('/etc/passwd')", "disabled by configuration"),
        ("select * from '/etc/passwd'", "table with name /etc/passwd does not exist"),
        ("select * from glob('/etc/*')", "disabled by configuration"),
        ("select * from read_parquet('https://example.org/x.parquet')", "disabled by configuration"),
        ("select * from answer", "table with name answer does not exist"),
        ("select write_blob('x', '/tmp/x')", "does not exist"),
        ("select getenv('HOME')", "does not exist"),
        ("select * from query('drop table metric')", "expected a single SELECT"),
        ("select * from query('select * from read_text(''/etc/passwd'')')", "disabled by configuration"),
        ("select * from enable_logging()", "the configuration has been locked"),
        ("select * from duckdb_secrets()", "disabled by configuration"),
        ("select * from sniff_csv('/etc/passwd')", "disabled by configuration"),
        ("select * from read_duckdb('/etc/x')", "disabled by configuration"),
        ("select * from sqlite_scan('/etc/x', 't')", "is not in the catalog"),
        ("select " + "(" * 3000 + "1" + ")" * 3000, "expression depth"),
        ("-- todo", "no statement in the file"),
        ("", "no statement in the file"),
    ],
)
def test_hostile_sql_is_refused(sql: Ask, filled: Layout, text: str, message: str) -> None:
    before = filled.warehouse.read_bytes()

    with pytest.raises(QueryError, match=message):
        sql(text)

    assert filled.warehouse.read_bytes() == before


LOOP = "with recursive t as (select 1 as a union all select a + 1 from t) select count(*) from t"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("select sum(a.range * b.range) from range(10000000) as a, range(10000000) as b", id="cross-join"),
        pytest.param(LOOP, id="recursion-without-end"),
    ],
)
def test_a_query_that_takes_too_long_is_stopped(sql: Ask, text: str) -> None:
    with pytest.raises(QueryError, match=r"the query took longer than 0\.3 s"):
        sql(text, limits=Limits(seconds=0.3, memory=500_000_000))


def test_each_question_of_a_session_has_its_own_time(filled: Layout) -> None:
    endless, short = catalog.inline(LOOP), catalog.inline("select 1")
    files = [*Path("/proc/self/fd").iterdir()]

    with session(filled, Limits(seconds=0.3, memory=500_000_000)) as put:
        for _ in range(2):
            with pytest.raises(QueryError, match=r"the query took longer than 0\.3 s"):
                put(endless, {})
            assert put(short, {}).rows == [(1,)]

    assert [*Path("/proc/self/fd").iterdir()] == files


def test_a_text_that_is_asked_again_has_other_values_and_is_refused_again(filled: Layout) -> None:
    bound, drop = catalog.inline("select $value as value"), catalog.inline("drop table metric")

    with session(filled, LIMITS) as put:
        assert [put(bound, {"value": value}) for value in (1, "a")] == [
            Answer("--sql", (Column("value", "integer", "-", ""),), [(1,)]),
            Answer("--sql", (Column("value", "text", "-", ""),), [("a",)]),
        ]
        for _ in range(2):
            with pytest.raises(QueryError, match="a query is one SELECT, and this is DROP"):
                put(drop, {})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("select length(string_agg(repeat('x', 1000000), '')) from range(100000)", id="one-long-text"),
        pytest.param("select * from range(1000000000) order by hash(range) limit 1 offset 500000000", id="sorting"),
        pytest.param("select list_sum(list_transform(range(3000000000), lambda x: x * 2))", id="one-long-list"),
        pytest.param(
            "with recursive t as (select 1 as a union all select a from t, range(10)) select count(*) from t",
            id="growing-recursion",
        ),
    ],
)
def test_a_query_that_needs_too_much_memory_is_stopped(sql: Ask, filled: Layout, text: str) -> None:
    with pytest.raises(QueryError, match=r"the query needs more memory than the 0\.466 GiB that it may take"):
        sql(text)

    assert {path.name for path in filled.root.iterdir()} == {"experiments", "trials", "warehouse.duckdb"}


def test_a_plan_is_shown_without_an_answer(filled: Layout) -> None:
    query = catalog.find("trials")

    assert "Projection" in plan(filled, query, query.values({}))


def test_a_comment_or_a_semicolon_behind_the_statement_is_fine(sql: Ask) -> None:
    assert sql("select 1 as a; -- done\n/* really */\n").rows == [(1,)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from trials select count(*)", [(12,)]),
        ("select * from (values (1), (2)) a(x) positional join (values (3), (4)) b(y)", [(1, 3), (2, 4)]),
        (
            "select a.t, b.v from (values (2)) a(t) asof join (values (1, 'x'), (3, 'y')) b(t, v) on a.t >= b.t",
            [(2, "x")],
        ),
        (
            """
            select value from metrics where name = 'loss' and trial = '000000000001'
            qualify row_number() over (partition by trial order by step desc) = 1
            """,
            [(3.0,)],
        ),
        ("select {'a': 1}.a", [(1,)]),
        ("select * exclude (b) from (select 1 as a, 2 as b)", [(1,)]),
        ("select list_transform([1, 2], lambda x: x + 1)", [([2, 3],)]),
        ("select [x * 2 for x in [1, 2]]", [([2, 4],)]),
        ("select method from trials group by all order by all limit 1", [("baseline",)]),
        ("values (1)", [(1,)]),
        ("select count(*) from (summarize trials)", [(41,)]),
        (
            "pivot (from trials select seed, method, loss) on method in ('zero2') using sum(loss) order by 1 limit 1",
            [(1, 2.0)],
        ),
        (
            "pivot (from trials select seed, method where seed = 1) on method using count(*)",
            [(1, 1, 1, 1, 1)],
        ),
        ("\ufeffselect 1 as a", [(1,)]),
    ],
)
def test_sql_as_only_duckdb_knows_it_runs_as_it_stands(sql: Ask, text: str, expected: list[tuple[Any, ...]]) -> None:
    assert sql(text).rows == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("select label\nfrom trials\nwhere (seed = 1", "q.sql:3:15: syntax error at or near"),
        ("select 1\n frm x y z", 'q.sql:2:6: syntax error at or near "x"'),
        ("select 1,\n  'abc", "q.sql:2:3: unterminated string literal"),
        ("select trial,\n  eval_rogue1\nfrom trials", 'q.sql:2:3: referenced column "eval_rogue1" not found'),
        ("select 'é' as a, b\nfrom trials as t", 'q.sql:1:18: referenced column "b" not found'),
        ('from trials where method = "zero2"', "a text stands in single quotes: 'zero2'"),
        ("select 1\nfrom trails", "q.sql:2:6: table with name trails does not exist"),
        ("select nosuch(1)", "q.sql:1:8: scalar Function with name nosuch does not exist"),
        ("select 'a'::integer", "could not convert string 'a' to INT32"),
    ],
)
def test_an_error_has_the_place_in_the_users_file(sql: Ask, text: str, message: str) -> None:
    with pytest.raises(QueryError) as refusal:
        sql(text)

    assert message in str(refusal.value)
    assert refusal.value.exit_code == 3


def test_near_names_are_offered_for_a_misspelt_table(sql: Ask) -> None:
    with pytest.raises(QueryError, match=r'hint: Did you mean "trials"'):
        sql("select 1 from trails")


def test_a_column_made_by_an_alias_a_cte_or_a_struct_is_no_false_alarm(sql: Ask) -> None:
    text = "with c as (select {'inner': 1} as s) select s.inner as made from c order by made"

    assert sql(text).rows == [(1,)]


def test_a_warehouse_of_a_later_version_is_not_asked(empty: Layout, sql: Ask) -> None:
    load(empty)
    with duckdb.connect(str(empty.warehouse)) as db:
        db.execute("update schema_version set version = 99")

    with pytest.raises(WarehouseError, match="the warehouse has version 99, this xp reads version"):
        sql("select 1", empty)


def test_a_warehouse_in_use_is_one_line_that_says_by_whom(
    empty: Layout, sql: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(empty)
    monkeypatch.setattr(store, "WAIT_SECONDS", 0.2)
    with hold(empty, 60) as holder:
        with pytest.raises(WarehouseError, match=f"the warehouse is in use by process {holder.pid}"):
            sql("select 1", empty)
        assert holder.poll() is None
        holder.kill()


def test_commands_say_in_a_line_who_has_the_warehouse(empty: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    load(empty)
    monkeypatch.setattr(store, "WAIT_SECONDS", 0.2)
    with hold(empty, 60) as holder:
        for words in (("query", "best"), ("render", "experiments")):
            told = CliRunner().invoke(main, [*words, "--results", str(empty.root)])

            assert (told.exit_code, type(told.exception)) == (3, SystemExit)
            assert f"the warehouse is in use by process {holder.pid}" in told.stderr.splitlines()[0]
            assert "Traceback" not in told.stderr
        assert holder.poll() is None
        holder.kill()


STARTS = """
select epoch(started), strftime(started, '%H:%M'), seconds
from trials
where attempts > 0
order by seed
"""


def test_times_are_the_same_instant_in_every_zone(empty: Layout, sql: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    # half past two came twice that night in Berlin
    first = datetime(2024, 10, 27, 0, 30, tzinfo=UTC).timestamp()
    small.plan(empty)
    for seed, start in ((1, first), (2, first + 3600)):
        attempt = small.attempt(empty, small.Trial("baseline", seed), start)
        attempt.start()
        attempt.end("completed", seconds=10.0)
    for zone in ("Europe/Berlin", "UTC", "Asia/Tokyo"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        load(empty)

        rows = sql(
            "select epoch(started), strftime(started, '%H:%M'), seconds from trials where attempts > 0 order by seed",
            empty,
        ).rows

        assert rows == [(first, "00:30", 10.0), (first + 3600, "01:30", 10.0)]
        empty.warehouse.unlink()
    monkeypatch.delenv("TZ")
    time.tzset()


def test_two_prices_of_one_run_cannot_be_swapped(empty: Layout, sql: Ask) -> None:
    small.plan(empty)
    attempt = small.attempt(empty, small.Trial("baseline", 1))
    attempt.start()
    attempt.end("completed", seconds=508.0)
    load(empty)

    answer = sql(
        "select round(seconds / 3600 * $dedicated, 2) as dedicated, round(seconds / 3600 * $low, 2) as low_priority "
        "from trials where seconds is not null",
        empty,
        dedicated="22.03",
        low="4.41",
    )

    assert [column.name for column in answer.columns] == ["dedicated", "low_priority"]
    assert answer.rows == [(3.11, 0.62)]


def test_names_that_need_quotes_can_be_selected(empty: Layout, sql: Ask) -> None:
    with Journal(empty.new_attempt("0123456789ab").journal(0)) as journal:
        journal.append("metrics", step=None, values={"loss (val)": 1.5, "f1@5": 2, "eval/rouge1": 3, "a.b": 4})
    load(empty)

    assert sql("select value from metrics where name = 'loss (val)'", empty).rows == [(1.5,)]
    assert sql("select value from metrics where name = $name", empty, name="f1@5").rows == [(2.0,)]
    assert sql("select name, value from metrics where value > 2 order by value", empty).rows == [
        ("eval/rouge1", 3.0),
        ("a.b", 4.0),
    ]


def test_asking_leaves_the_file_as_it_is(filled: Layout, sql: Ask) -> None:
    before = filled.warehouse.stat()

    sql("select * from trials")

    assert filled.warehouse.stat().st_mtime_ns == before.st_mtime_ns
