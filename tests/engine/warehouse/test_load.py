"""Each line of the journals arrives exactly once, whatever happens in between."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import small
from xp.dsl.errors import WarehouseError
from xp.engine.digests import hash_text
from xp.engine.journal import FORMAT, Journal
from xp.engine.layout import Layout
from xp.engine.warehouse import load as load_module
from xp.engine.warehouse import merge, store, tail
from xp.engine.warehouse.load import Loaded, load

Rows = Callable[..., list[tuple[Any, ...]]]

CONTENT = (
    "select * exclude (attempt_key) from attempts order by all",
    "from metrics order by all",
    """select trial, attempt, name, rank, step, value, top_step
    from latest join metric_name using (name_id) join attempt using (attempt_key) order by all""",
    "from setting order by all",
    "select trial, attempt, fact.* exclude (attempt_key) from fact join attempt using (attempt_key) order by all",
    "select trial, attempt, rank.* exclude (attempt_key) from rank join attempt using (attempt_key) order by all",
    "select trial, failure.* exclude (attempt_key) from failure join attempt using (attempt_key) order by all",
    "select trial, e.* exclude (attempt_key) from effective_setting as e join attempt using (attempt_key) order by all",
    "select * exclude (attempt_key) from trials order by all",
    "from effects order by all",
    "from journal order by all",
    "from bad_line order by all",
    "from claim order by all",
    "from method order by all",
    "from excluded order by all",
)
"""Everything that a warehouse says, without the numbers that differ from file to file."""


def content(layout: Layout) -> str:
    with duckdb.connect(str(layout.warehouse), read_only=True) as db:
        return repr([db.execute(query).fetchall() for query in CONTENT])


def test_a_load_tells_what_it_brought(empty: Layout) -> None:
    small.journals(empty)

    loaded = load(empty)

    # 12 attempts of 11 trials: three journals each, and that of the experiment
    assert loaded == Loaded(journals=37, attempts=12, points=194)


def test_loading_twice_changes_nothing(empty: Layout) -> None:
    small.journals(empty)
    load(empty)
    before, stamp = content(empty), empty.warehouse.stat().st_mtime_ns

    assert load(empty) == Loaded()
    assert content(empty) == before
    assert empty.warehouse.stat().st_mtime_ns == stamp


def test_nothing_is_made_where_there_are_no_results(tmp_path: Path) -> None:
    assert load(Layout(tmp_path / "results")) == Loaded()
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_gets_an_empty_warehouse(empty: Layout, rows: Rows) -> None:
    load(empty)

    assert rows(empty, "select count(*) from trials") == [(0,)]
    assert rows(empty, "select version from schema_version") == [(store.VERSION,)]


cuts = st.lists(st.tuples(st.integers(0, 36), st.floats(0, 1)), max_size=12)


@given(st.lists(cuts, min_size=1, max_size=3))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_journals_that_are_cut_anywhere_between_loads_give_the_same_warehouse(
    filled: Layout, tmp_path_factory: pytest.TempPathFactory, pieces: list[list[tuple[int, float]]]
) -> None:
    grown = Layout(tmp_path_factory.mktemp("grown"))
    sources = list(filled.journals())
    for piece in pieces:
        for number, share in piece:
            copy_head(filled, grown, sources[number], share)
        load(grown)
    for source in sources:
        copy_head(filled, grown, source, 1)

    load(grown)

    assert content(grown) == content(filled)


def copy_head(source: Layout, target: Layout, journal: Path, share: float) -> None:
    """Let a copy of a journal grow to a share of it."""
    copy = target.root / journal.relative_to(source.root)
    copy.parent.mkdir(parents=True, exist_ok=True)
    size = max(int(journal.stat().st_size * share), copy.stat().st_size if copy.exists() else 0)
    copy.write_bytes(journal.read_bytes()[:size])


def test_many_values_and_few_values_arrive_alike(
    filled: Layout, empty: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge, "FEW", 0)
    small.journals(empty)

    load(empty)

    assert content(empty) == content(filled)


def test_a_backlog_is_loaded_in_several_transactions(
    filled: Layout, empty: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "POINTS", 20)
    small.journals(empty)

    loaded = load(empty)

    assert loaded == Loaded(journals=37, attempts=12, points=194)
    assert content(empty) == content(filled)


def test_what_another_loader_stored_meanwhile_is_not_stored_twice(
    filled: Layout, empty: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.journals(empty)
    calls: list[Any] = []

    def slow_collect(layout: Layout, marks: Any) -> tail.Tail:
        found = tail.collect(layout, marks)
        if not calls:
            calls.append(marks)
            load(layout)
        return found

    monkeypatch.setattr(load_module, "collect", slow_collect)
    load(empty)

    assert content(empty) == content(filled)


LOADER = """
import sys
from pathlib import Path
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load
load(Layout(Path(sys.argv[1])))
"""


def test_a_loader_that_is_killed_at_any_moment_loses_and_doubles_nothing(empty: Layout, rows: Rows) -> None:
    rng = random.Random(7)  # noqa: S311 - moments, not secrets
    journal = Journal(empty.new_attempt("0123456789ab").journal(0))
    written = 0
    for _ in range(8):
        for _ in range(2000):
            journal.append("metrics", step=written, values={"a": written, "b": -written})
            written += 1
        loader = subprocess.Popen([sys.executable, "-c", LOADER, str(empty.root)])
        time.sleep(rng.uniform(0.1, 0.6))
        os.kill(loader.pid, signal.SIGKILL)
        loader.wait()
        if empty.warehouse.exists():
            (last,) = rows(empty, "select coalesce(max(lines), 0) from journal where path like 'trials%'")[0]
            assert rows(empty, "select count(*), count(distinct step) from metric") == [(2 * last, last)]
    journal.close()

    load(empty)

    assert rows(empty, "select count(*), sum(value), count(distinct step) from metric") == [(2 * written, 0, written)]
    assert rows(empty, "select value from latest order by value") == [(1.0 - written,), (written - 1.0,)]


FOLLOWER = """
import sys
from pathlib import Path
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load
while not Path(sys.argv[2]).exists():
    load(Layout(Path(sys.argv[1])))
