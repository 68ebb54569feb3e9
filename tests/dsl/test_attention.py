"""A sparse attention that would not be computed is told beforehand, with the length that it needs."""

from __future__ import annotations

from typing import Any

import pytest

from xp.dsl.attention import objections
from xp.dsl.settings import Settings
from xp.dsl.spec import Model

SPARSE = {"attention_type": "block_sparse"}


def found(architecture: str | None, config: dict[str, Any] | None = None, **settings: Any) -> list[tuple[str, str]]:
    checkpoint = None if architecture else "org/model"
    model = Model(architecture=architecture, checkpoint=checkpoint, config=config or {})
    return [(setting, message) for setting, message, _ in objections(Settings(**settings), model)]


@pytest.mark.parametrize(
    ("config", "settings", "length"),
    [
        pytest.param({}, SPARSE, 704, id="defaults"),
        pytest.param({}, {"block_size": 16}, 176, id="smaller-blocks"),
        pytest.param({"block_size": 16, "num_random_blocks": 2}, SPARSE, 144, id="of-the-model"),
        pytest.param({"block_size": 64}, {**SPARSE, "block_size": 4, "num_random_blocks": 1}, 28, id="settings-win"),
    ],
)
def test_texts_that_bigbird_attends_to_in_full(config: dict[str, Any], settings: dict[str, Any], length: int) -> None:
    short = found("bigbird_pegasus", config, max_source_length=length, **settings)

    assert short == [
        ("attention_type", f"up to {length} tokens BigBird attends to all of them, got max_source_length = {length}")
    ]
    assert found("bigbird_pegasus", config, max_source_length=length + 1, **settings) == []


def test_a_bigbird_of_which_nothing_is_asked_is_left_alone() -> None:
    assert found("bigbird_pegasus", max_source_length=8) == []


@pytest.mark.parametrize(
    ("architecture", "settings", "message"),
    [
        ("bart", {"block_size": 4}, "block_size has no effect: only bigbird_pegasus has it, got 4"),
        ("longt5", {"attention_type": "original_full"}, "attention_type has no effect: only bigbird_pegasus has it"),
        ("t5", {"local_radius": 4}, "local_radius has no effect: only longt5 has it, got 4"),
        (
            "bigbird_pegasus",
            {"attention_type": "original_full", "block_size": 4},
            "block_size has no effect with attention_type = 'original_full', got 4",
        ),
        ("longt5", {"global_block_size": 4}, "global_block_size has no effect with local attention, got 4"),
        (
            "longt5",
            {"encoder_attention_type": "local", "global_block_size": 4},
            "global_block_size has no effect with local attention, got 4",
        ),
    ],
)
def test_settings_that_do_nothing(architecture: str, settings: dict[str, Any], message: str) -> None:
    ((_, said),) = found(architecture, **settings)

    assert said.startswith(message)


@pytest.mark.parametrize(
    ("architecture", "settings"),
    [
        ("led", {"attention_window": 16}),
        ("longt5", {"encoder_attention_type": "transient-global", "global_block_size": 4, "local_radius": 5}),
        ("bigbird_pegasus", {"attention_type": "original_full"}),
        (None, {"local_radius": 5, "global_block_size": 4}),
    ],
)
def test_settings_of_the_right_encoder(architecture: str | None, settings: dict[str, Any]) -> None:
    assert found(architecture, **settings) == []
