"""A path is a file, a folder, or an id on the hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from xp.dsl.spec import Dataset
from xp.engine.data.places import is_hub, location


@pytest.mark.parametrize(
    ("path", "hub"),
    [
        pytest.param("knkarthick/samsum", True, id="owner-and-name"),
        pytest.param("samsum", True, id="name"),
        pytest.param("here", False, id="folder-that-exists"),
        pytest.param("data/{split}.csv", False, id="placeholder"),
        pytest.param("./samsum", False, id="relative"),
        pytest.param("/samsum", False, id="absolute"),
        pytest.param("samsum.jsonl", False, id="suffix"),
    ],
)
def test_only_what_names_no_file_is_a_hub_id(tmp_path: Path, path: str, hub: bool) -> None:
    (tmp_path / "here").mkdir()

    assert is_hub(Dataset(path=path), tmp_path) is hub


def test_a_split_stands_where_its_placeholder_does() -> None:
    dataset = Dataset(path="data/{split}.csv", validation="dev")

    assert location(dataset, Path("/a"), "validation") == Path("/a/data/dev.csv")


def test_a_folder_without_a_placeholder_holds_a_folder_per_split() -> None:
    assert location(Dataset(path="samsum"), Path("/a"), "test") == Path("/a/samsum/test")
