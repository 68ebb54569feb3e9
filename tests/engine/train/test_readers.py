"""Files are read as they are, or refused with file and row."""

from __future__ import annotations

import json
from math import nan
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xp.engine.train import readers
from xp.engine.train.errors import DataError

COLUMNS = ("dialogue", "summary")


def file(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refusal(path: Path, columns: tuple[str, ...] = COLUMNS) -> str:
    with pytest.raises(DataError) as error:
        readers.read_rows(path, columns)
    return str(error.value).removeprefix(f"{path}: ")


def test_cells_that_read_null_or_na_stay_text(tmp_path: Path) -> None:
    path = file(tmp_path, "a.csv", 'id,dialogue,summary\n1,A: hi,null\n2,NA,N/A\n3,ok,""\n')

    rows = readers.read_rows(path, COLUMNS)

    assert [(row["dialogue"], row["summary"]) for row in rows.values()] == [
        ("A: hi", "null"),
        ("NA", "N/A"),
        ("ok", ""),
    ]


def test_a_comma_without_quotes_is_an_error_and_shifts_nothing(tmp_path: Path) -> None:
    path = file(tmp_path, "a.csv", "dialogue,summary\nA: hi, B: yo,greeting\n")

    assert refusal(path) == "line 2 has 3 fields, 2 expected"


def test_a_row_with_too_few_fields_is_an_error(tmp_path: Path) -> None:
    assert refusal(file(tmp_path, "a.csv", "dialogue,summary\nA: hi\n")) == "line 2 has 1 fields, 2 expected"


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("a.csv", "dialogue,summary,summary\na,b,c\n", ""),
        (
            "a.jsonl",
            '{"dialogue": "a", "summary": "b"}\n{"dialogue": "a", "summary": "a", "summary": "b"}\n',
            "row 2: ",
        ),
    ],
)
def test_a_column_that_is_there_twice_is_refused(tmp_path: Path, name: str, text: str, where: str) -> None:
    """The last one was taken without a word."""
    assert refusal(file(tmp_path, name, text)) == (
        f"{where}the column 'summary' is there 2 times: which one is meant cannot be told"
    )


def test_a_table_with_a_column_twice_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table([["a"], ["b"], ["c"]], ["dialogue", "summary", "summary"]), tmp_path / "a.parquet")

    assert "the column 'summary' is there 2 times" in refusal(tmp_path / "a.parquet")


def test_what_nobody_reads_may_be_there_twice(tmp_path: Path) -> None:
    """Spreadsheets leave columns without a name behind."""
    path = file(tmp_path, "a.csv", "dialogue,summary,,\na,b,,\n")
    lines = file(tmp_path, "a.jsonl", '{"dialogue": "a", "summary": "b", "note": {"k": 1, "k": 2}, "x": 1, "x": 2}\n')

    assert readers.read_rows(path, COLUMNS)[1]["summary"] == readers.read_rows(lines, COLUMNS)[1]["summary"] == "b"


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_byte_order_mark_belongs_to_no_column(tmp_path: Path, name: str) -> None:
    text = "dialogue,summary\na,b\n" if name == "a.csv" else '{"dialogue": "a", "summary": "b"}\n'
    path = file(tmp_path, name, b"\xef\xbb\xbf" + text.encode())

    assert readers.read_rows(path, COLUMNS) == {1: {"dialogue": "a", "summary": "b"}}


