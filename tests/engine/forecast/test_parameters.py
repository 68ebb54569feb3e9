"""Parameters are counted from a configuration as the models themselves have them."""

from __future__ import annotations

from typing import Any

import pytest

from xp.engine.forecast.parameters import DEFAULTS, counts

TINY = {
    "model_type": "bart",
    "vocab_size": 1200,
    "d_model": 96,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_ffn_dim": 192,
    "decoder_ffn_dim": 192,
    "max_position_embeddings": 256,
}

SMALL = {"vocab_size": 100, "d_model": 16}
BARTS = {"encoder_layers": 1, "decoder_layers": 3, "encoder_ffn_dim": 24, "decoder_ffn_dim": 2000}
HEADS = {"encoder_attention_heads": 2, "decoder_attention_heads": 2}
T5S = {"d_kv": 5, "d_ff": 24, "num_layers": 2, "num_heads": 3}
VARIANTS: list[dict[str, Any]] = [
    TINY | HEADS,
    *({"model_type": kind, **SMALL, **BARTS, **HEADS} for kind in ("bart", "mbart", "pegasus", "led")),
    {"model_type": "t5", **SMALL, **T5S, "num_decoder_layers": 1},
    {"model_type": "mt5", **SMALL, **T5S},
    {"model_type": "t5", **SMALL, **T5S, "feed_forward_proj": "gated-gelu"},
]


def test_a_tiny_bart_by_hand() -> None:
    attention, norm, block = 4 * (96 * 96 + 96), 2 * 96, 2 * 96 * 192 + 96 + 192
    found = counts(TINY)

    assert found is not None
    assert found.embeddings == 1200 * 96 + 2 * (256 + 2) * 96
    assert found.encoder == 2 * (attention + block + 2 * norm) + norm
    assert found.decoder == 2 * (2 * attention + block + 3 * norm) + norm
    assert found.total == 539_136
    assert found.largest_layer == 1200 * 96


def test_frozen_groups_are_not_trained() -> None:
    found = counts(TINY)

    assert found is not None
    assert found.frozen(()).trained == found.total
    assert found.frozen(["encoder"]).trained == found.total - found.encoder
    assert found.frozen(["embeddings", "encoder"]).trained == found.decoder


def test_pegasus_does_not_train_its_positions() -> None:
    found = counts(TINY | {"model_type": "pegasus"})

    assert found is not None
    assert found.frozen(()).trained == found.total - 2 * 256 * 96
    assert found.frozen(["embeddings"]).trained == found.total - found.embeddings


@pytest.mark.parametrize(
    "config",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"model_type": "prophetnet"}, id="architecture-that-is-not-counted"),
        pytest.param(TINY | {"tie_word_embeddings": False}, id="head-of-its-own"),
        pytest.param(TINY | {"d_model": "96"}, id="text-for-a-number"),
        pytest.param(TINY | {"d_model": True}, id="true-for-a-number"),
    ],
)
def test_what_is_not_known_is_not_guessed(config: dict[str, Any]) -> None:
    assert counts(config) is None


def test_other_names_of_fields_count() -> None:
    assert counts({"model_type": "bart", "hidden_size": 16}) == counts({"model_type": "bart", "d_model": 16})
    renamed = {"hidden_size": 16, "num_attention_heads": 3, "head_dim": 5, "num_hidden_layers": 2}
    own = {"d_model": 16, "num_heads": 3, "d_kv": 5, "num_layers": 2}
    assert counts({"model_type": "t5", **renamed}) == counts({"model_type": "t5", **own})


@pytest.mark.parametrize("config", VARIANTS, ids=lambda config: f"{config['model_type']}-{len(config)}")
def test_transformers_makes_models_of_that_size(config: dict[str, Any]) -> None:
    import torch  # noqa: PLC0415 - the other tests need none of these
    from transformers import AutoConfig, AutoModelForSeq2SeqLM  # noqa: PLC0415

    from xp.engine.train.facts import parameter_counts  # noqa: PLC0415

    fields = {name: value for name, value in config.items() if name != "model_type"}
    with torch.device("meta"):
        model = AutoModelForSeq2SeqLM.from_config(AutoConfig.for_model(config["model_type"], **fields))
    sizes = parameter_counts(model)
    largest = max(sum(each.numel() for each in part.parameters(recurse=False)) for part in model.modules())

    found = counts(config)
    assert found is not None
    assert (found.total, found.embeddings, found.encoder, found.decoder) == (
        sizes["parameters"],
        sizes["embeddings_parameters"],
        sizes["encoder_parameters"],
        sizes["decoder_parameters"],
    )
    assert found.frozen(()).trained == sizes["trainable_parameters"]
    assert found.largest_layer == largest


@pytest.mark.parametrize("kind", DEFAULTS)
def test_defaults_are_those_of_transformers(kind: str) -> None:
    from transformers import CONFIG_MAPPING  # noqa: PLC0415

    config = CONFIG_MAPPING[kind]()
    assert {name: getattr(config, name) for name in DEFAULTS[kind] if hasattr(config, name)} == {
        name: value for name, value in DEFAULTS[kind].items() if hasattr(config, name)
    }
