"""Each setting of a trial leads back to the key that set it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dsl.head import Planning
from xp.dsl.origin import deciding_key
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
    assert experiment.where(*deciding_key(experiment, trial.variant, setting)) == where


SEVERAL = """[matrix]
batch_size = [4, 8]
include = [{ epochs = 2 }, { batch_size = 4, epochs = 5 }, { batch_size = 8, freeze = ["encoder"] }]
"""


def test_of_several_include_rules_the_last_that_agrees_has_set_the_value(planned: Planning) -> None:
    trials = planned(SEVERAL).trials
    experiment = load(Path("spec.toml"))

    places = [experiment.where(*deciding_key(experiment, trial.variant, "epochs")) for trial in trials]
    assert [trial.settings.epochs for trial in trials] == [5, 2]
    assert places == ["spec.toml:12:46: matrix.include[1].epochs", "spec.toml:12:14: matrix.include[0].epochs"]
    assert "include[2]" in experiment.where(*deciding_key(experiment, trials[1].variant, "freeze"))


def test_a_rule_of_another_method_has_not_set_the_value(planned: Planning) -> None:
    rules = 'include = [{ method = "a", epochs = 2 }, { method = "b", epochs = 2 }]\n'
    trials = planned(f"[methods.a]\n[methods.b]\nsettings = {{ batch_size = 2 }}\n[matrix]\n{rules}").trials
    experiment = load(Path("spec.toml"))

    places = [
        experiment.where(*deciding_key(experiment, trial.variant, "epochs")).partition(": ")[2] for trial in trials
    ]
    assert places == ["matrix.include[0].epochs", "matrix.include[1].epochs"]
