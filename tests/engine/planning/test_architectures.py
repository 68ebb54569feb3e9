"""What is read from the source of transformers is what transformers says of itself."""

from __future__ import annotations

from transformers import CONFIG_MAPPING
from transformers.models.auto.modeling_auto import MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES

from xp.engine.planning import architectures
from xp.engine.planning.configurations import HEADS

UNREAD = {"nemo_speechlm"}
"""Architectures whose configuration is in a module of another name: the worker asks it."""


def test_the_architectures_are_those_that_a_worker_can_train() -> None:
    assert architectures.summarisers() == set(MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES)


def test_no_field_is_refused_that_a_configuration_has() -> None:
    refused = {}
    for architecture in MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES:
        config = CONFIG_MAPPING[architecture]()
        refused[architecture] = architectures.strangers(architecture, [*config.to_dict(), *config.attribute_map])

    assert {name: strangers for name, strangers in refused.items() if strangers} == {}


def test_a_slip_is_found_in_every_architecture() -> None:
    found = {name: architectures.strangers(name, ["d_modle", "nonsense"]) for name in architectures.summarisers()}

    assert {name for name, strangers in found.items() if [*strangers] != ["d_modle", "nonsense"]} == UNREAD
    assert found["bart"]["d_modle"] == found["t5"]["d_modle"] == "did you mean 'd_model'?"


def test_of_an_architecture_that_is_not_found_nothing_is_said() -> None:
    assert architectures.strangers("brat", ["d_modle"]) == {}


def test_every_architecture_with_such_heads_divides_its_width_among_them() -> None:
    rules = ("divisible by", "is not a multiple of the number of attention")
    for architecture in sorted(architectures.summarisers()):
        found = architectures.configuration(architecture)
        if found is None or not {*HEADS} & dict(architectures.class_constants(found.node)).keys():
            continue
        sources = [file.read_text(encoding="utf-8") for file in found.file.parent.glob("modeling_*.py")]
        assert any(rule in source for source in sources for rule in rules), architecture