"""

SEEN = """
select count(*), count(*) filter (points <> $points)
from (
    select attempt.attempt_key, count(metric.attempt_key) as points
    from attempt
    left join metric using (attempt_key)
    where attempt.state = 'completed'
    group by attempt.attempt_key
)
"""


def test_a_reader_never_sees_an_attempt_that_has_ended_without_all_its_numbers(empty: Layout, tmp_path: Path) -> None:
    attempts, points, enough = 40, 300, tmp_path / "enough"

    def run() -> None:
        for seed in range(attempts):
            new = small.attempt(empty, small.Trial("baseline", seed))
            new.start()
            with Journal(new.folder.journal(0)) as journal:
                for step in range(points):
                    journal.append("metrics", step=step, values={"loss": 1.0})
            new.end("completed")

    load(empty)
    follower = subprocess.Popen([sys.executable, "-c", FOLLOWER, str(empty.root), str(enough)])
    writer = threading.Thread(target=run)
    writer.start()
    seen: list[tuple[int, int]] = []
    while not seen or (seen[-1][0] < attempts and follower.poll() is None):
        with store.open_file(empty.warehouse, read_only=True) as db:
            seen += db.execute(SEEN, {"points": points}).fetchall()
        time.sleep(0.01)
    enough.touch()
    writer.join()

    assert follower.wait(30) == 0
    assert seen[-1] == (attempts, 0)
    assert [halves for _, halves in seen if halves] == []


HOLDER = """
import duckdb, sys, time
db = duckdb.connect(sys.argv[1])
print("ready", flush=True)
time.sleep(float(sys.argv[2]))
"""


def hold(layout: Layout, seconds: float) -> subprocess.Popen[str]:
    """Let another process open the warehouse."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(layout.warehouse), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout
    assert holder.stdout.readline() == "ready\n"
    return holder


@pytest.mark.parametrize("name", ["which one?", "a\\b"])
def test_a_folder_whose_name_duckdb_misreads_is_named(tmp_path: Path, name: str) -> None:
    layout = Layout(tmp_path / name / "results")
    small.plan(layout)

    with pytest.raises(WarehouseError, match=r"DuckDB opens no file with [?\\] in its path\n    hint: give the folder"):
        load(layout)


def test_a_file_that_is_in_use_is_waited_for(empty: Layout, rows: Rows) -> None:
    load(empty)
    small.plan(empty)
    with hold(empty, 0.5):
        load(empty)

    assert rows(empty, "select experiment from experiment") == [("small",)]


