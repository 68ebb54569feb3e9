"""Sparse attention of its own kind is what an encoder is asked for, and what is read from its layers."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForSeq2SeqLM

from tests.engine.train import tiny
from xp.dsl.settings import Settings
from xp.engine.train import sparse
from xp.engine.train.errors import SettingError


def built(architecture: str, **settings: Any) -> Any:
    fields: dict[str, dict[str, Any]] = {"led": tiny.LED, "longt5": tiny.T5, "t5": tiny.T5}
    made = AutoConfig.for_model(architecture, **{"vocab_size": 64, **fields.get(architecture, tiny.BART)})
    sparse.configure_sparse(made, Settings(**settings))
    return AutoModelForSeq2SeqLM.from_config(made)


@pytest.mark.parametrize(
    ("architecture", "settings", "layers"),
    [
        pytest.param("led", {"attention_window": 16}, 1, id="led"),
        pytest.param(
            "bigbird_pegasus",
            {"attention_type": "block_sparse", "block_size": 4, "num_random_blocks": 1},
            1,
            id="bigbird",
        ),
        pytest.param("bigbird_pegasus", {"attention_type": "original_full"}, 1, id="bigbird-in-full"),
        pytest.param("longt5", {"encoder_attention_type": "local", "local_radius": 5}, 1, id="longt5-local"),
        pytest.param(
            "longt5",
            {"encoder_attention_type": "transient-global", "local_radius": 5, "global_block_size": 4},
            1,
            id="longt5-global",
        ),
    ],
)
def test_what_is_asked_for_is_read_from_the_layers(architecture: str, settings: dict[str, Any], layers: int) -> None:
    found = sparse.sparse_settings(built(architecture, **settings))

    assert {name: set(found[name]) for name in settings} == {name: {value} for name, value in settings.items()}
    assert all(len(found[name]) >= layers for name in settings)


@pytest.mark.parametrize(("architecture", "name"), [("t5", "local_radius"), ("bart", "block_size")])
def test_an_architecture_without_such_an_attention(architecture: str, name: str) -> None:
    with pytest.raises(SettingError, match=f"{name}: {architecture} has no such attention, got 5"):
        built(architecture, **{name: 5})


def test_an_architecture_of_ordinary_attention_has_none() -> None:
    assert sparse.sparse_settings(tiny.bart()) == {}


BIGBIRD: dict[str, Any] = {"attention_type": "block_sparse", "block_size": 4, "num_random_blocks": 1}


@pytest.mark.parametrize(("shorter", "kind"), [(0, "block_sparse"), (1, "original_full")])
def test_a_batch_of_the_least_width_is_the_shortest_that_bigbird_attends_to_sparsely(shorter: int, kind: str) -> None:
    model = built("bigbird_pegasus", **BIGBIRD)
    ids = torch.ones((1, sparse.least_width(model.config, Settings(**BIGBIRD)) - shorter), dtype=torch.long)

    model(input_ids=ids, labels=ids[:, :4])

    assert set(sparse.sparse_settings(model)["attention_type"]) == {kind}


def test_nothing_is_padded_for_others() -> None:
    model = built("bigbird_pegasus", attention_type="original_full")

    assert sparse.least_width(model.config, Settings(attention_type="original_full")) == 0
    assert sparse.least_width(tiny.bart().config, Settings()) == 0


def test_a_fall_back_to_full_attention_on_the_way_is_seen() -> None:
    model = built("bigbird_pegasus", **BIGBIRD)
    sparse.require_sparse_still(model, Settings(**BIGBIRD))

    ids = torch.ones((1, 8), dtype=torch.long)
    model(input_ids=ids, labels=ids)

    with pytest.raises(SettingError, match="'block_sparse' was declared, but original_full was computed"):
        sparse.require_sparse_still(model, Settings(**BIGBIRD))
    sparse.require_sparse_still(model, Settings())
