"""The warehouse in another database is the same warehouse; here that database is a further DuckDB file."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from tests import small
from xp.dsl.errors import WarehouseError
from xp.engine.cli.main import main
from xp.engine.export import databases, transfer
from xp.engine.export.databases import Options
from xp.engine.export.ducklake import Lake, lake
from xp.engine.export.postgres import server
from xp.engine.export.target import Relation, SourceColumn, Target, sql_text, table_query
from xp.engine.layout import Layout
from xp.engine.warehouse import store
from xp.engine.warehouse.load import load

ROWS = "select line::varchar from {} as line order by all"
"""As text, NaN equals itself."""

TRIALS = Relation(
    "trial's", [SourceColumn("n", "BIGINT", "how many"), SourceColumn("axes", "ENUM('a')")], "all of them"
)


def duck(target: str, _: str | None) -> Target:
    """Return what a DuckLake is asked for, asked of a DuckDB file: that takes no extension."""
    return Lake(target, [], [f"attach {sql_text(target)} as {transfer.THERE}"])


@pytest.fixture(scope="module", autouse=True)
def further() -> Iterator[None]:
    """One more kind of database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(databases, "FORMS", {**databases.FORMS, "duckdb": duck})
        yield


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """A warehouse."""
    layout = Layout(tmp_path_factory.mktemp("databases") / "results")
    small.journals(layout)
    load(layout)
    return layout


@pytest.fixture(scope="module")
def copied(results: Layout) -> Path:
    """A copy of it; not to be changed."""
    target = results.root.with_name("it's there.duckdb")
    told = copy(results, target)
    assert told.startswith(f"wrote {target}: ")
    return target


@pytest.fixture
def there(copied: Path, tmp_path: Path) -> Path:
    """The same, free to be changed."""
    return Path(shutil.copy(copied, tmp_path))


def copy(results: Layout, target: Path, **options: Any) -> str:
    return databases.copy(str(target), results.root, "duckdb", Options(**options))


def xp(*words: str) -> Result:
    return CliRunner().invoke(main, ["export", *words])


def ask(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(file), read_only=True) as db:
        db.execute("set timezone = 'UTC'")
        return db.execute(sql).fetchall()


def change(file: Path, sql: str) -> None:
    with duckdb.connect(str(file)) as db:
        db.execute(sql)


def test_tables_and_views_are_those_of_the_warehouse(results: Layout, copied: Path) -> None:
    names = [name for (name,) in ask(results.warehouse, store.TABLES)] + ["trials", "verdicts", "lineages"]
    with duckdb.connect() as db:
        db.execute(
            f"attach {sql_text(str(copied))} as there (read_only); attach '{results.warehouse}' as here (read_only)"
        )
        for name in names:
            there = db.execute(ROWS.format(f"there.xp.{name}")).fetchall()
            assert there == db.execute(ROWS.format(f"here.{name}")).fetchall(), name
        assert db.execute("select count(*) from there.xp.metric where isnan(value)").fetchall() != [(0,)]


def test_macros_and_comments_are_those_of_the_warehouse(results: Layout, copied: Path) -> None:
    gaps = "select gap('energy', null, 0, []), gap('energy', null, 0, [], 'no meter'), gap('energy', null, 1, [])"
    comment = "select comment from duckdb_columns() where (table_name, column_name) = ('journal', 'bytes')"
    for question in ("select t_quantile(0.95, 1)", gaps, comment):
        assert ask(copied, f"use xp; {question}") == ask(results.warehouse, question) != [(None,)]


def test_a_further_copy_replaces_the_contents_and_leaves_what_rests_on_the_tables(results: Layout, there: Path) -> None:
    change(there, "create table xp.notes as select 1")
    change(there, "alter table xp.bad_line add column mine text")
    change(there, "insert into xp.metric from xp.metric limit 5")
    oid = "select table_oid from duckdb_tables() where (schema_name, table_name) = ('xp', 'metric')"
    before = ask(there, oid)

    told = copy(results, there)

    assert told.endswith("left alone, for they are of others: notes\n")
    assert ask(there, ROWS.format("xp.metric")) == ask(results.warehouse, ROWS.format("metric"))
    assert ask(there, oid) == before
    assert len(ask(there, "describe xp.bad_line")) == len(ask(results.warehouse, "describe bad_line"))


def test_another_python_copies_the_same_and_schemas_lie_side_by_side(results: Layout, there: Path) -> None:
    copy(results, there, python=Path(sys.executable), schema="second one")

    for name in ("metric", "standing"):
        own = ask(there, ROWS.format(f"xp.{name}"))
        assert own == ask(there, ROWS.format(f'"second one".{name}'))
        assert own


