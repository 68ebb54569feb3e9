"""The warehouse in a real DuckLake and on a real PostgreSQL server.

DuckDB's extensions come from its own server, or as Python packages for some of its versions. Where this DuckDB loads
them, it is used. XP_TEST_DUCKDB names a Python whose DuckDB does, such as that of an environment with `duckdb==1.5.5
duckdb-extension-ducklake duckdb-extension-sqlite-scanner duckdb-extension-postgres-scanner`. XP_TEST_POSTGRES is how to
connect to a database of a server on this machine; the tests empty it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests import small
from xp.dsl.errors import WarehouseError
from xp.engine.commands.lookup import transpiled
from xp.engine.export import databases, transfer
from xp.engine.export.databases import Options
from xp.engine.export.target import job
from xp.engine.layout import Layout
from xp.engine.warehouse import store
from xp.engine.warehouse.load import load
from xp.queries import catalog
from xp.queries.catalog import Query

EXTENSIONS = ("ducklake", "sqlite_scanner", "postgres_scanner")

SAME = """
select (select md5(string_agg(line::varchar, chr(10) order by line::varchar)) from xp.main."{0}" as line)
    is not distinct from (select md5(string_agg(line::varchar, chr(10) order by line::varchar)) from {1}."{0}" as line)
"""

ODD = """
create table schema_version as select 1 as version;
create table odd as select
    170141183460469231731687303715::hugeint as big,
    200::utinyint as small,
    18446744073709551615::ubigint as wide,
    'b'::enum('a', 'b') as word,
    map {'x': 'nan'::double} as numbers,
    {'a': 1, 'b': 'it''s'} as pair,
    ['a', null] as texts,
    [[1], [2, 3]] as ragged,
    '10'::bit as bits,
    'nan'::double as nothing,
    '-inf'::double as less,
    '{"a": [1]}'::json as tree,
    concat('a', chr(0), 'b') as broken,
    timestamptz '2025-06-15 15:06:40.123456+02' as instant,
    null as absent
"""

ARRIVED = """
select big::varchar, small::varchar, wide::varchar, word, texts::varchar, isnan(nothing), less::varchar, tree ->> '$.a',
    instant::varchar, absent
