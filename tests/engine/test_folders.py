"""What a name in an experiment file is on this disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from xp.engine.folders import find_folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a checkpoint in it, and an experiment in a folder beside."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "bart").mkdir(parents=True)
    (tmp_path / "work" / "bart").mkdir(parents=True)
    (tmp_path / "work" / "words.json").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("bart", "work/bart"),
        ("../home/bart", "work/../home/bart"),
        ("~/bart", "home/bart"),
        ("~/none", None),
        ("~nobody-of-this-name/bart", None),
        ("words.json", None),
        ("facebook/bart-base", None),
    ],
)
def test_a_name_is_a_folder_seen_from_the_experiment_or_none(home: Path, name: str, found: str | None) -> None:
    assert find_folder(name, home / "work") == (None if found is None else home / found)


def test_an_absolute_name_is_itself(home: Path) -> None:
    assert find_folder(str(home / "home" / "bart"), home / "work") == home / "home" / "bart"