def test_a_cell_with_line_breaks_is_one_cell(tmp_path: Path) -> None:
    path = file(tmp_path, "a.csv", 'dialogue,summary\r\n"A: hi\r\nB: yo",b\r\n')

    assert readers.read_rows(path, COLUMNS)[1]["dialogue"] == "A: hi\r\nB: yo"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param('dialogue,summary\n"a"b,c\n', "line 2: ',' expected after '\"'", id="quote-inside"),
        pytest.param("", "the file is empty", id="empty"),
        pytest.param(
            "dialog,summary\na,b\n", "there is no column 'dialogue': did you mean 'dialog'?", id="column-misspelt"
        ),
        pytest.param(
            b"dialogue,summary\na,\xff\n", "not UTF-8: byte 0xff cannot be read: invalid start byte", id="latin-1"
        ),
    ],
)
def test_a_csv_file_that_cannot_be_read_says_why(tmp_path: Path, text: str | bytes, message: str) -> None:
    assert refusal(file(tmp_path, "a.csv", text)) == message


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("{", "row 2: not JSON: Expecting property name enclosed in double quotes", id="torn"),
        pytest.param("[1]", "row 2: an object expected, got list", id="no-object"),
        pytest.param('{"dialogue": "a"}', "row 2: there is no column 'summary': known: dialogue", id="key-missing"),
    ],
)
def test_a_line_of_json_that_is_no_row_says_why(tmp_path: Path, line: str, message: str) -> None:
    path = file(tmp_path, "a.jsonl", f'{{"dialogue": "a", "summary": "b"}}\n{line}\n')

    assert refusal(path).startswith(message)


@pytest.mark.parametrize(
    ("value", "kind"), [(5, "integer"), (True, "true or false"), (["a"], "list"), (1.5, "number"), (nan, "number")]
)
def test_a_value_that_is_no_text_is_never_turned_into_text(value: object, kind: str) -> None:
    with pytest.raises(DataError, match=f"a.jsonl: row 4: summary must be text, got {kind}"):
        readers.text_of_column({"summary": value}, "summary", "a.jsonl: row 4")


def test_half_a_character_is_an_error_that_names_the_row() -> None:
    """A message that was cut in an emoji: JSON takes it, and everything behind fails without a word of where."""
    row = json.loads('{"summary": "fun \\ud83d"}')

    with pytest.raises(DataError, match=r"a\.jsonl: row 4: summary holds \\ud83d, half of a character"):
        readers.text_of_column(row, "summary", "a.jsonl: row 4")


def test_a_line_separator_inside_a_json_string_ends_no_row(tmp_path: Path) -> None:
    path = file(tmp_path, "a.jsonl", '{"dialogue": "a\u2028b\u0085c", "summary": "d"}\n')

    assert readers.read_rows(path, COLUMNS) == {1: {"dialogue": "a\u2028b\u0085c", "summary": "d"}}


def test_blank_lines_between_rows_are_no_rows_and_are_counted(tmp_path: Path) -> None:
    row = json.dumps({"dialogue": "a", "summary": "b"})

    assert [*readers.read_rows(file(tmp_path, "a.jsonl", f"{row}\n\n{row}\n"), COLUMNS)] == [1, 3]


def test_a_text_is_the_same_whatever_system_ended_its_lines() -> None:
    row = {"dialogue": "A: hi\r\nB: yo\r\n"}
    assert readers.text_of_column(row, "dialogue", "a.csv: row 1") == "A: hi\nB: yo\n"


def test_parquet_and_arrow_folders_hold_the_same_rows(tmp_path: Path) -> None:
    table = {"dialogue": ["a", "b"], "summary": ["c", "d"], "extra": [1, 2]}
    pq.write_table(pa.table(table), tmp_path / "a.parquet")
    datasets.Dataset.from_dict(table).save_to_disk(tmp_path / "folder")

    parquet = readers.read_rows(tmp_path / "a.parquet", COLUMNS)
    assert parquet == {1: {"dialogue": "a", "summary": "c"}, 2: {"dialogue": "b", "summary": "d"}}
    assert readers.read_rows(tmp_path / "folder", COLUMNS) == parquet


def test_a_folder_of_several_splits_asks_for_one(tmp_path: Path) -> None:
    rows = datasets.Dataset.from_dict({"dialogue": ["a"], "summary": ["b"]})
    datasets.DatasetDict({"train": rows}).save_to_disk(tmp_path / "folder")

    assert refusal(tmp_path / "folder").startswith("it holds several splits; name one")


def test_a_missing_column_of_a_table_names_those_there_are(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a"]}), tmp_path / "a.parquet")

    assert refusal(tmp_path / "a.parquet") == "there is no column 'dialogue': known: text"


def test_files_of_other_kinds_and_missing_ones_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a.csv") == "no such file"
    assert refusal(file(tmp_path, "a.xml", "")) == (
        ".xml suffix is not one that is read: .csv, .jsonl, .parquet, or a folder"
    )
