"""What the documentation says of the warehouse is so."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from xp.engine.layout import Layout

TEXT = (Path(__file__).parents[2] / "docs" / "warehouse.md").read_text(encoding="utf-8")


def test_the_example_of_python_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    monkeypatch.chdir(tmp_path)

    exec(code.replace(".polars()", ".arrow()"), {})  # noqa: S102 - our own text


def test_the_examples_for_the_command_line_of_duckdb_run(filled: Layout) -> None:
    statements = re.findall(r"^D (.+;)$", TEXT, re.MULTILINE)

    with duckdb.connect(str(filled.warehouse), read_only=True) as db:
        answers = [db.execute(statement).fetchall() for statement in statements]

    assert [len(answer) for answer in answers] == [12, 4]


def test_the_example_of_another_database_runs(filled: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    (sql,) = re.findall(r"```sql\n(.*?)```", TEXT, re.DOTALL)
    monkeypatch.chdir(filled.root.parent)

    with duckdb.connect() as db:
        assert len(db.execute(sql.replace("results/", f"{filled.root}/")).fetchall()) == 12
        db.execute("use xp")
        assert db.execute("select round(t_quantile(0.95, 5), 3)").fetchall() == [(2.571,)]
