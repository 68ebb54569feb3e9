"""Comma-separated values: lines with their numbers, and what is odd refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from xp.engine.importing.found import ImportingError
from xp.engine.importing.table import read_lines


def written(folder: Path, content: bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"a,b\n1,2\n", [(1, ["a", "b"]), (2, ["1", "2"])]),
        (b"\xef\xbb\xbfa,b\r\n1,2", [(1, ["a", "b"]), (2, ["1", "2"])]),
        (b"a,b\r1,2\r", [(1, ["a", "b"]), (2, ["1", "2"])]),
        (b"\na,b\n\n , \n1,2\n", [(2, ["a", "b"]), (5, ["1", "2"])]),
        (b'"a","b;c"\n"1, or 2",3\n', [(1, ["a", "b;c"]), (2, ["1, or 2", "3"])]),
    ],
    ids=["plain", "mark-crlf-no-end", "cr", "empty-lines", "quotes"],
)
def test_lines_are_numbered_as_an_editor_does(
    tmp_path: Path, content: bytes, found: list[tuple[int, list[str]]]
) -> None:
    assert list(read_lines(written(tmp_path, content))) == found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": the file is empty"),
        (b"\n \n", ": the file is empty"),
        (b"a;b\n1;2\n", ":1: separated by semicolons, not by commas\n    hint: save it with commas between the fields"),
        (b"\na\tb\n1\t2\n", ":2: separated by tabs, not by commas"),
        (b'a,b\n1,2\n3,"4\n5,6\n', ":3: not comma-separated values: unexpected end of data\n    hint: a quote that"),
        (b'a,b\n1,2\n3,"4\n5,6",7\n', ":3: a field goes on in the next line\n    hint: a quote that nothing closes?"),
        (b'a,b\n"1"2,3\n', ":2: not comma-separated values: "),
        ("a,b\n1,2\n3,île\n".encode("latin-1"), ":3: not UTF-8\n    hint: save it as UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), ":1: not UTF-8"),
    ],
    ids=["empty", "blank", "semicolons", "tabs", "unclosed", "closed-late", "behind-quote", "latin-1", "utf-16"],
)
def test_what_is_odd_is_refused_with_its_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(ImportingError) as caught:
        list(read_lines(path))
    assert str(caught.value).startswith(f"{path}{message}")
