"""Settings by dotted names are the settings, no more and no less."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from xp.dsl.dotted import SETTINGS, flatten, nest, setting_values, with_defaults
from xp.dsl.experiment import Experiment
from xp.dsl.kinds import KINDS, sort_of, sort_of_value
from xp.dsl.settings import Settings
from xp.dsl.spec import Defaults, Method

names = st.text(st.characters(categories=["L"]), min_size=1, max_size=3)
trees = st.dictionaries(
    names,
    st.recursive(st.integers(), lambda inner: st.dictionaries(names, inner, min_size=1, max_size=2), max_leaves=4),
)


@given(trees)
def test_flat_and_nested_are_two_forms_of_one_thing(tree: dict[str, Any]) -> None:
    assert nest(flatten(tree)) == tree


def test_completed_settings_are_those_of_the_model() -> None:
    for flat in ({}, {"zero.stage": 2}, {"epochs": 5.0, "early_stopping.patience": 3, "generation.num_beams": 2}):
        assert with_defaults(flat) == setting_values(Settings.model_validate(nest(flat)))


def test_names_of_settings_and_of_tables_never_clash() -> None:
    settings = {name.partition(".")[0] for name in SETTINGS} | set(Defaults.model_fields)

    assert settings.isdisjoint(Experiment.model_fields)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_default_is_a_value_of_its_setting(name: str) -> None:
    setting = SETTINGS[name]

    assert setting.default is None or setting.adapter.validate_python(setting.default) == setting.default
    assert setting.field.description


@pytest.mark.parametrize("name", KINDS)
def test_every_axis_has_a_sort(name: str) -> None:
    example = KINDS[name]
    accepted = [value for value in (True, 1, "x", ()) if valid(example, value)]

    assert not accepted or sort_of(name) in {sort_of_value(value) for value in accepted}


def valid(adapter: TypeAdapter[Any], value: Any) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("name", SETTINGS)
def test_no_setting_takes_both_a_flag_and_a_number(name: str) -> None:
    adapter = SETTINGS[name].adapter

    assert not (valid(adapter, True) and valid(adapter, 1))
    assert not (valid(adapter, "1") and valid(adapter, 1))


@given(st.lists(st.sampled_from(["embeddings", "encoder"])))
def test_order_of_frozen_groups_means_nothing(groups: list[str]) -> None:
    assert Settings.model_validate({"freeze": groups}).freeze == tuple(sorted(set(groups)))


def test_a_method_keeps_only_what_it_says() -> None:
    method = Method.model_validate({"settings": {"zero": {"overlap_comm": True}, "epochs": 1}})

    assert method.settings == {"zero": {"overlap_comm": True}, "epochs": 1.0}
