"""Files of comma-separated values, line by line: what is odd is named by its line, and nothing is guessed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from xp.engine.importing.found import refuse

OTHERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
"""What some programs write instead of commas."""

UNCLOSED = "a quote that nothing closes?"


def read_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that hold something, each with its number; one whose fields cannot be told apart is refused."""
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    line, first = 1, True
    try:
        for cells in reader:
            if any("\n" in cell or "\r" in cell for cell in cells):
                raise refuse("a field goes on in the next line", path, line, UNCLOSED)
            if any(cell.strip() for cell in cells):
                if first:
                    separated(cells, path, line)
                first = False
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise refuse(f"not comma-separated values: {error}", path, line, UNCLOSED) from None
    if first:
        raise refuse("the file is empty", path)


def separated(header: list[str], path: Path, line: int) -> None:
    """Refuse a header whose names are separated by something else."""
    if len(header) == 1 and (other := next((name for sign, name in OTHERS.items() if sign in header[0]), None)):
        hint = "save it with commas between the fields and points in the numbers"
        raise refuse(f"separated by {other}, not by commas", path, line, hint)


def read_text(path: Path) -> str:
    """Return the text of a file, which must be UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise refuse("not UTF-8", path, line, "save it as UTF-8") from None
