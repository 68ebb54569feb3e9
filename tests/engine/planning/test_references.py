"""What an experiment points to is found, hashed by content, and missed by name."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from xp.dsl.errors import SpecError
from xp.dsl.source import load
from xp.dsl.spec import Dataset, Model
from xp.engine.planning import references

ROW = {"dialogue": "A: hi", "summary": "a greets"}
FILES = Dataset(path="{split}.jsonl", source="dialogue", target="summary")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for split in ("train", "validation", "test"):
        (tmp_path / f"{split}.jsonl").write_text(json.dumps(ROW) + "\n")
    return tmp_path


def test_the_same_content_has_the_same_fingerprint_wherever_it_lies(folder: Path) -> None:
    before = references.fingerprint(FILES, folder)
    moved = folder / "moved"
    moved.mkdir()
    for file in folder.glob("*.jsonl"):
        file.rename(moved / file.name)
    assert references.fingerprint(FILES, moved) == before


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_changed_byte_changes_the_fingerprint(folder: Path, split: str) -> None:
    before = references.fingerprint(FILES, folder)
    with (folder / f"{split}.jsonl").open("a") as file:
        file.write(json.dumps(ROW) + "\n")
    assert references.fingerprint(FILES, folder) != before


def test_a_built_in_corpus_is_its_size_and_version(tmp_path: Path) -> None:
    small, large = (references.fingerprint(Dataset(builtin="dialogues", size=size), tmp_path) for size in (100, 200))
    assert small != large


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Dataset(path="org/a"), Dataset(path="org/b")),
        (Dataset(path="org/a"), Dataset(path="org/a", revision="abc")),
        (Dataset(path="org/a", config="1.0.0"), Dataset(path="org/a", config="3.0.0")),
    ],
    ids=["id", "revision", "configuration"],
)
def test_what_names_a_hub_data_set_is_in_its_fingerprint(tmp_path: Path, first: Dataset, second: Dataset) -> None:
    assert references.fingerprint(first, tmp_path) != references.fingerprint(second, tmp_path)


def test_a_local_checkpoint_is_hashed_by_content(tmp_path: Path) -> None:
    (tmp_path / "bart").mkdir()
    (tmp_path / "bart" / "config.json").write_text("{}")
    before = references.model_fingerprint(Model(checkpoint="bart"), tmp_path)
    (tmp_path / "bart" / "config.json").write_text('{"d_model": 16}')
    after = references.model_fingerprint(Model(checkpoint="bart"), tmp_path)
    assert before is not None
    assert before != after


def test_a_hub_checkpoint_has_no_files_to_hash(tmp_path: Path) -> None:
    assert references.model_fingerprint(Model(checkpoint="facebook/bart-base"), tmp_path) is None


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.csv", '"dialogue","summary, short"\nx,y\n', ["dialogue", "summary, short"]),
        ("b.csv", "\ufeffdialogue,summary\nx,y\n", ["dialogue", "summary"]),
        ("c.jsonl", '\ufeff\n{"summary": "y", "dialogue": "x"}\n', ["dialogue", "summary"]),
        ("d.jsonl", "not json\n", None),
    ],
    ids=["quoted", "csv-byte-order-mark", "jsonl-byte-order-mark", "unreadable"],
)
def test_columns_are_read_from_the_head_of_a_file(
    tmp_path: Path, name: str, text: str, expected: list[str] | None
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert references.columns(tmp_path / name) == expected


def test_a_table_that_cannot_be_read_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("dialogue,summary\n")
    before = csv.field_size_limit(5)
    try:
        with pytest.raises(references.UnreadableError, match="no table of comma-separated values: field larger than"):
            references.columns(tmp_path / "a.csv")
    finally:
        csv.field_size_limit(before)


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"features": 1}'])
def test_a_folder_that_says_nothing_of_its_columns_is_left_to_the_worker(tmp_path: Path, content: str) -> None:
    (tmp_path / "dataset_info.json").write_text(content)

    assert references.columns(tmp_path) is None


def test_all_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    file = tmp_path / "two.toml"
    file.write_text(
        '[experiment]\nname = "two"\n[defaults]\nmodel = "m"\n[models.m]\narchitecture = "bart"\n'
        '[datasets.a]\npath = "a/{split}.csv"\n[datasets.b]\ntrain = "b.csv"\nvalidation = "b.csv"\ntest = "c.csv"\n'
        '[matrix]\ndataset = ["a", "b"]\nseed = [1]\n'
    )
    with pytest.raises(SpecError) as refusal:
        references.fingerprints(load(file))
    message = str(refusal.value)
    assert message.count("there is no file of the") == 6
    assert f"{file}:8:1: datasets.a.path" in message
    assert f"{file}:12:1: datasets.b.test" in message
