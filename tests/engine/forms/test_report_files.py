"""The folder beside a report."""

from __future__ import annotations

from pathlib import Path

from xp.engine.forms.report_files import folder_of, leave, tidy


def written(folder: Path, **files: bytes) -> None:
    """Leave files as a report does."""
    tidy(folder, leave(folder, files.items()))


def there(folder: Path) -> list[str]:
    """Return the names in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_is_named_for_its_report() -> None:
    assert folder_of(Path("reports/experiments.md")) == Path("reports/experiments_files")
    assert folder_of(Path("reports/experiments.html")) == Path("reports/experiments.html_files")


def test_what_a_later_report_needs_no_more_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "r_files"
    written(folder, a=b"1", b=b"2")
    written(folder, b=b"3")

    assert there(folder) == ["b", "files.json"]
    assert (folder / "b").read_bytes() == b"3"


def test_a_folder_without_files_goes(tmp_path: Path) -> None:
    folder = tmp_path / "r_files"
    written(folder, a=b"1")
    written(folder)

    assert not folder.exists()


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    folder = tmp_path / "r_files"
    written(folder, a=b"1", b=b"2")
    (folder / "a").write_bytes(b"changed by hand")
    (folder / "notes.txt").write_text("mine")
    written(folder)

    assert there(folder) == ["a", "notes.txt"]


def test_a_list_that_is_not_ours_removes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "r_files"
    folder.mkdir()
    outside = tmp_path / "outside"
    outside.write_bytes(b"1")
    for text in ("[]", "not JSON", '{"../outside": 7}'):
        (folder / "files.json").write_text(text)
        written(folder, a=b"1")

    assert outside.exists()


def test_a_file_that_is_as_it_should_be_is_not_written_again(tmp_path: Path) -> None:
    folder = tmp_path / "r_files"
    written(folder, a=b"1")
    before = (folder / "a").stat().st_ino
    written(folder, a=b"1")

    assert (folder / "a").stat().st_ino == before
