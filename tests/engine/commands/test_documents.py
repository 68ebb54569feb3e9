"""Schema and reference go to standard output, or to a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xp.dsl.errors import XpError
from xp.dsl.reference import reference
from xp.dsl.schema import schema
from xp.engine.commands import documents


def test_the_schema_is_json() -> None:
    assert json.loads(documents.schema()) == schema()


def test_the_reference_is_that_of_the_language() -> None:
    assert documents.reference() == reference()


@pytest.mark.parametrize("output", [None, Path("-")])
def test_a_document_goes_to_standard_output(capsys: pytest.CaptureFixture[str], output: Path | None) -> None:
    documents.write("text\n", output)

    assert capsys.readouterr() == ("text\n", "")


def test_a_document_goes_to_a_file_whose_folder_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "new" / "schema.json"
    documents.write("text\n", output)

    assert output.read_text(encoding="utf-8") == "text\n"
    assert capsys.readouterr() == ("", f"wrote {output}\n")


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(XpError, match=rf"^{tmp_path}: the file cannot be written: Is a directory$"):
        documents.write("text\n", tmp_path)