def test_a_file_that_stays_in_use_is_an_error_that_says_who_has_it(
    empty: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(empty)
    small.plan(empty)
    monkeypatch.setattr(store, "WAIT_SECONDS", 0.2)
    with hold(empty, 60) as holder:
        with pytest.raises(WarehouseError, match=f"the warehouse is in use by process {holder.pid}"):
            load(empty)
        holder.kill()


def test_a_journal_of_a_later_format_is_refused_and_left_alone(empty: Layout) -> None:
    small.journals(empty)
    load(empty)
    new = small.attempt(empty, small.Trial("baseline", 1))
    new.start(t=small.START)
    journal = new.folder.engine_journal
    text = journal.read_text().replace(f'"version":{FORMAT}', '"version":99')
    journal.write_text(text)
    before = content(empty)

    with pytest.raises(
        WarehouseError, match=f"engine.jsonl:1: the journal has format 99, this xp reads formats up to {FORMAT}"
    ):
        load(empty)

    assert journal.read_text() == text
    assert content(empty) == before


def set_version(layout: Layout, version: int) -> None:
    with duckdb.connect(str(layout.warehouse)) as db:
        db.execute("update schema_version set version = ?", [version])


def test_a_warehouse_of_a_later_version_is_refused_and_left_alone(empty: Layout) -> None:
    small.journals(empty)
    load(empty)
    set_version(empty, store.VERSION + 1)
    before = empty.warehouse.read_bytes()

    with pytest.raises(
        WarehouseError, match=f"the warehouse has version {store.VERSION + 1}, this xp reads version {store.VERSION}"
    ):
        load(empty)

    assert empty.warehouse.read_bytes() == before


def test_a_warehouse_of_an_earlier_version_is_kept_aside_and_brought_forward(
    empty: Layout, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    small.journals(empty)
    load(empty)
    before, old, version = content(empty), empty.warehouse.read_bytes(), store.VERSION
    monkeypatch.setattr(store, "VERSION", version + 1)

    load(empty)

    assert content(empty) == before
    assert rows(empty, "select version from schema_version") == [(store.VERSION,)]
    assert empty.warehouse.with_name(f"warehouse.v{version}.duckdb").read_bytes() == old


def test_views_of_another_release_are_made_anew(empty: Layout, rows: Rows) -> None:
    small.journals(empty)
    load(empty)
    with duckdb.connect(str(empty.warehouse)) as db:
        db.execute("update schema_version set views = 'of another release'")
        db.execute("create or replace view trials as select 1 as one")

    load(empty)

    assert rows(empty, "select count(method) from trials") == [(12,)]
    assert rows(empty, "select count(*) from measure where measure = 'memory'") == [(1,)]


def test_a_database_of_somebody_else_is_refused_and_left_alone(empty: Layout) -> None:
    with duckdb.connect(str(empty.warehouse)) as db:
        db.execute("create table diary (entry text)")
    before = empty.warehouse.read_bytes()

    with pytest.raises(WarehouseError, match="a database, but not a warehouse"):
        load(empty)

    assert empty.warehouse.read_bytes() == before


@pytest.mark.parametrize("kind", ["text", "nothing", "cut short"])
def test_a_file_that_is_no_database_is_refused_and_left_alone(empty: Layout, kind: str) -> None:
    load(empty)
    found = {"text": b"hello" * 5000, "nothing": b"", "cut short": empty.warehouse.read_bytes()[:5000]}[kind]
    empty.warehouse.write_bytes(found)

    with pytest.raises(
        WarehouseError, match=r"warehouse\.duckdb: the warehouse cannot be used.*\n    hint: move it away"
    ):
        load(empty)

    assert empty.warehouse.read_bytes() == found


def test_a_file_of_a_later_duckdb_is_refused_and_left_alone(empty: Layout) -> None:
    load(empty)
    content = bytearray(empty.warehouse.read_bytes())
    # the first 8 bytes are a checksum over the words behind them: the mark of the file, and the version of its storage
    before = content[8:16]
    content[12:16] = (9999).to_bytes(4, "little")
    change = summed(before) ^ summed(content[8:16])
    content[:8] = (int.from_bytes(content[:8], "little") ^ change).to_bytes(8, "little")
    empty.warehouse.write_bytes(content)

    with pytest.raises(WarehouseError) as refusal:
        load(empty)

    first, *hint = str(refusal.value).splitlines()
    assert "the warehouse cannot be used: " in first
    assert "9999" in first
    assert hint == ["    hint: a later DuckDB wrote it: take that one, or a later xp"]
    assert empty.warehouse.read_bytes() == content


def summed(word: bytes | bytearray) -> int:
    """Return what DuckDB's checksum makes of 8 bytes."""
    return int.from_bytes(word, "little") * 0xBF58476D1CE4E5B9 % 2**64


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("delete from schema_version", id="no-version"),
        pytest.param("create or replace table schema_version as select 'one' as version", id="no-number"),
        pytest.param("create or replace table schema_version as select 'x' as script", id="of-another-program"),
    ],
)
def test_a_database_that_does_not_say_its_version_is_refused_and_left_alone(empty: Layout, change: str) -> None:
    load(empty)
    with duckdb.connect(str(empty.warehouse)) as db:
        db.execute(change)
    before = empty.warehouse.read_bytes()

    with pytest.raises(WarehouseError, match="a database, but not a warehouse"):
        load(empty)

    assert empty.warehouse.read_bytes() == before


FULL = """
import resource, signal, sys
from pathlib import Path
from xp.dsl.errors import WarehouseError
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    load(Layout(Path(sys.argv[1])))
except WarehouseError as error:
    print(error)
"""


