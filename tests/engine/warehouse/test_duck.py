"""DuckDB's own module, wherever a release keeps it."""

from __future__ import annotations

import runpy
import sys
from types import ModuleType

import duckdb
import pytest

from xp.engine.warehouse import duck


def test_it_has_the_classes_of_the_package() -> None:
    assert duck.duckdb.DuckDBPyConnection is duckdb.DuckDBPyConnection
    assert duck.duckdb.Error is duckdb.Error


def test_where_there_is_no_such_module_the_package_does(monkeypatch: pytest.MonkeyPatch) -> None:
    package = ModuleType("duckdb")
    monkeypatch.setitem(sys.modules, "_duckdb", None)
    monkeypatch.setitem(sys.modules, "duckdb", package)

    assert runpy.run_path(duck.__file__)["duckdb"] is package