def test_what_fails_changes_nothing(results: Layout, there: Path) -> None:
    change(there, "drop view xp.verdicts; create table xp.verdicts as select 1; delete from xp.metric")

    with pytest.raises(WarehouseError, match=r'Existing object "verdicts" is of type Table(?s:.*)nothing was changed'):
        copy(results, there)

    assert ask(there, "from xp.metric") == []


def test_tables_of_others_are_never_replaced(results: Layout, tmp_path: Path) -> None:
    target = tmp_path / "there.duckdb"
    change(target, "create schema xp; create table xp.experiment as select 1 as mine")

    with pytest.raises(WarehouseError, match="the schema 'xp' there holds other tables: experiment"):
        copy(results, target)

    assert ask(target, "from xp.experiment") == [(1,)]


def test_what_is_no_python_is_refused(results: Layout, tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"true: this is no Python: it said 'nothing'\n    hint: --python names"):
        copy(results, tmp_path / "there", python=Path(shutil.which("true") or ""))


def test_a_python_without_duckdb_says_what_it_lacks(results: Layout, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho \"ModuleNotFoundError: No module named 'duckdb'\" >&2\nexit 1\n")

    with pytest.raises(WarehouseError, match="cannot be run: Permission denied"):
        copy(results, tmp_path / "there", python=python)
    python.chmod(0o755)
    with pytest.raises(WarehouseError, match=r"No module named 'duckdb'\n    hint: it needs DuckDB"):
        copy(results, tmp_path / "there", python=python)


def test_a_writer_of_the_warehouse_is_waited_for(results: Layout) -> None:
    hold = "import duckdb, sys; db = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", hold, str(results.warehouse)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder, duckdb.connect() as db:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(duckdb.IOException, match="Could not set lock"):
            db.execute(f"attach '{results.warehouse}' as other (read_only)")
        threading.Timer(0.05, holder.stdin.close).start()
        transfer.attach(db, str(results.warehouse))
        assert db.execute("select count(*) from trials").fetchall() == [(12,)]


def test_what_is_missing_is_named_with_a_way_out(
    results: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: object) -> None:
        raise duckdb.IOException("Failed to download\n\nRead the manual")

    monkeypatch.setattr(transfer, "install", offline)
    monkeypatch.setenv("HOME", str(tmp_path))

    result = xp(str(tmp_path / "lake"), "--to", "ducklake", "--results", str(results.root))

    assert result.exit_code == 3
    assert result.stderr == (
        f"xp: {tmp_path / 'lake'}: DuckDB {duckdb.__version__} has no extension 'ducklake': Failed to download\n"
        "    hint: it is fetched where there is a network; without one, make an environment with `pip install "
        "duckdb==1.5.5 duckdb-extension-ducklake duckdb-extension-sqlite-scanner` and name its Python with --python\n"
    )
    assert not (tmp_path / "lake").exists()


def test_an_extension_that_a_python_package_brings_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "duckdb_extension_ducklake" / "extensions"
    for version in (duckdb.__version__, "0.1"):
        (folder / f"v{version}").mkdir(parents=True)
        (folder / f"v{version}" / "ducklake.duckdb_extension").touch()
    monkeypatch.syspath_prepend(tmp_path)

    assert list(transfer.packaged("ducklake")) == [str(folder / f"v{duckdb.__version__}" / "ducklake.duckdb_extension")]
    assert list(transfer.packaged("postgres_scanner")) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--catalog", "x"], "--catalog is for --to ducklake, and this is --to parquet"),
        (["--to", "postgres", "--catalog", "x"], "--catalog is for --to ducklake, and this is --to postgres"),
        (["--to", "mlflow", "--schema", "x"], "--schema is for --to ducklake and postgres, and this is --to mlflow"),
        (["--to", "ducklake", "--experiment", "x"], "--experiment is for --to parquet and mlflow"),
    ],
)
def test_options_that_would_mean_nothing_are_refused(words: Sequence[str], message: str) -> None:
    result = xp("target", *words)

    assert result.exit_code == 2
    assert message in result.output


@pytest.mark.parametrize("connection", ["dbname=xp password=opensesame", "postgres://me:opensesame@host/xp"])
def test_no_password_is_shown(connection: str) -> None:
    database = databases.FORMS["postgres"](connection, None)
    problem = f'IO Error: Unable to connect to Postgres at "{connection}": refused'

    error = databases.error_of_answer(database, {"problem": problem, "missing": ""})

    assert "opensesame" in database.attach[-1]
    assert "opensesame" not in str(error)
    assert "refused" in str(error)


