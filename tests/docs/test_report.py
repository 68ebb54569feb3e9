"""What the documentation says of reports is so."""

from __future__ import annotations

import re
from pathlib import Path

from xp.queries import catalog
from xp.templates.answers import Rows
from xp.templates.questions import unasked
from xp.templates.render import names
from xp.templates.sandbox import FILTERS
from xp.templates.tables import Tables

TEXT = (Path(__file__).parents[2] / "docs" / "report.md").read_text(encoding="utf-8")


def test_everything_that_a_template_can_use_is_named() -> None:
    told = TEXT.partition("| in a template")[2]

    assert not [name for name in Tables(unasked, None).functions if not re.search(rf"`{name}\b", told)]
    assert not [name for name in FILTERS if f"&#124; {name}" not in told]
    assert all(hasattr(Rows, name) for name in re.findall(r"`\.(\w+)\(", told))


def test_every_template_has_a_row_and_every_example_exists() -> None:
    assert set(
        re.findall(r"^\| `(\w+)` \|", TEXT.partition("| template")[2].partition("\n\n")[0], re.MULTILINE)
    ) == set(names())
    assert set(re.findall(r"xp query (\w+)", TEXT)) <= set(catalog.names())
