"""The catalogue of methods speaks of settings and experiments that there are, and leaves no method out."""

from __future__ import annotations

import pytest

from xp.dsl.catalogue import CATALOGUE, Entry
from xp.dsl.dotted import SETTINGS, flatten
from xp.dsl.tuning import Tuning
from xp.engine.commands import catalogue


def test_settings_are_those_of_the_language() -> None:
    assert {name for entry in CATALOGUE for name in entry.settings} <= {*SETTINGS, "search"}


def test_every_setting_of_zero_and_of_attention_belongs_to_a_method() -> None:
    told = {name for entry in CATALOGUE for name in entry.settings}
    attention = {name for name in SETTINGS if "attention" in name or "block" in name or "local" in name}

    assert {name for name in SETTINGS if name.startswith("zero.")} | attention <= told


def test_every_algorithm_of_a_search_is_told() -> None:
    examples = [entry.example for entry in CATALOGUE if entry.settings == ("search",)]
    searches = [catalogue.shipped_experiment(file).method(name).search for file, name in filter(None, examples)]

    assert {search.algorithm for search in searches if isinstance(search, Tuning)} == {"grid", "random", "pbt"}


@pytest.mark.parametrize("entry", [entry for entry in CATALOGUE if entry.example], ids=lambda entry: entry.name)
def test_an_example_sets_what_the_method_consists_of(entry: Entry) -> None:
    file, name = entry.example or ("", "")
    method = catalogue.shipped_experiment(file).method(name)
    said = {*flatten(method.settings)} | ({"search"} if method.search else set())

    assert said & set(entry.settings)


def test_claims_are_those_of_the_experiment() -> None:
    entry = next(entry for entry in CATALOGUE if entry.name == "ZeRO-Offload")

    said = catalogue.claims(entry, {"core": catalogue.shipped_experiment("core")})

    assert said == "reduces memory, reduces speed (`zero2-offload` of `core`)"


def test_one_row_for_each_method() -> None:
    rows = [line.split(" | ")[0].removeprefix("| ") for line in catalogue.catalogue().splitlines() if line[:2] == "| "]

    assert rows[2:] == [entry.name for entry in CATALOGUE]
