"""Countries are those whose electricity mix the energy tracker knows."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from tests.dsl.head import Loading, Refusal
from xp.dsl.countries import COUNTRIES


@pytest.mark.parametrize("code", ["USA", "FRA", "DEU"])
def test_known(experiment: Loading, code: str) -> None:
    assert experiment(f"[carbon]\ncountry = '{code}'\n").carbon.country == code


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("US", "\n    hint: did you mean 'USA'?"),
        ("us", "\n    hint: did you mean 'USA'?"),
        ("FR", "\n    hint: did you mean 'FRA'?"),
        ("SE", "\n    hint: did you mean 'SWE'?"),
        ("uk", "\n    hint: did you mean 'GBR'?"),
        ("EU", ""),
        ("usa", "\n    hint: did you mean 'USA'?"),
        ("XXX", ""),
        ("", ""),
        ("France", "\n    hint: did you mean 'FRA'?"),
    ],
)
def test_unknown(refusal: Refusal, code: str, hint: str) -> None:
    assert refusal(f"[carbon]\ncountry = '{code}'\n") == (
        f"spec.toml:11:1: carbon.country: expected a known 3-letter code, e.g. USA, got '{code}'{hint}"
    )


def test_list_is_that_of_the_tracker() -> None:
    spec = importlib.util.find_spec("codecarbon")
    assert spec is not None
    assert spec.origin is not None
    file = Path(spec.origin).parent / "data" / "private_infra" / "global_energy_mix.json"

    assert set(json.loads(file.read_text(encoding="utf-8"))) >= COUNTRIES
