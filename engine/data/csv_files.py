"""Opens files of comma-separated values, in the same way for whoever reads all of one and whoever looks at its head."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LONGEST_CELL = 1 << 30
"""Most characters of a cell: it may be a whole document, and Python's own limit is 131,072."""


@contextmanager
def open_csv(path: Path) -> Iterator[Any]:
    """Open a file for the length of a block and give what reads its lines, each as a list of cells."""
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield csv.reader(file, strict=True)
