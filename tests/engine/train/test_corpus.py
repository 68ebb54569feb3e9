"""A corpus tells what it uses and what it leaves out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import datasets
import pytest
from transformers import AutoConfig

from xp.dsl.settings import Settings
from xp.dsl.spec import Dataset, Model
from xp.engine.train import corpus, readers, tokenizer
from xp.engine.train.cache import Cache
from xp.engine.train.encode import encode
from xp.engine.train.errors import DataError
from xp.engine.train.facts import corpus_facts
from xp.engine.train.readers import Row, Rows, numbered

FILES = Dataset(path="{split}.jsonl", source="dialogue", target="summary")


def rows(*pairs: tuple[str, str]) -> Rows:
    return numbered({"dialogue": source, "summary": target} for source, target in pairs)


def write(path: Path, found: Iterable[Row]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in found))


def test_an_empty_summary_is_left_out_and_its_row_is_named() -> None:
    found = corpus.examples(rows(("A: hi", "null"), ("NA", "N/A"), ("ok", "")), "a.csv", FILES)

    assert [example.target for example in found.used] == ["null", "N/A"]
    assert found.rows == 3
    assert found.empty == (3,)


def test_a_cell_that_a_table_has_nothing_for_is_an_empty_one() -> None:
    """SAMSum on the hub is a table with an empty dialogue, and a reader that puts nothing in its place."""
    table = datasets.Dataset.from_dict({"dialogue": ["a", None, "c"], "summary": ["b", "b", None]})

    found = corpus.examples(readers.rows_of_table(table, ["dialogue", "summary"], "hub train"), "hub train", FILES)

    assert [(example.source, example.target) for example in found.used] == [("a", "b")]
    assert (found.rows, found.empty) == (3, (2, 3))


def test_rows_in_the_file_used_and_repeated_are_counted_apart() -> None:
    pairs = [(f"source {number}", f"target {number}") for number in range(9)]
    found = corpus.examples(rows(*pairs[:1], *pairs), "a", FILES, limit=8)

    assert (found.rows, len(found.whole), len(found.used), found.duplicates) == (10, 10, 8, 1)
    assert found.used == found.whole[:8]


def test_a_type_that_changes_late_in_the_file_names_the_row() -> None:
    late: Rows = {**rows(("a", "b"), ("c", "d"), ("e", "f")), 4: {"dialogue": "g", "summary": 5}}

    with pytest.raises(DataError, match=r"a\.jsonl: row 4: summary must be text, got integer"):
        corpus.examples(late, "a.jsonl", FILES)


def test_a_row_is_named_by_its_line_whatever_is_wrong_with_it(tmp_path: Path) -> None:
    """Behind an empty line, what a row holds was told of the row before."""
    good, bad = {"dialogue": "a", "summary": "b"}, {"dialogue": "g", "summary": 5}
    (tmp_path / "train.jsonl").write_text(f"{json.dumps(good)}\n\n{json.dumps(good)}\n{json.dumps(bad)}\n")

    found, where = corpus.read_split(FILES, tmp_path, "train")

    with pytest.raises(DataError, match=r"train\.jsonl: row 4: summary must be text, got integer"):
        corpus.examples(found, where, FILES)
    (tmp_path / "train.jsonl").write_text(f"{json.dumps(good)}\n\n{json.dumps({'dialogue': 'a', 'summary': ''})}\n")
    kept = corpus.examples(*corpus.read_split(FILES, tmp_path, "train"), FILES)
    assert (kept.rows, kept.empty, [example.id for example in kept.used]) == (2, (3,), ["1"])


def test_an_example_is_named_by_its_id_or_else_its_row() -> None:
    named = FILES.model_copy(update={"id": "key"})
    found = rows(("a", "b"), ("c", "d"))
    with_ids = {number: {**row, "key": key} for (number, row), key in zip(found.items(), ("x", 7), strict=True)}

    assert [example.id for example in corpus.examples(with_ids, "a", named).used] == ["x", "7"]
    assert [example.id for example in corpus.examples(with_ids, "a", FILES).used] == ["1", "2"]


def test_an_id_that_names_two_rows_is_an_error() -> None:
    named = FILES.model_copy(update={"id": "summary"})

    with pytest.raises(DataError, match="2 rows have the id 'b'; an id names one example"):
        corpus.examples(rows(("a", "b"), ("c", "b")), "a", named)


def test_an_id_is_text_or_an_integer() -> None:
    named = FILES.model_copy(update={"id": "key"})

    with pytest.raises(DataError, match="row 1: key must be text or an integer, got number"):
        corpus.examples({1: {"dialogue": "a", "summary": "b", "key": 1.5}}, "a", named)


def test_a_split_without_a_usable_row_is_an_error() -> None:
    with pytest.raises(DataError, match="a: no row has both dialogue and summary"):
        corpus.examples(rows(("a", " ")), "a", FILES)


def test_each_split_has_its_own_file_and_its_own_limit(tmp_path: Path) -> None:
    for split in ("train", "validation", "test"):
        write(tmp_path / f"{split}.jsonl", rows(*[(f"{split} {number}", "b") for number in range(5)]).values())
    settings = Settings(max_train_samples=4, max_eval_samples=3, max_predict_samples=2)

    found = corpus.load_corpus(FILES, tmp_path, settings)

    assert {split: len(examples.used) for split, examples in found.items()} == {"train": 4, "validation": 3, "test": 2}
    assert found["test"].sources == ["test 0", "test 1"]


def test_the_built_in_corpus_needs_no_file(tmp_path: Path) -> None:
    found = corpus.load_corpus(Dataset(builtin="dialogues", size=20), tmp_path, Settings())

    assert {split: examples.rows for split, examples in found.items()} == {"train": 20, "validation": 2, "test": 2}


def test_every_row_of_a_file_is_accounted_for(tmp_path: Path) -> None:
    """Of ten rows, eight are used: one of them repeats another, one is longer than the limit."""
    pairs = [(f"source {number}", "target") for number in range(9)]
    pairs = [*pairs[:3], pairs[0], ("long " * 40, "target"), *pairs[3:8]]
    for split in ("train", "validation", "test"):
        write(tmp_path / f"{split}.jsonl", rows(*pairs).values())
    settings, bart = Settings(max_train_samples=8, max_source_length=32), Model(architecture="bart", vocab_size=261)
    found = corpus.load_corpus(FILES, tmp_path, settings)
    words = tokenizer.for_model(bart, AutoConfig.for_model("bart"), ["a"], tmp_path, Cache(tmp_path / "cache"))

    told, _ = corpus_facts(FILES, "f", found, encode(found, words, settings, Cache(tmp_path / "cache")))

    assert (told["train_rows"], told["train_samples"], told["train_unused_rows"]) == (10, 8, 2)
    assert (told["truncated_sources"], told["train_duplicates"], told["train_empty_rows"]) == (1, 1, 0)
    assert (told["test_samples"], told["test_unused_rows"]) == (10, 0)
