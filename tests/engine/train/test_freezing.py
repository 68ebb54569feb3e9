"""Freezing stops what it names, and tells what else stops with it."""

from __future__ import annotations

from typing import Any

import pytest
import torch

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


@pytest.mark.parametrize("make", [tiny.bart, tiny.t5], ids=["bart", "t5"])
@pytest.mark.parametrize("groups", [["embeddings"], ["embeddings", "encoder"]])
def test_activation_checkpointing_leaves_the_gradients_of_what_is_not_frozen(make: Any, groups: list[Group]) -> None:
    """With no trainable input to it, a layer that was checkpointed got no gradient at all."""
    rates = dict.fromkeys(("dropout", "attention_dropout", "activation_dropout", "dropout_rate"), 0.0)
    model = make(decoder_start_token_id=0, **rates)
    freeze(model, groups)
    model.train()

    def gradients() -> dict[str, torch.Tensor | None]:
        model.zero_grad()
        tokens = torch.arange(4, 12).reshape(2, 4)
        model(input_ids=tokens, labels=tokens).loss.backward()
        return {name: parameter.grad for name, parameter in model.named_parameters() if parameter.requires_grad}

    plain = gradients()
    model.activation_checkpointing_enable(None)

    assert model.is_activation_checkpointing
    torch.testing.assert_close(gradients(), plain)
