"""A name stands for something, and what is almost a name is a slip."""

from __future__ import annotations

import pytest

from tests.dsl.head import HEAD, Loading, Refusal, Write
from xp.dsl.errors import SpecError
from xp.dsl.source import load

METHODS = "[methods.baseline]\n[methods.zero2]\nsettings = { zero = { stage = 2 } }\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            '[matrix]\nmethod = ["baseline", "zero3"]\n',
            "spec.toml:14:23: matrix.method[1]: unknown method, got 'zero3'\n    hint: did you mean 'zero2'?",
            id="axis",
        ),
        pytest.param(
            '[matrix]\nmethod = ["baseline"]\ninclude = [{ method = "zero" }]\n',
            "spec.toml:15:14: matrix.include[0].method: unknown method, got 'zero'\n    hint: did you mean 'zero2'?",
            id="include",
        ),
        pytest.param(
            '[methods.a]\nbaseline = "basline"\n',
            "spec.toml:14:1: methods.a.baseline: unknown method, got 'basline'\n    hint: did you mean 'baseline'?",
            id="baseline-of-a-method",
        ),
        pytest.param(
            '[matrix]\nmodel = ["tinny"]\n',
            "spec.toml:14:10: matrix.model[0]: unknown model, got 'tinny'\n    hint: did you mean 'tiny'?",
            id="model-that-is-almost-declared",
        ),
        pytest.param(
            '[matrix]\ndataset = ["dialogue"]\n',
            "spec.toml:14:12: matrix.dataset[0]: unknown dataset, got 'dialogue'\n    hint: did you mean 'dialogues'?",
            id="data-set-that-is-almost-declared",
        ),
        pytest.param(
            '[matrix]\nmodel = ["tiny", ""]\n',
            "spec.toml:14:18: matrix.model[1]: should name a model, got ''\n"
            "    hint: one of [models], a hub id or a path",
            id="no-name",
        ),
        pytest.param(
            "[matrix]\nconstraints = [\"method != 'zero4'\"]\n",
            "spec.toml:14:16: matrix.constraints[0]: unknown method, got 'zero4'\n    hint: did you mean 'zero2'?",
            id="constraint",
        ),
    ],
)
def test_slip(refusal: Refusal, text: str, message: str) -> None:
    assert refusal(METHODS + text) == message


def test_unknown_baseline_of_the_file(write: Write) -> None:
    with pytest.raises(SpecError) as refused:
        load(write(HEAD.replace('name = "lr"', 'name = "lr"\nbaseline = "x"') + METHODS))

    assert str(refused.value) == (
        "spec.toml:3:1: experiment.baseline: unknown method, got 'x'\n    hint: known: baseline, zero2"
    )


def test_method_without_any_declared(refusal: Refusal) -> None:
    assert refusal('[matrix]\nmethod = ["zero2"]\n') == (
        "spec.toml:11:11: matrix.method[0]: unknown method, got 'zero2'\n    hint: known: baseline"
    )


@pytest.mark.parametrize("name", ["org/tiny", "./tiny", "/data/tiny", "facebook/bart-base", "t5-small"])
def test_hub_ids_and_paths_are_no_slips(experiment: Loading, name: str) -> None:
    assert experiment(f'[matrix]\nmodel = ["{name}"]\n').model(name).checkpoint == name


def test_a_broken_table_hides_no_slip(refusal: Refusal) -> None:
    said = refusal('[methods]\nzero2 = 1\n[matrix]\nmethod = ["zero3"]\nmodel = "tiny"\ndataset = 3\ninclude = [1]\n')

    assert "unknown method, got 'zero3'" in said
    assert "required, but missing" not in said
