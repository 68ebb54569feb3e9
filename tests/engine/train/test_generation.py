"""The model's own generation settings hold where the trial sets none, and all of them are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoModelForSeq2SeqLM, GenerationConfig

from tests.engine.train import tiny
from xp.dsl.settings import Generation, Settings
from xp.engine.train.errors import SettingError
from xp.engine.train.generation import generation_config, require_positions, settings_in_force, unused_fact

BARE = GenerationConfig(decoder_start_token_id=2)


def test_a_model_without_a_limit_stops_at_the_target_length() -> None:
    config = generation_config(BARE, Settings(max_target_length=48))

    assert config.max_new_tokens == 48
    assert settings_in_force(config)["generation.max_new_tokens"] == 48
    assert "generation.max_length" not in settings_in_force(config)


def test_what_the_trial_sets_overrules_the_model() -> None:
    own = GenerationConfig(num_beams=6, max_length=62, min_length=11, length_penalty=2.0)
    wanted = Generation(num_beams=2, max_new_tokens=30, min_new_tokens=5, no_repeat_ngram_size=3)

    told = settings_in_force(generation_config(own, Settings(generation=wanted)))

    assert told["generation.num_beams"] == 2
    assert told["generation.max_new_tokens"] == 30
    assert told["generation.min_new_tokens"] == 5
    assert told["generation.no_repeat_ngram_size"] == 3
    assert told["generation.length_penalty"] == 2.0
    assert not {"generation.max_length", "generation.min_length"} & set(told)


def test_a_limit_of_the_model_is_switched_off_by_0() -> None:
    own = GenerationConfig(max_length=62, min_length=11, no_repeat_ngram_size=3)
    wanted = Generation(min_new_tokens=0, no_repeat_ngram_size=0)

    told = settings_in_force(generation_config(own, Settings(generation=wanted)))

    assert (told["generation.min_new_tokens"], told["generation.no_repeat_ngram_size"]) == (0, 0)
    assert "generation.min_length" not in told


@pytest.mark.parametrize(
    ("own", "wanted", "said"),
    [
        (
            {"min_length": 56, "max_length": 142},
            {"max_new_tokens": 45},
            "min_length = 56, and at most max_new_tokens = 45",
        ),
        ({"max_length": 20}, {"min_new_tokens": 20}, "min_new_tokens = 20, and at most max_length = 20"),
    ],
)
def test_a_summary_that_no_length_suits_is_refused(own: dict[str, int], wanted: dict[str, int], said: str) -> None:
    """A model of news that writes 56 tokens or more was told to write 45: every summary was cut in its middle."""
    with pytest.raises(SettingError, match=f"generation: no summary has at least {said}: set min_new_tokens"):
        generation_config(GenerationConfig(**own), Settings(generation=Generation(**wanted)))


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        ({"min_length": 46, "max_length": 142}, {"max_new_tokens": 45}),
        ({"max_length": 20}, {"min_new_tokens": 19}),
        ({"min_length": 56, "max_length": 142}, {"max_new_tokens": 45, "min_new_tokens": 0}),
    ],
)
def test_a_summary_may_have_one_length_only(own: dict[str, int], wanted: dict[str, int]) -> None:
    """The lengths of a model count the token that its decoder starts with."""
    generation_config(GenerationConfig(**own), Settings(generation=Generation(**wanted)))


@pytest.mark.parametrize("longest", [{"max_new_tokens": 64}, {"max_length": 65}])
def test_a_summary_longer_than_the_positions_of_the_decoder_is_refused(longest: dict[str, int]) -> None:
    """It was an index error in the evaluation, behind a whole training: the last token needs no position."""
    config = GenerationConfig(**longest)

    require_positions(config, 64)
    require_positions(config, None)
    with pytest.raises(SettingError, match=r"generation: max_\w+ = 6[45] is more than the 63 positions of the decoder"):
        require_positions(config, 63)


def test_the_models_own_configuration_is_not_changed() -> None:
    own = GenerationConfig(max_length=62)

    generation_config(own, Settings(generation=Generation(max_new_tokens=30)))

    assert own.max_length == 62


def old_checkpoint(folder: Path, **kept: Any) -> None:
    """Save a model as transformers 4 did: beams and limits in the model's own configuration."""
    tiny.bart().save_pretrained(folder)
    (folder / "generation_config.json").unlink()
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | kept))


def test_beams_and_limits_in_an_old_checkpoints_configuration_are_used_and_told(tmp_path: Path) -> None:
    old_checkpoint(tmp_path, num_beams=6, max_length=62, min_length=11)
    own = AutoModelForSeq2SeqLM.from_pretrained(tmp_path).generation_config

    told = settings_in_force(generation_config(own, Settings()))

    assert (told["generation.num_beams"], told["generation.max_length"], told["generation.min_length"]) == (6, 62, 11)
    assert "generation.max_new_tokens" not in told


@pytest.mark.parametrize(
    ("kept", "wanted", "unread"),
    [
        pytest.param({"num_beams": 6}, Generation(), {}, id="nothing"),
        pytest.param(
            {"num_beams": 6}, Generation(num_beams=1), {"early_stopping": False, "length_penalty": 1.0}, id="one-beam"
        ),
        pytest.param(
            {}, Generation(max_new_tokens=12), {"early_stopping": False, "length_penalty": 1.0}, id="no-beams"
        ),
        pytest.param(
            {"num_beams": 6, "temperature": 0.7, "top_k": 5, "top_p": 0.9},
            Generation(num_beams=2),
            {"temperature": 1.0, "top_k": 50, "top_p": 1.0},
            id="nothing-is-drawn",
        ),
        pytest.param(
            {"num_beams": 6, "num_return_sequences": 3}, Generation(), {"num_return_sequences": 1}, id="one-of-many"
        ),
        pytest.param(
            {"num_beams": 6, "do_sample": True, "temperature": 0.7}, Generation(num_beams=2), {}, id="tokens-are-drawn"
        ),
        pytest.param(
            {"num_beams": 6, "output_hidden_states": True},
            Generation(num_beams=2),
            {"return_dict_in_generate": False, "output_hidden_states": False},
            id="more-than-summaries",
        ),
    ],
)
def test_a_model_can_be_saved_whatever_of_its_old_settings_nothing_reads(
    tmp_path: Path, kept: dict[str, Any], wanted: Generation, unread: dict[str, Any]
) -> None:
    """At its first checkpoint a trial of one beam ended with an error: the model had more, and settings for them."""
    old_checkpoint(tmp_path, max_length=62, min_length=11, early_stopping=True, length_penalty=2.0, **kept)
    model = AutoModelForSeq2SeqLM.from_pretrained(tmp_path)
    own, settings = model.generation_config, Settings(generation=wanted)

    model.generation_config = generation_config(own, settings)

    model.save_pretrained(tmp_path / "out")
    told = settings_in_force(model.generation_config)
    assert {name: told[f"generation.{name}"] for name in unread} == unread
    facts = ", ".join(f"{name} = {getattr(own, name)}" for name in unread)
    assert unused_fact(own, settings) == ({"generation_unused": facts} if unread else {})
    if not unread:
        assert (told["generation.early_stopping"], told["generation.length_penalty"]) == (True, 2.0)
