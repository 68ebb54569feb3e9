"""Steps are counted as the trainer counts them."""

from __future__ import annotations

from typing import Any

import pytest

from xp.dsl.settings import Settings
from xp.engine.forecast.steps import steps


@pytest.mark.parametrize(
    ("settings", "samples", "count"),
    [
        pytest.param({"epochs": 1.0, "batch_size": 8}, 64, 8, id="even"),
        pytest.param({"epochs": 1.0, "batch_size": 8}, 65, 9, id="short-last-batch"),
        pytest.param({"epochs": 2.5, "batch_size": 8}, 64, 20, id="part-of-an-epoch"),
        pytest.param({"epochs": 1.0, "batch_size": 8, "world_size": 2}, 72, 5, id="nine-batches-for-two-ranks"),
        pytest.param({"epochs": 2.0, "batch_size": 8, "gradient_accumulation_steps": 4}, 80, 6, id="short-last-step"),
        pytest.param({"max_steps": 7}, None, 7, id="given"),
        pytest.param({"epochs": 1.0}, None, None, id="nobody-knows-the-data"),
    ],
)
def test_steps(settings: dict[str, Any], samples: int | None, count: int | None) -> None:
    assert steps(Settings(**settings), samples) == count
