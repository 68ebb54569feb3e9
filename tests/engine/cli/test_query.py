"""`xp query`: what is asked, in which form, and where it goes."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from pyarrow import ipc, parquet

from tests import small
from xp.engine.cli.main import main
from xp.engine.layout import Layout
from xp.engine.warehouse import store
from xp.engine.warehouse.load import load
from xp.queries import catalog

XP = (sys.executable, "-m", "xp.engine.cli.main", "query")


@pytest.fixture(autouse=True)
def results(filled: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every question be about the small experiment."""
    monkeypatch.setenv("XP_RESULTS", str(filled.root))


def query(*words: str) -> Result:
    return CliRunner().invoke(main, ["query", *words])


def test_without_a_name_the_saved_queries_are_listed() -> None:
    result = query()

    assert result.exit_code == 0
    assert all(name in result.output for name in catalog.names())
    assert re.search(
        r"^best +Which trials are best\? +\[experiment\] \[measure\] \[rows\]$", result.output, re.MULTILINE
    )


def test_the_list_is_there_as_json() -> None:
    (best,) = (entry for entry in json.loads(query("--list", "--json").output) if entry["name"] == "best")

    assert best["title"] == "Which trials are best?"
    assert [param["name"] for param in best["params"]] == ["experiment", "measure", "rows"]
    assert best["columns"][0] == {"name": "label", "type": "text", "unit": "-", "description": "name of the trial"}


def test_a_query_can_stand_on_the_command_line() -> None:
    result = query("--sql", "select count(*) as n from trials where seed = $seed", "-p", "seed=1", "--json")

    assert (result.exit_code, json.loads(result.output)) == (0, [{"n": 4}])


def test_a_name_and_a_text_are_one_too_many() -> None:
    result = query("best", "--sql", "select 1")

    assert (result.exit_code, result.stderr.splitlines()[0]) == (3, "xp: two queries: one by its name, one with --sql")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--timeout", "nan"), "'--timeout': 'nan' is no finite number"),
        (("--timeout", "inf"), "'--timeout': 'inf' is no finite number"),
        (("--watch", "nan"), "'--watch': 'nan' is no finite number"),
        (("-o", ""), "'-o' / '--output': '.' names no file"),
        (("-o", "/"), "'-o' / '--output': '/' names no file"),
    ],
)
def test_what_is_no_time_and_what_is_no_file_is_a_wrong_command_line(words: tuple[str, ...], message: str) -> None:
    result = query("best", *words)

    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, f"Error: Invalid value for {message}")


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (("--format", "csv"), "label,score,value,unit,trial"),
        (("--format", "json"), "["),
        (("--format", "jsonl"), '{"label": "baseline · dialogues · seed 3", "score": "accuracy", "value": 54.0'),
        (("--format", "markdown"), "| label"),
        (("--format", "table"), "label"),
    ],
)
def test_every_text_form(words: tuple[str, ...], first: str) -> None:
    assert query("best", *words).output.startswith(first)


@pytest.mark.parametrize(
    ("file", "first"),
    [("x.csv", "label,score"), ("x.json", "[\n"), ("x.jsonl", '{"label"'), ("x.md", "| label"), ("x.txt", "label ")],
)
def test_the_name_of_a_file_tells_its_form(tmp_path: Path, file: str, first: str) -> None:
    result = query("best", "-o", str(tmp_path / file))

    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / file).read_text().startswith(first)


def test_a_file_whose_name_tells_no_form_is_not_written(tmp_path: Path) -> None:
    result = query("best", "-o", str(tmp_path / "x.tsv"))

    assert result.exit_code == 3
    assert "x.tsv: no form of an answer has files of type .tsv\n    hint: .csv, .json," in result.output
    assert not (tmp_path / "x.tsv").exists()
    assert query("best", "-o", str(tmp_path / "x.tsv"), "--format", "csv").exit_code == 0


def test_binary_forms_go_to_files_and_pipes(tmp_path: Path) -> None:
    query("best", "-o", str(tmp_path / "x.parquet"))
    query("best", "-o", str(tmp_path / "x.arrow"))
    piped = subprocess.run([*XP, "best", "--format", "arrow"], capture_output=True, check=True).stdout

    tables = parquet.read_table(tmp_path / "x.parquet"), ipc.open_file(tmp_path / "x.arrow").read_all()
    assert len({table.num_rows for table in (*tables, ipc.open_file(io.BytesIO(piped)).read_all())}) == 1


def on_terminal(*words: str, columns: int = 60, lines: int = 100) -> tuple[int, str]:
    """Run a command on a terminal; return its exit code and what was shown."""
    parent, child = pty.openpty()
    env = {**os.environ, "COLUMNS": str(columns), "LINES": str(lines), "PAGER": "cat"}
    process = subprocess.Popen([*XP, *words], stdout=child, stderr=child, env=env)
    os.close(child)
    shown = b""
    while chunk := read(parent):
        shown += chunk
    os.close(parent)
    return process.wait(), shown.decode().replace("\r\n", "\n")


def read(file: int) -> bytes:
    """Return what a terminal shows next, nothing when it has been closed."""
    try:
        return os.read(file, 65536)
    except OSError:
        return b""


