"""What the documentation says of queries is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xp.engine.warehouse.binding import faults
from xp.engine.warehouse.sandbox import emptiness
from xp.queries import catalog

TEXT = (Path(__file__).parents[2] / "docs" / "queries.md").read_text(encoding="utf-8")


def test_every_saved_query_is_listed_with_its_question() -> None:
    listed = re.findall(r"^\| `(\w+)` \| (.+\?) \|$", TEXT, re.MULTILINE)

    assert listed == [(name, catalog.find(name).title) for name in catalog.names()]


@pytest.mark.parametrize("sql", re.findall(r"```sql\n(.*?)```", TEXT, re.DOTALL))
def test_every_example_of_sql_is_right(sql: str) -> None:
    with emptiness() as db:
        assert faults(db, catalog.parse(Path("example.sql"), sql)) == []
