"""A model is what the experiment says, drawn from the seed alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.engine.train import tiny
from xp.dsl.settings import Settings
from xp.dsl.spec import Model
from xp.engine.train import model, tokenizer
from xp.engine.train.cache import Cache
from xp.engine.train.errors import SettingError

BART = Model(architecture="bart", config=tiny.BART, vocab_size=300)


def built(spec: Model, folder: Path, seed: int = 1, **settings: Any) -> Any:
    config = model.configuration(spec, folder)
    words = tokenizer.for_model(spec, config, ["a few words to learn from"], folder, Cache(folder / "cache"))
    return model.build_model(spec, config, words, Settings(**settings), seed, folder)


def test_weights_follow_from_the_seed(tmp_path: Path) -> None:
    first, same, other = (built(BART, tmp_path, seed) for seed in (1, 1, 2))

    weights = [made.get_input_embeddings().weight for made in (first, same, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_what_was_drawn_before_does_not_move_the_weights(tmp_path: Path) -> None:
    first = built(BART, tmp_path)
    torch.rand(1000)

    assert torch.equal(first.get_input_embeddings().weight, built(BART, tmp_path).get_input_embeddings().weight)


def test_the_configuration_follows_the_tokenizer(tmp_path: Path) -> None:
    config = built(BART, tmp_path).config

    assert config.vocab_size < 300  # so few words have no more merges
    assert (config.bos_token_id, config.pad_token_id, config.eos_token_id) == (0, 1, 2)
    assert config.decoder_start_token_id == config.forced_eos_token_id == 2


@pytest.mark.parametrize(
    ("architecture", "config", "start"),
    [
        pytest.param("t5", tiny.T5, "pad", id="t5-starts-with-padding"),
        pytest.param("marian", tiny.BART, "pad", id="marian-has-its-padding-last"),
        pytest.param("pegasus", tiny.BART, "pad", id="pegasus-starts-with-padding"),
        pytest.param("mbart", tiny.BART, "pad", id="mbart-names-no-start"),
    ],
)
def test_a_decoder_starts_as_its_architecture_does(
    tmp_path: Path, architecture: str, config: dict[str, Any], start: str
) -> None:
    made = built(Model(architecture=architecture, config=config, vocab_size=300), tmp_path).config

    assert made.decoder_start_token_id == getattr(made, f"{start}_token_id")
    assert 0 <= made.decoder_start_token_id < made.vocab_size


@pytest.mark.parametrize(
    ("architecture", "config", "start"),
    [("bart", tiny.BART, "eos"), ("t5", tiny.T5, "pad"), ("mbart", tiny.BART, "eos")],
)
def test_a_summary_starts_with_the_token_that_was_trained_with(
    tmp_path: Path, architecture: str, config: dict[str, Any], start: str
) -> None:
    """What mBART trains with begins with the last token of a summary, and it wrote from another one on."""
    made = built(Model(architecture=architecture, config=config, vocab_size=300), tmp_path)

    assert made.generation_config.decoder_start_token_id == getattr(made.config, f"{start}_token_id")
    labels = torch.tensor([[5, 6, made.config.eos_token_id]])
    inputs = made.prepare_decoder_input_ids_from_labels(labels=labels)
    assert inputs[0, 0] == made.generation_config.decoder_start_token_id


def saved(spec: Model, folder: Path) -> Any:
    config = model.configuration(spec, folder)
    words = tokenizer.for_model(spec, config, ["a few words"], folder, Cache(folder / "cache"))
    model.build_model(spec, config, words, Settings(), 1, folder).save_pretrained(folder / "saved")
    words.save_pretrained(folder / "saved")
    return config


def test_a_checkpoint_that_does_not_say_how_a_summary_starts_is_refused(tmp_path: Path) -> None:
    """A T5 that was made by hand lacks the token, and so does what from_encoder_decoder_pretrained puts together."""
    config = saved(Model(architecture="t5", config=tiny.T5, vocab_size=300), tmp_path)
    del config.decoder_start_token_id
    config.save_pretrained(tmp_path / "saved")
    (tmp_path / "saved/generation_config.json").unlink()

    with pytest.raises(SettingError, match="its configuration has no decoder_start_token_id"):
        built(Model(checkpoint="saved"), tmp_path)
    made = built(Model(checkpoint="saved", config={"decoder_start_token_id": 2}), tmp_path)
    assert made.generation_config.decoder_start_token_id == 2


def test_a_start_that_mbart_takes_no_notice_of_is_refused(tmp_path: Path) -> None:
    saved(Model(architecture="mbart", config=tiny.BART, vocab_size=300), tmp_path)

    with pytest.raises(SettingError, match="decoder_start_token_id is 0, but mbart starts with 2"):
        built(Model(checkpoint="saved", config={"decoder_start_token_id": 0}), tmp_path)


def test_the_trainer_is_told_that_the_loss_is_not_divided_by_the_tokens_of_a_step(tmp_path: Path) -> None:
    assert built(BART, tmp_path).accepts_loss_kwargs is False


def test_a_checkpoint_below_the_home_is_no_id_of_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan takes it for a folder, and so does a worker."""
    monkeypatch.setenv("HOME", str(tmp_path))
    config = model.configuration(Model(architecture="bart", config=tiny.BART), tmp_path)
    config.save_pretrained(tmp_path / "bart")

    assert model.configuration(Model(checkpoint="~/bart"), tmp_path / "work").d_model == tiny.BART["d_model"]


def test_a_field_that_the_configuration_has_not_is_refused(tmp_path: Path) -> None:
    spec = Model(architecture="bart", config={"d_modle": 16})

    with pytest.raises(SettingError, match=r"bart has no field 'd_modle': did you mean 'd_model'\?"):
        model.configuration(spec, tmp_path)


def test_an_architecture_that_is_not_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"'brat' is no encoder-decoder that writes text: did you mean 'bart'\?"):
        model.configuration(Model(architecture="brat"), tmp_path)


def test_the_attention_kernel_is_the_declared_one(tmp_path: Path) -> None:
    assert built(BART, tmp_path, attn_implementation="eager").config._attn_implementation == "eager"  # noqa: SLF001


def test_a_saved_checkpoint_is_trained_in_single_precision(tmp_path: Path) -> None:
    made = built(BART, tmp_path)
    made.half().save_pretrained(tmp_path / "saved")
    words = tokenizer.for_model(BART, made.config, ["a few words to learn from"], tmp_path, Cache(tmp_path / "cache"))
    words.save_pretrained(tmp_path / "saved")

    loaded = built(Model(checkpoint="saved", config={"dropout": 0.0}), tmp_path)

    assert {parameter.dtype for parameter in loaded.parameters()} == {torch.float32}
    assert loaded.config.dropout == 0.0
    assert torch.equal(loaded.get_input_embeddings().weight.half(), made.get_input_embeddings().weight)
