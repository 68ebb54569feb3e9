"""``--only`` takes a part of a plan, or says what there is."""

from __future__ import annotations

import pytest

from tests.dsl.head import Planning
from xp.dsl.errors import SpecError
from xp.dsl.only import narrow

TEXT = """[methods.baseline]
[methods.zero2]
settings = { zero = { stage = 2 } }
[matrix]
learning_rate = [1e-5, 3e-5]
source_prefix = ["", "a,b"]
seed = [1, 2]
"""


@pytest.mark.parametrize(
    ("arguments", "trials"),
    [
        ([], 16),
        (["method=zero2"], 8),
        (["method='zero2'"], 8),
        (["method=zero2", "seed=1"], 4),
        (["method=zero2", "method=baseline", "seed=2"], 8),
        (["learning_rate=0.00003"], 8),
        (["learning_rate=3e-5", "learning_rate=1e-5"], 16),
        (["source_prefix=a,b"], 8),
        (['source_prefix=""'], 8),
        (["zero.stage=2"], 8),
        (["zero.stage=none"], 8),
        (["source_prefix="], 8),
        (["batch_size=8"], 16),
        (["epochs=3"], 16),
        (["dataset=dialogues", "model=tiny"], 16),
    ],
)
def test_part(planned: Planning, arguments: list[str], trials: int) -> None:
    assert len(narrow(planned(TEXT), arguments).trials) == trials


def test_what_a_search_decides_is_no_value_of_its_trial(planned: Planning) -> None:
    space = "{ learning_rate = { values = [1e-4, 1e-3] } }"
    text = f"[methods.baseline]\n[methods.tuned]\nsearch = {{ algorithm = 'grid', space = {space} }}\n"

    assert [trial.method for trial in narrow(planned(text), ["learning_rate=5e-5"]).trials] == ["baseline"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["method=zero3"], "--only method=zero3: no trial has it\n    hint: did you mean 'zero2'?"),
        (["seed=7"], "--only seed=7: no trial has it\n    hint: known: 1, 2"),
        (["learning_rate=2e-5"], "--only learning_rate=2e-5: no trial has it\n    hint: did you mean '3e-05'?"),
        (["methd=zero2"], "--only methd=zero2: unknown axis\n    hint: did you mean 'method'?"),
        (["lr=1"], "--only lr=1: unknown axis\n    hint: here it is learning_rate"),
        (["seed=one"], "--only seed=one: should be a whole number, got 'one'"),
        (["seed=1,2"], "--only seed=1,2: should be a whole number, got '1,2'\n    hint: --only seed=1 --only seed=2"),
        (
            ["method=zero2, baseline"],
            "--only method=zero2, baseline: no trial has it\n    hint: --only method=zero2 --only method=baseline",
        ),
        (["seed=none"], "--only seed=none: no trial has it\n    hint: known: 1, 2"),
        (["seed="], "--only seed=: the value is not TOML: Invalid value (at end of document)"),
        (["seed=[1"], "--only seed=[1: the value is not TOML: Unclosed array (at end of document)"),
        (["METHOD=zero2"], "--only METHOD=zero2: unknown axis\n    hint: did you mean 'method'?"),
        (["seed=1.0"], "--only seed=1.0: should be a whole number, got 1.0"),
        (["zero2"], "--only zero2: should be an axis, = and a value, such as method=zero2"),
        (
            ["method=baseline", "zero.stage=2"],
            "--only method=baseline --only zero.stage=2: no trial agrees with all of them",
        ),
        (
            ["method=zero3", "seed=7"],
            (
                "--only method=zero3: no trial has it\n    hint: did you mean 'zero2'?\n"
                "--only seed=7: no trial has it\n    hint: known: 1, 2"
            ),
        ),
    ],
)
def test_what_matches_nothing_names_the_nearest(planned: Planning, arguments: list[str], message: str) -> None:
    with pytest.raises(SpecError) as refused:
        narrow(planned(TEXT), arguments)

    assert str(refused.value) == message


def test_what_is_excluded_stays_in_the_plan(planned: Planning) -> None:
    plan = planned(TEXT + "exclude = [{ seed = 1, learning_rate = 1e-5 }]\n")

    assert narrow(plan, ["method=zero2"]).excluded == plan.excluded
