"""What is generated is what the language and the warehouse say now: there is no second copy of the truth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from xp.engine.commands import documents

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("experiment.schema.json", documents.schema),
        ("reference.md", documents.reference),
        ("tables.md", documents.warehouse),
        ("methods.md", documents.methods),
    ],
)
def test_the_copy_is_up_to_date(name: str, make: Callable[[], str]) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == make(), f"docs/{name} is stale: `make docs` writes it anew"