from {}.odd
"""


Question = tuple[str, dict[str, Any]]
"""A query with the values of its parameters."""


@dataclass(frozen=True)
class Place:
    """A database, and the Python that reaches it."""

    form: str
    target: str
    catalog: str | None
    python: Path

    def copy(self, results: Layout) -> str:
        """Copy the warehouse there."""
        options = Options(catalog=self.catalog, python=self.python)
        return databases.copy(self.target, results.root, self.form, options)

    def job(self, warehouse: Path) -> transfer.Job:
        """Return what it takes to copy a file there, of which no view is told."""
        with store.open_file(warehouse, read_only=True) as db:
            database = databases.FORMS[self.form](self.target, self.catalog)
            return job(database, warehouse, "xp", databases.relations(db), [])

    def ask(self, warehouse: Path, *questions: str | Question) -> list[Any]:
        """Return the rows of answers, with both ends open."""
        pairs = [(question, {}) if isinstance(question, str) else question for question in questions]
        asked = json.dumps({"job": self.job(warehouse), "questions": pairs})
        command = [str(self.python), "-I", str(Path(__file__).with_name("asking.py")), transfer.__file__]
        done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found: list[Any] = json.loads(done.stdout)
        return found

    def tell(self, warehouse: Path, statement: str) -> None:
        """Have the server do something in its own words."""
        self.ask(warehouse, f"call postgres_execute('{transfer.THERE}', '{statement}')")


def loads(names: Sequence[str]) -> bool:
    """Tell whether this DuckDB has some extensions."""
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as db:
        try:
            for name in names:
                db.load_extension(next(transfer.packaged(name), name))
        except duckdb.Error:
            return False
    return True


PYTHONS = {"this Python": sys.executable if loads(EXTENSIONS) else None, "another": os.environ.get("XP_TEST_DUCKDB")}

if not any(PYTHONS.values()):
    reason = f"DuckDB {duckdb.__version__} has no extension for it here, and XP_TEST_DUCKDB names no Python that has"
    pytest.skip(reason, allow_module_level=True)


@pytest.fixture(scope="module", params=[name for name, python in PYTHONS.items() if python])
def python(request: pytest.FixtureRequest) -> Path:
    """A Python whose DuckDB has the extensions."""
    return Path(str(PYTHONS[request.param])).absolute()


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """A warehouse."""
    layout = Layout(tmp_path_factory.mktemp("real") / "results")
    small.journals(layout)
    load(layout)
    return layout


@pytest.fixture(params=["lake", "lake of a server", "server"])
def place(request: pytest.FixtureRequest, python: Path, results: Layout, tmp_path: Path) -> Place:
    """An empty database."""
    if request.param == "lake":
        return Place("ducklake", str(tmp_path / "it's a lake"), None, python)
    if "XP_TEST_POSTGRES" not in os.environ:
        pytest.skip("XP_TEST_POSTGRES names no database of a server")
    connection = os.environ["XP_TEST_POSTGRES"]
    server = Place("postgres", connection, None, python)
    server.tell(results.warehouse, "drop schema if exists xp cascade; drop schema public cascade; create schema public")
    if request.param == "server":
        return server
    return Place("ducklake", str(tmp_path / "lake"), f"postgres:{connection}", python)


def test_everything_arrives(place: Place, results: Layout) -> None:
    with store.open_file(results.warehouse, read_only=True) as db:
        relations = databases.relations(db)
    names = [relation.name for relation in relations]
    views = sum(relation.is_view for relation in relations)

    told = place.copy(results)

    kept = f" and {views} views in" if place.form == "ducklake" else " in"
    count = len(names) - views if place.form == "ducklake" else len(names)
    assert re.search(rf": {count} tables with [\d,]+ rows{kept} the schema xp\n$", told)
    there = f"{transfer.THERE}.xp"
    questions = [SAME.format(name, there) for name in names]
    *same, nan = place.ask(results.warehouse, *questions, f"select count(*) from {there}.metric where isnan(value)")
    assert [name for name, answer in zip(names, same, strict=True) if answer != [[True]]] == []
    assert nan != [[0]]


def test_a_further_copy_replaces_what_is_there_at_once(place: Place, results: Layout) -> None:
    place.copy(results)
    metric = f"{transfer.THERE}.xp.metric"
    place.ask(results.warehouse, f"insert into {metric} from {metric} limit 5")
    oid = "select * from postgres_query('xp_there', 'select oid from pg_class where relname = ''metric''')"
    state = oid if place.form == "postgres" else "select max(snapshot_id) from ducklake_snapshots('xp_there')"
    ((before,),) = place.ask(results.warehouse, state)[0]

    place.copy(results)

    same, after = place.ask(results.warehouse, SAME.format("metric", f"{transfer.THERE}.xp"), state)
    assert same == [[True]]
    assert after == [[before if place.form == "postgres" else before + 1]], "the same table, or one snapshot more"


def test_what_fails_changes_nothing(place: Place, results: Layout) -> None:
    place.copy(results)
    metric = f"{transfer.THERE}.xp.metric"
    place.ask(results.warehouse, f"delete from {metric}")
    if place.form == "postgres":
        resting = "alter table xp.verdicts add column mine text; create view public.mine as table xp.verdicts"
        place.tell(results.warehouse, resting)
    else:
        space = f"{transfer.THERE}.xp"
        place.ask(results.warehouse, f"drop view {space}.verdicts", f"create table {space}.verdicts as select 1")

    with pytest.raises(WarehouseError, match="verdicts"):
        place.copy(results)

    assert place.ask(results.warehouse, f"select count(*) from {metric}") == [[[0]]]


def test_saved_queries_answer_the_same_in_a_lake(place: Place, results: Layout) -> None:
    if place.form == "postgres":
        pytest.skip("the queries are DuckDB's SQL, and use its macros")
    place.copy(results)
    queries = [catalog.find(name) for name in catalog.names()]
    questions = [(f"select columns(*)::varchar from (\n{query.sql}\n)", query.values({})) for query in queries]

    here = place.ask(results.warehouse, *questions)

    there = place.ask(results.warehouse, (f"use {transfer.THERE}.xp", {}), *questions)[1:]
    assert [query.name for query, one, other in zip(queries, here, there, strict=True) if one != other] == []
    assert [query.name for query, one in zip(queries, here, strict=True) if isinstance(one, str)] == ["best_steps"], (
        "all have an answer but the one whose metric nobody recorded"
    )


ON_A_SERVER = (*("best", "datasets", "effects", "failures", "models", "provenance", "trials", "verdicts"),)
"""Saved queries that PostgreSQL understands when they are translated."""


PARAMETER = re.compile(r"%\((\w+)\)s")


def literal(query: Query, found: re.Match[str]) -> str:
    """Return the default of a parameter as PostgreSQL writes it."""
    value = query.values({})[found[1]]
    return "null" if value is None else repr(value)


def test_translated_queries_answer_the_same_on_a_server(place: Place, results: Layout) -> None:
    if place.form != "postgres":
        pytest.skip("a lake takes them as they are")
    place.copy(results)
    queries = [catalog.find(name) for name in ON_A_SERVER]
    texts = [PARAMETER.sub(partial(literal, query), transpiled(query, "postgres")) for query in queries]
    here = [(f"select columns(*)::varchar from (\n{query.sql}\n)", query.values({})) for query in queries]
    asked = "select columns(*)::varchar from postgres_query('xp_there', $text)"

    answers = place.ask(results.warehouse, *here)
    found = replace(place, target=f"{place.target} options=-csearch_path=xp")
    others = found.ask(results.warehouse, *((asked, {"text": text}) for text in texts))

    assert all(answers)
    assert dict(zip(ON_A_SERVER, others, strict=True)) == dict(zip(ON_A_SERVER, answers, strict=True))


def test_values_that_the_database_has_no_type_for_arrive(place: Place, tmp_path: Path) -> None:
    odd = tmp_path / "odd.duckdb"
    with duckdb.connect(str(odd), config=store.NEW) as db:
        db.execute(ODD)

    answer = databases.run(place.job(odd), place.python)

    assert answer == {"rows": 2, "others": []}
    here, there = place.ask(odd, ARRIVED.format("xp.main"), ARRIVED.format(f"{transfer.THERE}.xp"))
    assert there == here
    rest = f"select broken, pair::varchar, numbers::varchar, ragged::varchar, bits from {transfer.THERE}.xp.odd"
    on_server = ["a\ufffdb", '{"a":1,"b":"it\'s"}', '{"x":NaN}', "[[1],[2,3]]", "10"]
    in_lake = ["a\0b", "{'a': 1, 'b': 'it\\'s'}", "{x=nan}", "[[1], [2, 3]]", "10"]
    assert place.ask(odd, rest) == [[on_server if place.form == "postgres" else in_lake]]
