"""Each setting of a trial leads back to the key that set it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dsl.head import Planning
from xp.dsl.origin import origin
from xp.dsl.source import load

TEXT = """[methods.a]
settings = { zero = { stage = 2 }, weight_decay = 0.1 }
[matrix]
batch_size = [4]
generation.num_beams = [2]
include = [{ batch_size = 4, learning_rate = 1e-3 }]
"""


@pytest.mark.parametrize(
    ("setting", "value", "where"),
    [
        ("batch_size", 4, "spec.toml:13:1: matrix.batch_size"),
        ("generation.num_beams", 2, "spec.toml:14:12: matrix.generation.num_beams"),
        ("learning_rate", 1e-3, "spec.toml:15:30: matrix.include[0].learning_rate"),
        ("zero.stage", 2, "spec.toml:11:23: methods.a.settings.zero.stage"),
        ("weight_decay", 0.1, "spec.toml:11:36: methods.a.settings.weight_decay"),
        ("epochs", 7.0, "--set epochs=7: defaults.epochs"),
        ("threads", 1, "spec.toml:3:2: defaults.threads"),
    ],
)
def test_where_a_value_comes_from(planned: Planning, setting: str, value: object, where: str) -> None:
    (trial,) = planned(TEXT, "epochs=7").trials
    experiment = load(Path("spec.toml"), ["epochs=7"])

    assert trial.dotted_settings[setting] == value
    assert experiment.where(*origin(experiment, trial.variant, setting)) == where
