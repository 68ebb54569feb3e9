"""Methods, baselines and axes fit together."""

from __future__ import annotations

import pytest

from tests.dsl.head import Loading, Planning, Refusal

METHODS = "[methods.baseline]\n[methods.zero2]\nsettings = { zero = { stage = 2 } }\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            METHODS + '[matrix]\n"zero.stage" = [1, 2]\n',
            "spec.toml:12:23: methods.zero2.settings.zero.stage: has no effect: the axis zero.stage decides\n"
            "    hint: take it out of one of the two",
            id="axis-over-a-method",
        ),
        pytest.param(
            METHODS + 'baseline = "baseline"\n[matrix]\nmethod = ["zero2"]\n',
            "spec.toml:13:1: methods.zero2.baseline: the baseline 'baseline' is not tried\n    hint: known: zero2",
            id="baseline-of-a-method-is-not-tried",
        ),
        pytest.param(
            METHODS + 'claims = { memory = "reduces" }\n[matrix]\nmethod = ["zero2"]\n',
            "spec.toml:13:1: methods.zero2.claims: a baseline claims nothing: "
            "there is nothing that it is compared with",
            id="claims-of-a-baseline",
        ),
    ],
)
def test_what_does_not_fit(refusal: Refusal, text: str, message: str) -> None:
    assert refusal(text) == message


def test_all_declared_methods_are_tried_without_an_axis(planned: Planning) -> None:
    assert [trial.method for trial in planned(METHODS).trials] == ["baseline", "zero2"]


def test_a_method_may_name_its_own_baseline(planned: Planning) -> None:
    plan = planned(METHODS + '[methods.zero3]\nsettings = { zero = { stage = 3 } }\nbaseline = "zero2"\n')

    assert [trial.baseline for trial in plan.trials] == ["baseline", "baseline", "zero2"]


def test_a_method_that_only_include_rules_name_is_tried(experiment: Loading) -> None:
    read = experiment(METHODS + '[matrix]\nmethod = ["baseline"]\ninclude = [{ method = "zero2" }]\n')

    assert read.method_names == ("baseline", "zero2")
