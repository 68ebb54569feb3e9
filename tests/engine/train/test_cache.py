"""The cache gives back what was made, and makes anew what was made from something else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xp.engine.train.cache import Cache, Ids, key


def array(*ids: int) -> Ids:
    return np.array(ids, dtype=np.int32)


def forbidden() -> str:
    raise AssertionError


def test_token_ids_come_back_text_by_text(tmp_path: Path) -> None:
    texts = [array(1, 2, 3), array(4), array(5, 6)]
    cache = Cache(tmp_path / "cache")

    made = cache.ids("a", lambda: texts)
    kept = cache.ids("a", forbidden)  # type: ignore[arg-type]

    for found in (made, kept):
        assert [text.tolist() for text in found] == [[1, 2, 3], [4], [5, 6]]


def test_text_is_made_once(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.text("a", lambda: "made")

    assert cache.text("a", forbidden) == "made"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_making_that_fails_leaves_nothing_that_could_be_taken_for_a_result(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    with pytest.raises(AssertionError):
        cache.text("a", forbidden)

    assert cache.text("a", lambda: "made") == "made"


def test_a_key_tells_every_part_and_every_border_apart() -> None:
    keys = {
        key("a", texts=["bc"]),
        key("ab", texts=["c"]),
        key("a", texts=["b", "c"]),
        key("a", "bc", texts=[]),
        key("a", texts=["b", "c", ""]),
    }

    assert len(keys) == 5
    assert key("a", texts=["bc"]) in keys
