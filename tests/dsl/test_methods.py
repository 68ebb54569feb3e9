"""Methods, baselines and axes fit together."""

from __future__ import annotations

import pytest

from tests.dsl.head import Loading, Planning, Refusal

SEARCH = """[methods.plain]
[methods.tuned.search]
algorithm = "random"
samples = 2
space = { learning_rate = { low = 1e-5, high = 1e-3 } }
"""

REPLAY = """[methods.plain]
[methods.again]
settings = { max_steps = 4 }
search = { algorithm = "replay", schedule = [{ until = 4, settings = { learning_rate = 1e-4 } }] }
"""

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


DECIDED = "has no effect: the method's search decides"
TWICE = "the axis learning_rate decides it already\n    hint: take it out of one of the two"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            SEARCH + "[matrix]\nlearning_rate = [1e-4, 1e-5]\n",
            f"methods.tuned.search.space.learning_rate: {TWICE}",
            id="axis-over-a-search",
        ),
        pytest.param(
            REPLAY + "[matrix]\nlearning_rate = [1e-4, 1e-5]\n",
            f"methods.again.search.schedule[0].settings.learning_rate: {TWICE}",
            id="axis-over-a-replay",
        ),
        pytest.param(
            REPLAY.replace("max_steps = 4", "max_steps = 4, learning_rate = 1"),
            f"methods.again.settings.learning_rate: {DECIDED}\n    hint: take it out of one of the two",
            id="settings-beside-a-replay",
        ),
        pytest.param(
            SEARCH + "[matrix]\nbatch_size = [4, 8]\ninclude = [{ batch_size = 4, learning_rate = 1e-4 }]\n",
            f"matrix.include[0].learning_rate: {DECIDED} (in tuned · dialogues · batch_size=4 · learning_rate=0.0001)\n"
            "    hint: take it out, or name in the rule the methods that it is for",
            id="rule-over-a-search",
        ),
        pytest.param(
            REPLAY + '[matrix]\ninclude = [{ method = "again", learning_rate = 1e-4 }]\n',
            f"matrix.include[0].learning_rate: {DECIDED} (in again · dialogues · learning_rate=0.0001)",
            id="rule-over-a-replay",
        ),
        pytest.param(
            SEARCH
            + '[matrix]\nmodel = ["tiny"]\ninclude = [{ method = "tuned", model = "org/t5", learning_rate = 1 }]\n',
            f"matrix.include[0].learning_rate: {DECIDED} (in tuned · org/t5",
            id="rule-with-a-trial-of-its-own",
        ),
    ],
)
def test_what_a_search_decides_nobody_else_sets(refusal: Refusal, text: str, message: str) -> None:
    assert message in refusal(text)


def test_an_include_rule_may_set_for_others_what_a_search_decides(planned: Planning) -> None:
    plan = planned(SEARCH + '[matrix]\ninclude = [{ method = "plain", learning_rate = 1e-4 }]\n')

    assert [(trial.method, trial.settings.learning_rate) for trial in plan.trials] == [
        ("plain", 1e-4),
        ("tuned", 5e-5),
    ]


def test_all_declared_methods_are_tried_without_an_axis(planned: Planning) -> None:
    assert [trial.method for trial in planned(METHODS).trials] == ["baseline", "zero2"]


def test_a_method_may_name_its_own_baseline(planned: Planning) -> None:
    plan = planned(METHODS + '[methods.zero3]\nsettings = { zero = { stage = 3 } }\nbaseline = "zero2"\n')

    assert [trial.baseline for trial in plan.trials] == ["baseline", "baseline", "zero2"]


def test_a_method_that_only_include_rules_name_is_tried(experiment: Loading) -> None:
    read = experiment(METHODS + '[matrix]\nmethod = ["baseline"]\ninclude = [{ method = "zero2" }]\n')

    assert read.method_names == ("baseline", "zero2")


def test_a_constraint_over_what_a_search_decides(planned: Planning, refusal: Refusal) -> None:
    space = "space = { learning_rate = { values = [1e-4, 1e-2] } }"
    text = f"[methods.baseline]\n[methods.tuned]\nsearch = {{ algorithm = 'grid', {space} }}\n[matrix]\n"

    assert refusal(text + 'constraints = ["batch_size > 1", "learning_rate < 1e-3"]\n') == (
        "spec.toml:14:34: matrix.constraints[1]: cannot be asked of method 'tuned': its search decides learning_rate\n"
        "    hint: give its space other values, and write method == 'tuned' or …"
    )
    assert len(planned(text + "constraints = [\"method == 'tuned' or learning_rate < 1e-3\"]\n").trials) == 2
