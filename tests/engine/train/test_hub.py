"""The clients of transformers and datasets take what is trained from the hub: once, at the commit that the id names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import datasets
import pytest
import torch

from tests.engine.hubs import FIRST, SECOND, Repository, Server, at, serving
from tests.engine.train import tiny
from xp.dsl.settings import Settings
from xp.dsl.spec import Dataset, Model
from xp.engine.train import corpus, model, tokenizer
from xp.engine.train.cache import Cache

NAME = "org/model"
SPLITS = ("train", "validation", "test")


def saved(folder: Path, seed: int) -> dict[str, bytes]:
    """Return the files of a tiny checkpoint."""
    spec = Model(architecture="bart", config=tiny.BART, vocab_size=300)
    config = model.configuration(spec, folder)
    words = tokenizer.for_model(spec, config, ["a few words to learn from"], folder, Cache(folder / "words"))
    made = model.build_model(spec, config, words, Settings(), seed, folder)
    made.save_pretrained(folder / str(seed))
    words.save_pretrained(folder / str(seed))
    return {path.name: path.read_bytes() for path in (folder / str(seed)).iterdir()}


def table(word: str) -> dict[str, bytes]:
    """Return the files of a data set of two rows a split."""
    rows = [{"document": f"{word} {number}", "summary": word} for number in (1, 2)]
    return {f"{split}.jsonl": "".join(f"{json.dumps(row)}\n" for row in rows).encode() for split in SPLITS}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    folder = tmp_path_factory.mktemp("checkpoints")
    return {FIRST: saved(folder, 1), SECOND: saved(folder, 2)}


@pytest.fixture
def served(tmp_path: Path, files: dict[str, dict[str, bytes]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    repositories = {
        f"models/{NAME}": Repository(files),
        "datasets/org/corpus": Repository({FIRST: table("old"), SECOND: table("new")}),
    }
    with serving(repositories) as server:
        at(server.address, monkeypatch, str(tmp_path / "cache"))
        monkeypatch.setattr("transformers.utils.hub._hf_api", None)  # it would go on asking the hub of another test
        monkeypatch.setattr(datasets.config, "HF_ENDPOINT", server.address)
        monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "datasets"))
        yield server


def weights(revision: str, folder: Path) -> torch.Tensor:
    """Return the embeddings of the checkpoint at a commit."""
    spec = Model(checkpoint=NAME, revision=revision)
    config = model.configuration(spec, folder)
    words = tokenizer.for_model(spec, config, [], folder, Cache(folder / "unused"))
    made = model.build_model(spec, config, words, Settings(), 5, folder)
    found: torch.Tensor = made.get_input_embeddings().weight
    return found


def test_a_checkpoint_is_that_of_its_commit_and_is_downloaded_once(
    served: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = weights(FIRST, tmp_path), weights(SECOND, tmp_path)
    downloads = [path for path in served.asked if path.startswith("GET") and path.endswith("model.safetensors")]
    again = weights(FIRST, tmp_path)
    at("http://127.0.0.1:9", monkeypatch, str(tmp_path / "cache"), offline=True)

    assert not torch.equal(first, second)
    assert torch.equal(first, again)
    assert torch.equal(first, weights(FIRST, tmp_path)), "without a network"
    assert len(downloads) == 2
    assert [path for path in served.asked if path.startswith("GET") and path.endswith("model.safetensors")] == downloads


def test_a_tokenizer_of_its_own_is_that_of_its_commit(served: Server, tmp_path: Path) -> None:
    config = model.configuration(Model(architecture="bart", config=tiny.BART), tmp_path)
    files = {}
    for commit, least in ((FIRST, 265), (SECOND, 275)):
        tokenizer.for_transformers(
            tokenizer.train(["a few words to learn from"] * 9, config, least), tokenizer.special_order(config)
        ).save_pretrained(tmp_path / commit)
        files[commit] = {path.name: path.read_bytes() for path in (tmp_path / commit).iterdir()}
    served.repositories["models/org/words"] = Repository(files)

    def size(revision: str | None) -> int:
        spec = Model(architecture="bart", config=tiny.BART, tokenizer="org/words", tokenizer_revision=revision)
        return len(tokenizer.for_model(spec, config, [], tmp_path, Cache(tmp_path / "unused")))

    assert (size(None), size(FIRST), size(SECOND)) == (265, 265, 275)


def test_a_data_set_is_that_of_its_commit(served: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, where = corpus.read_split(Dataset(path="org/corpus", revision=FIRST), tmp_path, "validation")
    at("http://127.0.0.1:9", monkeypatch, str(tmp_path / "cache"), offline=True)
    again, _ = corpus.read_split(Dataset(path="org/corpus", revision=FIRST), tmp_path, "validation")
    at(served.address, monkeypatch, str(tmp_path / "cache"))
    later, _ = corpus.read_split(Dataset(path="org/corpus", revision=SECOND), tmp_path, "validation")

    assert [row["document"] for row in rows.values()] == ["old 1", "old 2"]
    assert rows == again, "without a network"
    assert [row["document"] for row in later.values()] == ["new 1", "new 2"]
    assert where == "org/corpus validation"
    assert any(path.endswith("validation.jsonl") for path in served.asked)
