"""The environment speaks where the experiment file says nothing, and is held to the same rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from xp.dsl import source
from xp.dsl.errors import SpecError
from xp.dsl.experiment import Experiment
from xp.dsl.price import Price
from xp.dsl.spec import Carbon
from xp.engine.planning.surroundings import with_surroundings

FILE = """
[experiment]
name = "mine"
[defaults]
model = "facebook/bart-base"
dataset = "knkarthick/samsum"
[methods.baseline]
[matrix]
method = ["baseline"]
"""


def experiment(folder: Path, more: str = "") -> Experiment:
    """Return an experiment, with more tables where they are wanted."""
    (folder / "mine.toml").write_text(FILE + more)
    return source.load(folder / "mine.toml")


def test_country_and_rates_are_taken_from_the_environment(tmp_path: Path) -> None:
    given = {"XP_COUNTRY": "FRA", "XP_MACHINE_HOUR": "22.03", "XP_GPU_HOUR": ""}

    found = with_surroundings(experiment(tmp_path), given)

    assert found.carbon == Carbon(country="FRA")
    assert found.prices == {"environment": Price(machine_hour=22.03)}


def test_the_file_goes_before_the_environment(tmp_path: Path) -> None:
    own = experiment(tmp_path, "[carbon]\nintensity = 20\n[prices.cheap]\ngpu_hour = 1.5\n")

    found = with_surroundings(own, {"XP_COUNTRY": "FRA", "XP_CARBON_INTENSITY": "400", "XP_GPU_HOUR": "9"})

    assert found.carbon == Carbon(intensity=20)
    assert found.prices == {"cheap": Price(gpu_hour=1.5)}


def test_nothing_said_is_nothing_changed(tmp_path: Path) -> None:
    own = experiment(tmp_path)

    assert with_surroundings(own, {"PATH": "/bin"}) is own


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        pytest.param("XP_COUNTRY", "us", "expected a known 3-letter code, e.g. USA, got 'us'", id="two-letters"),
        pytest.param("XP_CARBON_INTENSITY", "dirty", "got 'dirty'", id="no-number"),
        pytest.param("XP_GPU_HOUR", "-1", "got -1", id="negative"),
    ],
)
def test_a_value_that_no_file_could_have_is_refused(tmp_path: Path, variable: str, value: str, message: str) -> None:
    with pytest.raises(SpecError) as refused:
        with_surroundings(experiment(tmp_path), {variable: value})

    assert f"environment variable {variable}: " in str(refused.value)
    assert message in str(refused.value)
