"""Freezing stops what it names, and tells what else stops with it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.train import tiny
from xp.dsl.settings import Group
from xp.engine.train.facts import parameter_counts
from xp.engine.train.freezing import freeze, frozen, tied


def trainable(model: Any) -> set[str]:
    return {name for name, parameter in model.named_parameters() if parameter.requires_grad}


def test_freezing_the_encoder_leaves_the_shared_embeddings_trainable() -> None:
    model = tiny.bart()

    freeze(model, ["encoder"])

    assert "model.shared.weight" in trainable(model)
    assert model.lm_head.weight.requires_grad
    assert not any(name.startswith("model.encoder.layers") for name in trainable(model))
    assert frozen(model) == ("encoder",)
    assert tied(model) == {}


def test_freezing_the_embeddings_says_what_is_frozen_through_the_tie() -> None:
    model = tiny.bart()

    freeze(model, ["embeddings"])

    assert tied(model) == {
        "model.shared.weight": [
            "model.encoder.embed_tokens.weight",
            "model.decoder.embed_tokens.weight",
            "lm_head.weight",
        ]
    }
    assert not model.model.encoder.embed_positions.weight.requires_grad
    assert not model.model.decoder.embed_positions.weight.requires_grad
    assert any(name.startswith("model.encoder.layers") for name in trainable(model))


def test_an_output_layer_of_its_own_stays_trainable() -> None:
    model = tiny.bart(tie_word_embeddings=False)

    freeze(model, ["embeddings"])

    assert model.lm_head.weight.requires_grad


def test_every_choice_of_groups_leaves_another_number_of_trainable_parameters() -> None:
    choices: list[list[Group]] = [[], ["embeddings"], ["encoder"], ["embeddings", "encoder"]]
    counts = []
    for groups in choices:
        model = tiny.bart()
        freeze(model, groups)
        counts.append(parameter_counts(model)["trainable_parameters"])

    assert len(set(counts)) == 4
    assert (counts[0], counts[-1]) == (max(counts), min(counts))


@pytest.mark.parametrize("make", [tiny.bart, tiny.t5], ids=["bart", "t5"])
def test_every_parameter_belongs_to_one_part(make: Any) -> None:
    model = make()

    counts = parameter_counts(model)

    parts = ("embeddings", "encoder", "decoder", "head")
    assert counts["parameters"] == sum(parameter.numel() for parameter in model.parameters())
    assert counts["parameters"] == sum(counts[f"{part}_parameters"] for part in parts)


def test_the_relative_positions_of_t5_belong_to_its_layers() -> None:
    model = tiny.t5()

    freeze(model, ["embeddings"])

    bias = model.encoder.block[0].layer[0].SelfAttention.relative_attention_bias.weight
    assert bias.requires_grad
