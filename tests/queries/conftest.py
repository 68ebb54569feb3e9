"""Saved queries, asked by name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.queries.asking import Table
from xp.engine.layout import Layout
from xp.engine.warehouse.ask import ask
from xp.queries.catalog import find


@pytest.fixture
def table(filled: Layout) -> Table:
    """Ask the small experiment's warehouse a saved query; rows by the names of their columns."""

    def run(name: str, layout: Layout = filled, **params: Any) -> list[dict[str, Any]]:
        query = find(name)
        answer = ask(layout, query, query.values(params))
        return [dict(zip([column.name for column in answer.columns], row, strict=True)) for row in answer.rows]

    return run