def test_on_a_terminal_a_table_fits_and_a_pipe_gets_it_whole() -> None:
    code, shown = on_terminal("trials")
    plain = re.sub(r"\x1b\[\d*m", "", shown)

    assert code == 0
    assert max(map(len, plain.splitlines()[:13])) <= 60
    assert "…" in plain
    assert "no room for " in plain
    assert "…" not in query("trials").output


def test_what_is_longer_than_the_terminal_goes_to_a_pager() -> None:
    code, shown = on_terminal("trials", columns=200, lines=5)

    assert code == 0
    assert "broken · dialogues · seed 3" in shown
    assert "(12 rows)" in shown


def test_a_binary_form_is_no_text_for_a_terminal() -> None:
    code, shown = on_terminal("best", "--format", "parquet")

    assert code == 3
    assert "parquet is no text for a terminal" in shown


def test_a_plan_is_explained() -> None:
    assert "Projection" in query("best", "--explain").output


def test_lineage_names_tables_and_metrics() -> None:
    (memory,) = (
        entry for entry in json.loads(query("tradeoffs", "--lineage", "--json").output) if entry["column"] == "memory"
    )

    assert memory["metrics"] == ["train_peak_memory"]
    assert "latest.value" in memory["sources"]
    assert query("--sql", "select 1 as one", "--lineage").output == "one\n    from     the query itself\n"


def test_lineage_of_a_query_that_cannot_run_says_why() -> None:
    result = query("--sql", "select lable from trials", "--lineage")

    assert (result.exit_code, result.stderr.splitlines()[0]) == (
        3,
        'xp: --sql:1:8: referenced column "lable" not found in FROM clause',
    )


def test_a_query_is_written_for_another_database() -> None:
    assert "FROM trials" in query("trials", "--dialect", "postgres").output
    assert query("trials", "--dialect", "nosuch").exit_code == 3


@pytest.mark.parametrize(
    "name", ["best", "datasets", "effects", "failures", "models", "provenance", "trials", "verdicts"]
)
def test_a_query_of_plain_sql_is_translated_whole(name: str) -> None:
    text = query(name, "--dialect", "postgres").output

    assert "\nSELECT\n" in text
    assert "not translated" not in text
    assert "ERROR(" not in text, "what checks a word is left out"


def test_watching_writes_what_is_new_until_it_is_interrupted() -> None:
    words = ("--sql", "select count(*) as n from trials", "--format", "csv", "--watch", "0.1")
    process = subprocess.Popen([*XP, *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    shown = process.stdout.readline() + process.stdout.readline()
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)

    assert (shown + process.stdout.read(), process.wait(10)) == ("n\n12\n", 0)
    process.stdout.close()


def test_a_long_question_hears_ctrl_c_every_time() -> None:
    endless = "select count(*) from range(1_000_000) as a, range(1_000_000) as b where a.range * b.range % 7 = 3"
    asked = [
        subprocess.Popen([*XP, "--sql", endless], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in "1234"
    ]
    time.sleep(2.0)
    for process in asked:
        process.send_signal(signal.SIGINT)

    ends = [process.communicate(timeout=30)[0] for process in asked]

    assert [(process.returncode, end.split()) for process, end in zip(asked, ends, strict=True)] == [
        (1, [b"Aborted!"])
    ] * 4


@pytest.mark.parametrize("new", [False, True])
def test_the_warehouse_is_opened_once_where_nothing_is_new(
    empty: Layout, monkeypatch: pytest.MonkeyPatch, new: bool
) -> None:
    small.attempt(empty, small.Trial("baseline", 1)).start()
    load(empty)
    if new:
        small.attempt(empty, small.Trial("baseline", 1)).start()
    opened: list[bool] = []
    connect = store.connect

    def counted(path: Path, read_only: bool, config: store.Config) -> duckdb.DuckDBPyConnection:
        opened.append(read_only)
        return connect(path, read_only, config)

    monkeypatch.setattr(store, "connect", counted)
    words = ("--sql", "select count(*) as n from attempt", "--format", "csv", "--results", str(empty.root))

    # it sees that something is new, looks what it is, stores it, looks whether there is more, and asks
    assert (query(*words).output, opened) == (("n\n2\n", [True, True, False, True]) if new else ("n\n1\n", [True]))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("best",), 0),
        (("--sql", "select 1 where false"), 0),
        (("best", "--format", "nosuch"), 2),
        (("best", "--nosuch"), 2),
        (("besd",), 3),
        (("best", "-p", "rows=many"), 3),
        (("--sql", "selec 1"), 3),
        (("best", "--results", "/nowhere"), 3),
    ],
)
def test_exit_codes(words: tuple[str, ...], code: int) -> None:
    assert query(*words).exit_code == code


def test_a_limit_of_time_can_be_set() -> None:
    sql = "with recursive t as (select 1 as a union all select a + 1 from t) select count(*) from t"

    result = query("--sql", sql, "--timeout", "0.2")

    assert result.exit_code == 3
    assert "the query took longer than 0.2 s" in result.stderr


def test_a_plain_question_loads_no_parser_and_nothing_else_that_it_does_not_need() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from xp.engine.cli.main import main; "
        "CliRunner().invoke(main, ['query', 'best', '--format', 'csv']); "
        "unwanted = {'sqlglot', 'pyarrow', 'pandas', 'rich', 'jinja2', 'pydantic', 'numpy', 'duckdb', 'orjson'}; "
        "print(sorted(unwanted & {*sys.modules}))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