def test_a_table_of_a_lake() -> None:
    assert table_query(lake(Path("/lake"), None), "x", TRIALS) == {
        "name": "trial's",
        "columns": [["n", "BIGINT"], ["axes", "VARCHAR"]],
        "create": [
            'drop table if exists xp_there."x"."trial\'s"',
            'create table xp_there."x"."trial\'s" ("n" BIGINT, "axes" VARCHAR)',
            'comment on table xp_there."x"."trial\'s" is \'all of them\'',
            'comment on column xp_there."x"."trial\'s"."n" is \'how many\'',
        ],
        "clear": 'delete from xp_there."x"."trial\'s"',
        "insert": 'insert into xp_there."x"."trial\'s" select "n", cast("axes" as VARCHAR) from xp."trial\'s"',
    }


def test_a_table_of_a_server() -> None:
    assert table_query(server("dbname=xp", "xp"), "x", TRIALS) == {
        "name": "trial's",
        "columns": [["n", "BIGINT"], ["axes", "VARCHAR"]],
        "create": [
            'drop table if exists xp_there."x"."trial\'s"',
            'create table xp_there."x"."trial\'s" ("n" BIGINT, "axes" VARCHAR)',
            (
                "call postgres_execute('xp_there', 'comment on table \"x\".\"trial''s\" is ''all of them''; "
                "comment on column \"x\".\"trial''s\".\"n\" is ''how many''')"
            ),
        ],
        "clear": "call postgres_execute('xp_there', 'delete from \"x\".\"trial''s\"')",
        "insert": 'insert into xp_there."x"."trial\'s" select "n", cast("axes" as VARCHAR) from xp."trial\'s"',
    }


@pytest.mark.parametrize(
    ("kind", "in_lake", "on_server"),
    [
        ("DOUBLE", "DOUBLE", "DOUBLE"),
        ("TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH TIME ZONE"),
        ("VARCHAR[]", "VARCHAR[]", "VARCHAR[]"),
        ("INTEGER[][]", "INTEGER[][]", "JSON"),
        ("DOUBLE[3]", "VARCHAR", "VARCHAR"),
        ("UTINYINT", "UTINYINT", "SMALLINT"),
        ("UBIGINT", "UBIGINT", "DECIMAL(20,0)"),
        ("HUGEINT", "DECIMAL(38,0)", "DECIMAL(38,0)"),
        ("UHUGEINT", "VARCHAR", "VARCHAR"),
        ("HUGEINT[]", "JSON", "JSON"),
        ("ENUM('a', 'b')", "VARCHAR", "VARCHAR"),
        ("STRUCT(a INTEGER, b VARCHAR)", "STRUCT(a INTEGER, b VARCHAR)", "JSON"),
        ("STRUCT(a ENUM('b'))", "JSON", "JSON"),
        ("MAP(VARCHAR, DOUBLE)", "MAP(VARCHAR, DOUBLE)", "VARCHAR"),
        ("TIMESTAMP_NS", "TIMESTAMP_NS", "TIMESTAMP"),
        ("BIT", "VARCHAR", "VARCHAR"),
        ('"NULL"', "VARCHAR", "VARCHAR"),
    ],
)
def test_types_that_a_database_lacks_become_what_holds_their_values(kind: str, in_lake: str, on_server: str) -> None:
    assert lake(Path("/lake"), None).kind(kind) == in_lake
    assert server("dbname=xp", "xp").kind(kind) == on_server


@pytest.mark.parametrize(
    ("catalog", "extensions", "attached"),
    [
        (None, ["ducklake", "sqlite_scanner"], "ducklake:sqlite:/it''s/catalog.sqlite"),
        ("postgres:dbname=xp", ["ducklake", "postgres_scanner"], "ducklake:postgres:dbname=xp"),
        ("catalog.duckdb", ["ducklake"], "ducklake:catalog.duckdb"),
    ],
)
def test_a_catalog_takes_its_own_extension(catalog: str | None, extensions: Sequence[str], attached: str) -> None:
    database = lake(Path("/it's"), catalog)

    assert database.extensions == extensions
    options = "data_path '/it''s/data/', data_inlining_row_limit 0"
    assert database.attach == [f"attach '{attached}' as xp_there ({options})"]


def test_views_and_macros_are_what_duckdb_made_of_them(results: Layout) -> None:
    with store.open_file(results.warehouse, read_only=True) as db:
        statements = databases.views(db)

    (lineages,) = (statement for statement in statements if "replace view lineages" in statement)
    assert "(attempt.evidence ->> '$.best')" in lineages, "an older DuckDB would compare first"
    assert not any("comment on column" in statement or "comment on macro" in statement for statement in statements)
    assert not any(transfer.THERE in statement for statement in statements), "a DuckLake takes it for its own name"
    macros = [statement for statement in statements if statement.startswith("create or replace macro")]
    assert len(macros) == len(ask(results.warehouse, store.DEFINED_MACROS))
    assert not any(":= null" in macro for macro in macros), "a DuckLake keeps it as the text 'NULL'"
