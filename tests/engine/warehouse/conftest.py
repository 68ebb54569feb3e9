"""A look into a warehouse past everything that is tested here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from xp.engine.journal import Journal
from xp.engine.layout import Layout

Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def rows() -> Rows:
    """Return what plain DuckDB answers on a warehouse file."""

    def ask(layout: Layout, sql: str, params: object = None) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(layout.warehouse), read_only=True) as db:
            return db.execute(sql, params).fetchall()

    return ask


@pytest.fixture
def rank0(empty: Layout) -> Iterator[Journal]:
    """The journal of rank 0 of the first attempt of a trial."""
    with Journal(empty.new_attempt("0123456789ab").journal(0)) as journal:
        yield journal


def tree(root: Path) -> dict[str, bytes]:
    """Return every file under a folder with its content."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
