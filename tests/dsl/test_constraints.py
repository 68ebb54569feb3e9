"""Constraints say what a trial has to be, and can do nothing else."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dsl.head import Planning, Refusal
from xp.dsl.constraints import RefusedError, parse

TRIAL: dict[str, Any] = {
    "batch_size": 16,
    "epochs": 3.0,
    "freeze": ("embeddings", "encoder"),
    "gradient_checkpointing": True,
    "max_steps": None,
    "method": "zero2",
    "precision": "fp32",
    "seed": 1,
    "world_size": 2,
    "zero.stage": 2,
}


@pytest.mark.parametrize(
    "text",
    [
        "zero.stage >= 2",
        "zero.stage >= 2 or precision == 'fp32'",
        "zero . stage == 2",
        "not (zero.stage < 2)",
        "1 <= zero.stage <= 2",
        "batch_size * world_size == 32",
        "batch_size // 5 == 3 and batch_size % 5 == 1 and batch_size + 1 - 2 == 15",
        "-batch_size < 0",
        "epochs == 3",
        "precision in ['fp32', 'bf16']",
        "precision not in ('fp16', 'bf16')",
        "batch_size in [8, 16]",
        "'encoder' in freeze",
        "'encoder' in freeze and freeze != []",
        "freeze == ['encoder', 'embeddings']",
        "gradient_checkpointing",
        "gradient_checkpointing == true and gradient_checkpointing != False",
        "method != 'zero3' and seed == 1",
        "max_steps == none and max_steps == None",
        "not max_steps > 5",
        "not max_steps <= 5",
        "max_steps in [none, 5]",
        "not batch_size % max_steps == 0",
        "not batch_size // 0 == 1",
        "  zero.stage == 2  ",
    ],
)
def test_true_of_the_trial(text: str) -> None:
    assert parse(text).holds(TRIAL)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("precision == 'fp33'", "precision should be 'fp32', 'bf16' or 'fp16', got 'fp33'"),
        ("'fp33' == precision", "precision should be 'fp32', 'bf16' or 'fp16', got 'fp33'"),
        ("precision in ['fp32', 'fp33']", "precision should be 'fp32', 'bf16' or 'fp16', got 'fp33'"),
        ("'decoder' in freeze", "freeze should be 'embeddings' or 'encoder', got 'decoder'"),
        ("batch_size == '16'", "batch_size should be a whole number, got '16'"),
        ("batch_size == 16.0", "batch_size should be a whole number, got 16.0"),
        ("batch_size == true", "batch_size should be a whole number, got true"),
        ("gradient_checkpointing == 1", "gradient_checkpointing should be true or false, got 1"),
        ("batch_size == precision", "cannot compare batch_size, a number, with precision, a text"),
        ("precision < 'fp32'", "cannot compare precision, a text, with 'fp32', a text"),
        ("batch_size > '1'", "cannot compare batch_size, a number, with '1', a text"),
        ("precision in 'fp32'", "cannot compare precision, a text, with 'fp32', a text"),
        ("precision + 1 == 2", "should be a number, got precision, which is a text"),
        ("batch_size and seed", "should be a flag, got batch_size, which is a number"),
        ("not freeze", "should be a flag, got freeze, which is a list"),
        ("batch_size", "not a condition: it is a number, not true or false, got 'batch_size'"),
        ("1 == 1", "speaks of no setting and no axis, got '1 == 1'"),
        ("bacth_size == 1", "unknown name, got bacth_size"),
        ("zero.stag == 1", "unknown name, got zero.stag"),
        ("zero == 1", "unknown name, got zero"),
        ("batch_size is 1", "may not stand in a constraint, got 'is'"),
        ("batch_size = 1", "not a condition: invalid syntax, got 'batch_size = 1'"),
        ("", "not a condition: invalid syntax, got ''"),
        ("(", "not a condition: '(' was never closed, got '('"),
        ("batch_size ** 9 == 1", "may not stand in a constraint, got batch_size ** 9"),
        ("batch_size / 2 == 1", "may not stand in a constraint, got batch_size / 2"),
        ("batch_size << 2 == 1", "may not stand in a constraint, got batch_size << 2"),
        ("f'{batch_size}' == '1'", "may not stand in a constraint, got f'{batch_size}'"),
        ("b'x' == precision", "may not stand in a constraint, got b'x'"),
        ("1j == seed", "may not stand in a constraint, got 1j"),
        ("... == seed", "may not stand in a constraint, got ..."),
        ("seed if seed == 1 else seed == 2", "may not stand in a constraint, got seed if seed == 1 else seed == 2"),
        ("[seed][0] == 1", "may not stand in a constraint, got [seed][0]"),
        ("seed in [seed]", "a list holds values, got seed"),
        ("(seed := 1) == 1", "may not stand in a constraint, got seed := 1"),
        ("seed == 1 # why", None),
    ],
)
def test_what_is_no_condition(text: str, message: str | None) -> None:
    if message is None:
        assert parse(text).holds({"seed": 1})
        return
    with pytest.raises(RefusedError) as refused:
        parse(text)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true') == 0",
        "open('/etc/passwd')",
        "().__class__.__bases__ == 1",
        "(lambda: 1)() == 1",
        "[x for x in [1]] == []",
        "precision.__class__ == 'a'",
        "seed == 1; seed == 2",
        "precision == '\\x41'",
        "precision == '\0'",
        "(not " * 30 + "seed == 1" + ")" * 30,
        "seed == 1 and " * 50 + "seed == 1",
        "-" * 490 + "seed == 1",
    ],
)
def test_nothing_but_comparisons_is_understood(text: str) -> None:
    with pytest.raises(RefusedError):
        parse(text)


@given(st.text(max_size=40))
def test_any_text_is_a_condition_or_refused(text: str) -> None:
    with suppress(RefusedError):
        parse(text)


numbers = st.integers(0, 40)


@given(numbers, numbers, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
def test_comparisons_mean_what_they_mean_in_python(left: int, right: int, sign: str) -> None:
    expected = {
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
        "==": left == right,
        "!=": left != right,
    }[sign]

    assert parse(f"seed {sign} {right}").holds({"seed": left}) is expected


@given(st.sampled_from(["<", "<=", ">", ">="]))
def test_what_is_unset_is_neither_larger_nor_smaller(sign: str) -> None:
    assert not parse(f"max_steps {sign} 5").holds({"max_steps": None})


METHODS = """[methods.ddp]
[methods.zero2]
settings = { zero = { stage = 2 } }
[methods.offload]
settings = { zero = { stage = 2, offload_optimizer = "cpu" } }
[matrix]
"""


def test_cells_that_break_a_constraint_are_excluded_by_its_text(planned: Planning) -> None:
    plan = planned(METHODS + "constraints = [\"zero.stage == none or zero.offload_optimizer == 'cpu'\"]\n")

    assert [trial.method for trial in plan.trials] == ["ddp", "offload"]
    assert [(excluded.variant["method"], excluded.rule) for excluded in plan.excluded] == [
        ("zero2", "matrix.constraints[0]: zero.stage == none or zero.offload_optimizer == 'cpu'")
    ]


def test_constraints_see_defaults_methods_axes_and_the_seed(planned: Planning) -> None:
    constraint = "batch_size == 8 and (zero.stage == 2) == (method != 'ddp') and seed + 1 == weight_decay"
    plan = planned(
        METHODS.replace("[matrix]", "[matrix]\nweight_decay = [2, 3]\nseed = [1, 2]")
        + f'constraints = ["{constraint}"]\n'
    )

    assert [(trial.method, trial.seed, trial.settings.weight_decay) for trial in plan.trials] == [
        ("ddp", 1, 2.0),
        ("ddp", 2, 3.0),
        ("zero2", 1, 2.0),
        ("zero2", 2, 3.0),
        ("offload", 1, 2.0),
        ("offload", 2, 3.0),
    ]


def test_a_cell_that_a_constraint_takes_out_breaks_no_other_rule(planned: Planning) -> None:
    plan = planned(METHODS + "world_size = [1, 2]\n'zero.offload_param' = ['none', 'cpu']\n"
                   "constraints = ['zero.offload_param == \"none\"', 'zero.stage != none']\n")  # fmt: skip

    assert {trial.method for trial in plan.trials} == {"zero2", "offload"}


def test_an_include_rule_that_a_constraint_undoes(refusal: Refusal) -> None:
    text = "[matrix]\nbatch_size = [1, 2]\nconstraints = ['batch_size < 4']\ninclude = [{ batch_size = 8 }]\n"

    assert refusal(text) == (
        "spec.toml:13:12: matrix.include[0]: "
        "the trial of this rule is taken out again by matrix.constraints[0]: batch_size < 4"
    )
