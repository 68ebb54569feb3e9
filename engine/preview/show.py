"""From a file on the command line to the text of its preview."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xp.engine import planning
from xp.engine.preview import record, table
from xp.engine.preview.preview import preview


def show(file: Path, overrides: Sequence[str], only: Sequence[str], results: Path, *, as_json: bool) -> str:
    """Return what a run of *file* would do, as a table for people or as JSON for programs."""
    found = preview(planning.make(file, overrides, only), results)
    return record.text(found) if as_json else table.text(found)
