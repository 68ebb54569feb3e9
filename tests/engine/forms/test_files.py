"""A file is there as a whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xp.dsl.errors import XpError
from xp.engine.forms.files import replace, replacing


def test_a_report_is_written_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "report.md"
    replace(target, "first\n")
    replace(target, "second\n")
    assert target.read_text() == "second\n"
    assert list(target.parent.iterdir()) == [target]


def test_what_fails_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "report.md"
    replace(target, "first\n")

    def fail() -> None:
        with replacing(target) as part:
            part.write_text("half of it")
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert target.read_text() == "first\n"
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(XpError, match="the file cannot be written: "):
        replace(tmp_path / "file" / "report.md", "text")


def test_an_error_about_another_file_is_not_blamed_on_the_one_that_is_written(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"source\.jsonl"), replacing(tmp_path / "report.md"):
        (tmp_path / "source.jsonl").read_bytes()
    assert list(tmp_path.iterdir()) == []


def test_an_error_in_a_folder_that_is_written_is_one_line(tmp_path: Path) -> None:
    with (
        pytest.raises(XpError, match="export: the file cannot be written: No such"),
        replacing(tmp_path / "export") as part,
    ):
        (part / "a" / "b").mkdir()


def test_a_link_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "there" / "report.md", tmp_path / "report.md"
    replace(target, "first\n")
    link.symlink_to(target)
    replace(link, "second\n")

    assert link.is_symlink()
    assert target.read_text() == "second\n"


def test_a_device_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    replace(pipe, "text\n")

    assert os.read(reader, 100) == b"text\n"
    assert list(tmp_path.iterdir()) == [pipe]
    os.close(reader)


def test_a_full_device_is_one_line() -> None:
    with pytest.raises(XpError, match="/dev/full: the file cannot be written: No space left on device"):
        replace(Path("/dev/full"), "text")
