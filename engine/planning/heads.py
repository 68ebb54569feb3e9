"""The columns of a split, read from the head of its file: what holds no rows is refused before anything runs.

A small file of JSON Lines is read to its end, and what is no row in it is refused as well.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from xp.engine.data.csv_files import open_csv
from xp.engine.data.places import FILE_SUFFIXES

FOREIGN = {
    ".json": "JSON Lines, one object a line, ends in .jsonl",
    ".tsv": "separate the values by commas, and end the name in .csv",
    **dict.fromkeys((".gz", ".bz2", ".xz", ".zip", ".zst"), "unpack it"),
}
"""Ends of names that people try, and what to do about them."""

SAVED = ("state.json", "dataset_dict.json")
"""What `datasets` writes into each folder that it saves: with a split, or with several."""

MARKS = (";", "\t", "|")
"""What other tables have between their values."""

ONE_A_LINE = "JSON Lines has one object a line, and no list around"

WHOLE = 4 << 20
"""Bytes of a file of JSON Lines up to which each of its rows is read: a plan has to be quick."""


class UnreadableError(ValueError):
    """A file that is not what the end of its name says."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def columns(place: Path) -> list[str] | None:
    """Return the columns of a split, None where only reading tells; raise UnreadableError where it has no row."""
    suffix = place.suffix.lower()
    try:
        if place.is_dir():
            return of_folder(place)
        if suffix not in READERS:
            known = ", ".join(FILE_SUFFIXES)
            message = f"{suffix or 'no'} suffix is not one that is read: {known}, or a folder"
            raise UnreadableError(message, FOREIGN.get(suffix, ""))
        return READERS[suffix](place)
    except UnicodeDecodeError:
        raise UnreadableError("not UTF-8", "save it as UTF-8") from None
    except csv.Error as error:
        raise UnreadableError(f"no table of comma-separated values: {error}") from None


def of_csv(place: Path) -> list[str]:
    """Return the names in the first line of a table."""
    with open_csv(place) as lines:
        header: list[str] = next(lines, [])
        if not next(filter(None, lines), []):
            raise UnreadableError("there is no row in it" if header else "the file is empty")
    if len(header) == 1 and any(mark in header[0] for mark in MARKS):
        raise UnreadableError(f"no comma between its values: it begins {header[0]!r}", "separate them by commas")
    return header


def of_jsonl(place: Path) -> list[str]:
    """Return the keys of the first row of a JSON Lines file, all of whose rows are looked at where they are few."""
    few = place.stat().st_size <= WHOLE
    with place.open(encoding="utf-8-sig") as file:
        lines = ((number, line) for number, line in enumerate(file, 1) if line.strip())
        first = next(lines, None)
        if first is None:
            raise UnreadableError("there is no row in it")
        row = json_or_none(first[1])
        if not isinstance(row, dict):
            raise UnreadableError("its first row is no JSON object", ONE_A_LINE)
        for number, line in lines if few else ():
            if not isinstance(json_or_none(line), dict):
                raise UnreadableError(f"its row {number} is no JSON object", ONE_A_LINE)
    return sorted(row)


def of_parquet(place: Path) -> list[str]:
    """Return the columns that the foot of a Parquet file names."""
    from pyarrow import ArrowException, parquet  # noqa: PLC0415 - whoever has no such file does not pay for it

    try:
        told = parquet.read_metadata(place)
    except (ArrowException, OSError) as error:
        raise UnreadableError(f"no Parquet file: {str(error).splitlines()[0]}") from None
    if not told.num_rows:
        raise UnreadableError("there is no row in it")
    return list(told.schema.to_arrow_schema().names)


READERS: Mapping[str, Callable[[Path], list[str]]] = {".csv": of_csv, ".jsonl": of_jsonl, ".parquet": of_parquet}


def of_folder(place: Path) -> list[str] | None:
    """Return the columns that a saved folder of Arrow files says it has; raise where it is another folder."""
    if not any((place / name).exists() for name in SAVED):
        raise UnreadableError("no folder that `datasets` has saved", instead_of(place))
    info = place / "dataset_info.json"
    found = json_or_none(info.read_text(encoding="utf-8")) if info.exists() else None
    return sorted(found["features"]) if isinstance(found, dict) and isinstance(found.get("features"), dict) else None


def instead_of(place: Path) -> str:
    """Return what to name in place of a folder that holds files."""
    names = [file.name for file in sorted(place.iterdir()) if file.suffix.lower() in READERS]
    if len(names) == 1:
        return f"name the file in it, {names[0]!r}"
    return f"make one file of the {len(names)} in it" if names else "a folder is read that save_to_disk has written"


def json_or_none(text: str) -> Any:
    """Return what JSON says, None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
