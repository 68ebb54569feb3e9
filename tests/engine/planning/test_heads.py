"""The columns of a split are read from its head, and what holds no rows is refused before anything runs."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from xp.engine.planning.heads import WHOLE, UnreadableError, columns


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.csv", '"dialogue","summary, short"\nx,y\n', ["dialogue", "summary, short"]),
        ("b.csv", "\ufeffdialogue,summary\nx,y\n", ["dialogue", "summary"]),
        ("B.CSV", "dialogue,summary,summary\nx,y,z\n", ["dialogue", "summary", "summary"]),
        ("c.jsonl", '\ufeff\n{"summary": "y", "dialogue": "x"}\n', ["dialogue", "summary"]),
    ],
    ids=["quoted", "csv-byte-order-mark", "csv-in-upper-case", "jsonl-byte-order-mark"],
)
def test_columns_are_read_from_the_head_of_a_file(tmp_path: Path, name: str, text: str, expected: list[str]) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")

    assert columns(tmp_path / name) == expected


def test_a_cell_of_a_table_may_be_a_whole_document(tmp_path: Path) -> None:
    """A worker reads it, and Python's own limit is 131,072 characters."""
    (tmp_path / "long.csv").write_text(f"document,summary\n{'word ' * 40_000},short\n")
    usual = csv.field_size_limit(131_072)
    try:
        assert columns(tmp_path / "long.csv") == ["document", "summary"]
    finally:
        csv.field_size_limit(usual)


def test_columns_of_a_parquet_file(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"summary": ["y"], "dialogue": ["x"]}), tmp_path / "a.parquet")

    assert columns(tmp_path / "a.parquet") == ["summary", "dialogue"]


@pytest.mark.parametrize(
    ("name", "content", "message", "hint"),
    [
        ("a.csv", b"", "the file is empty", ""),
        ("a.csv", b"dialogue,summary\n\n", "there is no row in it", ""),
        (
            "a.csv",
            b"dialogue;summary\na;b\n",
            "no comma between its values: it begins 'dialogue;summary'",
            "separate them by commas",
        ),
        ("a.csv", "résumé,b\nx,y\n".encode("latin-1"), "not UTF-8", "save it as UTF-8"),
        ("a.jsonl", b"\n \n", "there is no row in it", ""),
        (
            "a.jsonl",
            b'[{"dialogue": "x"}]\n',
            "its first row is no JSON object",
            "JSON Lines has one object a line, and no list around",
        ),
        (
            "a.jsonl",
            b'{\n"dialogue": "x"\n}\n',
            "its first row is no JSON object",
            "JSON Lines has one object a line, and no list around",
        ),
        (
            "a.jsonl",
            b'{"dialogue": "x"}\n\n{"dialogue": "y"} }\n',
            "its row 3 is no JSON object",
            "JSON Lines has one object a line, and no list around",
        ),
        ("a.jsonl", b'{"dialogue": "x"}\n\xff\n', "not UTF-8", "save it as UTF-8"),
        (
            "a.jsonl.gz",
            b"\x1f\x8b",
            ".gz suffix is not one that is read: .csv, .jsonl, .parquet, or a folder",
            "unpack it",
        ),
        (
            "a.json",
            b"[]",
            ".json suffix is not one that is read: .csv, .jsonl, .parquet, or a folder",
            "JSON Lines, one object a line, ends in .jsonl",
        ),
        ("a", b"x", "no suffix is not one that is read: .csv, .jsonl, .parquet, or a folder", ""),
        (
            "a.parquet",
            b"PAR1",
            "no Parquet file: Parquet file size is 4 bytes, smaller than the minimum file footer (8 bytes)",
            "",
        ),
    ],
)
def test_what_holds_no_rows_is_refused(tmp_path: Path, name: str, content: bytes, message: str, hint: str) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(UnreadableError) as refusal:
        columns(tmp_path / name)

    assert (str(refusal.value), refusal.value.hint) == (message, hint)


def test_a_parquet_file_without_rows_is_refused(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"dialogue": pa.array([], pa.string())}), tmp_path / "a.parquet")

    with pytest.raises(UnreadableError, match="there is no row in it"):
        columns(tmp_path / "a.parquet")


def test_a_table_that_cannot_be_read_is_told_in_words(tmp_path: Path) -> None:
    """As strictly as a worker reads it."""
    (tmp_path / "a.csv").write_text('dialogue,summary\n"a" b,c\n')

    with pytest.raises(UnreadableError, match="no table of comma-separated values: ',' expected after"):
        columns(tmp_path / "a.csv")


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"features": 1}'])
def test_a_folder_that_says_nothing_of_its_columns_is_left_to_the_worker(tmp_path: Path, content: str) -> None:
    (tmp_path / "dataset_info.json").write_text(content)
    (tmp_path / "state.json").write_text("{}")

    assert columns(tmp_path) is None


@pytest.mark.parametrize(
    ("names", "hint"),
    [
        (["train-00000-of-00001.parquet"], "name the file in it, 'train-00000-of-00001.parquet'"),
        (["0000.parquet", "0001.parquet"], "make one file of the 2 in it"),
        (["README.md"], "a folder is read that save_to_disk has written"),
    ],
)
def test_a_folder_of_files_from_the_hub_is_no_saved_data_set(tmp_path: Path, names: list[str], hint: str) -> None:
    for name in names:
        (tmp_path / name).touch()

    with pytest.raises(UnreadableError) as refusal:
        columns(tmp_path)

    assert (str(refusal.value), refusal.value.hint) == ("no folder that `datasets` has saved", hint)


def test_the_later_rows_of_a_large_file_are_left_to_the_worker(tmp_path: Path) -> None:
    long = '{"dialogue": "' + "x" * WHOLE + '"}'
    (tmp_path / "a.jsonl").write_text(f"{long}\nno row\n")

    assert columns(tmp_path / "a.jsonl") == ["dialogue"]
