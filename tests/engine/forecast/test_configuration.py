"""A model's configuration is found on this machine, without a network."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import constants

from xp.dsl.spec import Model
from xp.engine.forecast.configuration import configuration


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of the hub in which one checkpoint has two revisions."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    cached = tmp_path / "hub" / "models--facebook--bart-base"
    for commit, width in (("abc", 768), ("def", 512)):
        (cached / "snapshots" / commit).mkdir(parents=True)
        (cached / "snapshots" / commit / "config.json").write_text(f'{{"model_type": "bart", "d_model": {width}}}')
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text("abc")


def test_a_model_that_is_made_here_has_the_vocabulary_of_its_tokenizer(tmp_path: Path) -> None:
    model = Model(architecture="bart", config={"d_model": 96}, vocab_size=1200)

    assert configuration(model, tmp_path) == {"model_type": "bart", "d_model": 96, "vocab_size": 1200}


def test_the_size_of_a_given_tokenizer_is_not_known(tmp_path: Path) -> None:
    assert configuration(Model(architecture="bart", tokenizer="facebook/bart-base"), tmp_path) is None


def test_a_folder_is_seen_from_the_experiment(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_text('{"model_type": "t5", "d_model": 64}')
    model = Model(checkpoint="mine", config={"d_ff": 128})

    assert configuration(model, tmp_path) == {"model_type": "t5", "d_model": 64, "d_ff": 128}


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize(("revision", "width"), [(None, 768), ("main", 768), ("def", 512)])
def test_a_checkpoint_of_the_hub_is_found_where_its_client_keeps_it(
    tmp_path: Path, revision: str | None, width: int
) -> None:
    found = configuration(Model(checkpoint="facebook/bart-base", revision=revision), tmp_path)

    assert found == {"model_type": "bart", "d_model": width}


@pytest.mark.usefixtures("hub")
def test_what_was_never_fetched_is_not_known(tmp_path: Path) -> None:
    assert configuration(Model(checkpoint="facebook/bart-large"), tmp_path) is None
    assert configuration(Model(checkpoint="facebook/bart-base", revision="ghi"), tmp_path) is None


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_of_a_damaged_configuration_nothing_is_known(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)

    assert configuration(Model(checkpoint="."), tmp_path) == {}
