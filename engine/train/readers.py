"""Files to rows, checked: every error names the file and the row."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet

from xp.dsl.errors import did_you_mean
from xp.engine.data.csv_files import open_csv
from xp.engine.train.errors import DataError

Row = Mapping[str, Any]

Rows = Mapping[int, Row]
"""Rows by their number, from 1: that of the line in a file of JSON Lines, their place among the rows of any other."""

TYPES = {bool: "true or false", int: "integer", float: "number", type(None): "nothing", list: "list", dict: "table"}


def read_rows(path: Path, columns: Sequence[str]) -> Rows:
    """Return the rows of *path* with at least *columns*, in the order of the file."""
    if path.is_dir():
        return rows_of_table(datasets.load_from_disk(str(path)), columns, path)
    if not path.exists():
        raise DataError(f"{path}: no such file")
    readers = {".csv": read_csv, ".jsonl": read_jsonl, ".parquet": read_parquet}
    suffix = path.suffix.lower()
    if suffix not in readers:
        raise DataError(f"{path}: {suffix or 'no'} suffix is not one that is read: {', '.join(readers)}, or a folder")
    return readers[suffix](path, columns)


def numbered(rows: Iterable[Row]) -> Rows:
    """Return rows by their place among each other."""
    return dict(enumerate(rows, 1))


def read_csv(path: Path, columns: Sequence[str]) -> Rows:
    """Return the rows of a CSV file; every cell is text, also ``null`` and ``NA``."""
    with open_csv(path) as lines:
        try:
            header = next(lines, None)
            if header is None:
                raise DataError(f"{path}: the file is empty")
            require_columns(columns, header, path)
            return numbered(csv_rows(lines, header, path))
        except csv.Error as error:
            raise DataError(f"{path}: line {lines.line_num}: {error}") from error
        except UnicodeDecodeError as error:
            raise not_text(path, error) from error


def csv_rows(lines: Any, header: Sequence[str], path: Path) -> Iterator[Row]:
    """Yield the rows under *header*; an empty line is none."""
    for cells in lines:
        if not cells:
            continue
        if len(cells) != len(header):
            raise DataError(f"{path}: line {lines.line_num} has {len(cells)} fields, {len(header)} expected")
        yield dict(zip(header, cells, strict=True))


def read_jsonl(path: Path, columns: Sequence[str]) -> Rows:
    """Return the rows of a JSON Lines file; an empty line is none, and counts."""
    rows: dict[int, Row] = {}
    with path.open(encoding="utf-8-sig") as file:
        try:
            for number, line in enumerate(file, 1):
                if line.strip():
                    rows[number] = json_row(line, f"{path}: row {number}", columns)
        except UnicodeDecodeError as error:
            raise not_text(path, error) from error
    return rows


def json_row(line: str, where: str, columns: Sequence[str]) -> Row:
    """Return the object that one line holds."""
    try:
        row = json.loads(line, object_pairs_hook=partial(only_once, where, columns))
    except ValueError as error:
        raise DataError(f"{where}: not JSON: {error}") from error
    if not isinstance(row, dict):
        raise DataError(f"{where}: an object expected, got {name_of(row)}")
    require_columns(columns, row, where)
    return row


def only_once(where: str, columns: Sequence[str], pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return the members of an object; raise if one of *columns* is among them twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        require_columns([column for column in columns if column in found], [name for name, _ in pairs], where)
    return found


def read_parquet(path: Path, columns: Sequence[str]) -> Rows:
    """Return the rows of a Parquet file."""
    return rows_of_table(pyarrow.parquet.ParquetFile(path).read(), columns, path)


def read_hub(name: str, config: str | None, split: str, revision: str | None, columns: Sequence[str]) -> Rows:
    """Return the rows of one split of a hub data set."""
    return rows_of_table(datasets.load_dataset(name, config, split=split, revision=revision), columns, name)


def rows_of_table(source: Any, columns: Sequence[str], where: Path | str) -> Rows:
    """Return the rows of an Arrow table or of a data set that holds one."""
    if not hasattr(source, "column_names") or isinstance(source.column_names, dict):
        raise DataError(f"{where}: it holds several splits; name one, as in {where}/train")
    require_columns(columns, source.column_names, where)
    chosen = source.select_columns(list(columns)) if hasattr(source, "select_columns") else source.select(columns)
    return numbered(chosen.to_list() if hasattr(chosen, "to_list") else chosen.to_pylist())


def require_columns(columns: Iterable[str], known: Iterable[str], where: Path | str) -> None:
    """Raise unless all *columns* are there, each of them once."""
    known = list(known)
    for column in columns:
        if column not in known:
            raise DataError(f"{where}: there is no column {column!r}: {did_you_mean(column, known)}")
        if (count := known.count(column)) > 1:
            raise DataError(f"{where}: the column {column!r} is there {count} times: which one is meant cannot be told")


def text_of_column(row: Row, column: str, where: str) -> str:
    """Return the text in *column*, an empty one where there is none; anything else is an error, never turned into text.

    What reads CSV files of the hub has nothing for an empty cell. A line ends with one character, whatever
    system wrote it: a carriage return would be a token of its own.
    """
    value = row[column]
    if value is None:
        return ""
    if not isinstance(value, str):
        raise DataError(f"{where}: {column} must be text, got {name_of(value)}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        half = ascii(value[error.start]).strip("'")
        raise DataError(f"{where}: {column} holds {half}, half of a character: no tokenizer reads it") from None
    return value.replace("\r\n", "\n")


def name_of(value: Any) -> str:
    """Return what kind of value this is, in words."""
    return TYPES.get(type(value), "text" if isinstance(value, str) else type(value).__name__)


def not_text(path: Path, error: UnicodeDecodeError) -> DataError:
    """Return the error of a file that is not UTF-8."""
    return DataError(f"{path}: not UTF-8: byte 0x{error.object[error.start]:02x} cannot be read: {error.reason}")