def test_a_full_disk_is_an_error_and_costs_nothing(empty: Layout) -> None:
    load(empty)
    before = content(empty)
    small.journals(empty)

    done = subprocess.run(
        [sys.executable, "-c", FULL, str(empty.root), "20000"], capture_output=True, text=True, check=True
    )

    assert "the warehouse cannot be used: " in done.stdout
    assert "File too large" in done.stdout
    assert content(empty) == before
    assert load(empty).attempts == 12


def test_another_part_of_this_process_is_waited_for(empty: Layout, rows: Rows) -> None:
    load(empty)
    small.plan(empty)
    held = duckdb.connect(str(empty.warehouse))
    timer = threading.Timer(0.3, held.close)
    timer.start()

    load(empty)

    timer.join()
    assert rows(empty, "select experiment from experiment") == [("small",)]


def test_a_trial_that_was_deleted_and_run_again_replaces_the_old_one(empty: Layout, rows: Rows) -> None:
    small.journals(empty)
    load(empty)
    trial = small.Trial("zero2", 1)
    shutil.rmtree(empty.trial(trial.id))
    small.completed(empty, trial, small.START + 5000)

    load(empty)

    # it had two attempts before
    found = rows(empty, "select attempt, started from attempts where trial = ?", [trial.id])
    assert [(number, started.timestamp()) for number, started in found] == [(1, small.START + 5000)]
    assert rows(empty, "select count(*) from trials where state = 'completed'") == [(8,)]


def test_a_deleted_trial_is_forgotten(empty: Layout, rows: Rows) -> None:
    small.journals(empty)
    load(empty)
    shutil.rmtree(empty.trial(small.Trial("zero2", 1).id))

    load(empty)

    assert rows(empty, "select state from trials where method = 'zero2' order by seed") == [
        ("pending",),
        ("completed",),
        ("completed",),
    ]


def test_a_warehouse_whose_journals_have_all_gone_stays_as_it_is(empty: Layout) -> None:
    small.journals(empty)
    load(empty)
    before = content(empty)
    shutil.rmtree(empty.root / "trials")
    shutil.rmtree(empty.root / "experiments")

    assert load(empty) == Loaded()
    assert content(empty) == before


def test_what_no_table_takes_is_an_error_with_a_place(empty: Layout) -> None:
    small.plan(empty, correction="bonferroni")

    with pytest.raises(WarehouseError) as caught:
        load(empty)

    assert str(caught.value).startswith(f"{empty.warehouse}: the warehouse cannot be used: Constraint Error: ")


@pytest.mark.parametrize("few", [merge.FEW, 0], ids=["by-rows", "by-series"])
def test_metrics_for_whose_names_there_is_no_room_are_left_out_and_told(
    empty: Layout, rows: Rows, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(merge, "FEW", few)
    load(empty)
    with duckdb.connect(str(empty.warehouse)) as db:
        db.execute("insert into metric_name values (32766, 'loss', null)")
    new = small.attempt(empty, small.Trial("baseline", 1))
    far: dict[str, Any] = {"other": 1.0, "beyond": "none"}
    for step, values in enumerate(({"fits": 1.0}, {"beyond": 1.0, "loss": 2.0}, far, {"fits": "text", "loss": 4.0})):
        new.rank(0, "metrics", step=step, values=values)

    (problem,) = load(empty).problems

    assert problem.message == "values of 2 metrics left out, such as 'beyond': there is room for 32,767 names"
    found = rows(empty, "select name, step, value, text from metrics order by all")
    assert found == [
        ("fits", 0, 1.0, None),
        ("fits", 3, None, "text"),
        ("loss", 1, 2.0, None),
        ("loss", 3, 4.0, None),
    ]


def test_samples_of_the_machine_are_rows_whatever_it_could_not_tell_left_out(empty: Layout, rows: Rows) -> None:
    new = small.attempt(empty, small.Trial("baseline", 1))
    new.start()
    with Journal(new.folder.machine_journal) as journal:
        for second in (1, 2):
            values = {"cpu_percent": 50.0 * second, "gpu0_percent": None}
            journal.append("sample", t=small.START + second, values=values, units={"cpu_percent": "%"})
    load(empty)

    found = rows(empty, "select name, epoch(time)::bigint, value, unit from sample order by time")
    assert found == [("cpu_percent", small.START + 1, 50.0, "%"), ("cpu_percent", small.START + 2, 100.0, "%")]


def test_the_tables_changed_only_together_with_their_version() -> None:
    # when this fails: raise store.VERSION, and write down the new digest here; what comments say is no version
    tables = re.sub(r"^comment on .*\n", "", store.script("schema.sql"), flags=re.MULTILINE)
    assert (store.VERSION, hash_text(tables)) == (
        7,
        "db88cb82fad204294af4a319e98ee34d96145b3ca91aff50481d5c654b81bcb0",
    )
