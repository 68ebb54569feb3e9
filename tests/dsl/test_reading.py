"""What ``[matrix]`` says is read with the types of the settings, or refused."""

from __future__ import annotations

import pytest

from tests.dsl.head import Loading, Planning, Refusal


def test_both_spellings_of_a_dotted_axis(experiment: Loading) -> None:
    quoted = experiment('[matrix]\n"zero.stage" = [1, 2]\n"zero.offload_optimizer" = ["cpu"]\n')
    nested = experiment('[matrix]\nzero.stage = [1, 2]\nzero.offload_optimizer = ["cpu"]\n')

    assert quoted.matrix == nested.matrix
    assert dict(quoted.matrix.axes) == {"zero.stage": (1, 2), "zero.offload_optimizer": ("cpu",)}


def test_both_spellings_in_rules(experiment: Loading) -> None:
    read = experiment(
        "[matrix]\nzero.stage = [1, 2]\nseed = [1, 2]\n"
        "exclude = [{ 'zero.stage' = 1, seed = 1 }, { zero.stage = 2, seed = 2 }]\n"
    )

    assert read.matrix.exclude == ({"zero.stage": 1, "seed": 1}, {"zero.stage": 2, "seed": 2})


def test_axes_keep_the_order_of_the_file(experiment: Loading) -> None:
    read = experiment('[matrix]\nprecision = ["bf16"]\nzero.stage = [1]\nbatch_size = [1]\nmethod = ["baseline"]\n')

    assert list(read.matrix.axes) == ["precision", "zero.stage", "batch_size", "method"]


def test_rates_are_read_however_they_are_written_and_repetitions_are_told(refusal: Refusal) -> None:
    assert refusal('[matrix]\nlearning_rate = [1e-5, 3e-05, 5E-5, 0.00003, "5e-5"]\n') == (
        "spec.toml:11:37: matrix.learning_rate[3]: 3e-05 is given twice\n"
        "spec.toml:11:46: matrix.learning_rate[4]: should be a number, got '5e-5'\n"
        "    hint: write 5e-5 without quotes"
    )


def test_rates_become_the_same_numbers(experiment: Loading) -> None:
    assert experiment("[matrix]\nlearning_rate = [1e-5, 3e-05, 5E-5]\n").matrix.axes == {
        "learning_rate": (1e-05, 3e-05, 5e-05)
    }


def test_three_mistakes_of_exclude_rules(refusal: Refusal) -> None:
    text = (
        '[matrix]\nbatch_size = [1, 2, 4]\nexclude = [{ batch_size = "2" }, { batch_size = 3 }, { bacth_size = 2 }]\n'
    )

    assert refusal(text) == (
        "spec.toml:12:14: matrix.exclude[0].batch_size: should be a whole number, got '2'\n"
        "    hint: write 2 without quotes\n"
        "spec.toml:12:36: matrix.exclude[1].batch_size: 3 is not a value of this axis\n"
        "    hint: it takes [1, 2, 4]\n"
        "spec.toml:12:56: matrix.exclude[2].bacth_size: unknown axis\n"
        "    hint: did you mean 'batch_size'?"
    )


@pytest.mark.parametrize("kind", ["exclude", "include"])
def test_a_rule_names_each_axis_once_and_at_least_one(refusal: Refusal, kind: str) -> None:
    rules = '{ "zero.stage" = 1, zero.stage = 2 }, { zero = {} }, { seed = 1, zero = {} }'

    assert refusal(f"[matrix]\nzero.stage = [1, 2]\n{kind} = [{rules}]\n") == (
        f"spec.toml:12:14: matrix.{kind}[0].zero.stage: given twice\n"
        "    hint: write either 'zero.stage' or a table, not both\n"
        f"spec.toml:12:50: matrix.{kind}[1]: should be a table that names an axis, got {{ zero = {{}} }}\n"
        f"spec.toml:12:65: matrix.{kind}[2]: should be a table that names an axis, got {{ seed = 1, zero = {{}} }}"
    )


def test_misspelt_setting_in_the_second_include_block(refusal: Refusal) -> None:
    text = "[[matrix.include]]\nbatch_size = 2\n[[matrix.include]]\nweigth_decay = 0.1\n"

    assert refusal(text) == (
        "spec.toml:13:1: matrix.include[1].weigth_decay: unknown axis\n    hint: did you mean 'weight_decay'?"
    )


@pytest.mark.parametrize("flags", ["[0, 1]", "[false, true]"])
def test_flags_are_never_both_true(experiment: Loading, refusal: Refusal, flags: str) -> None:
    text = f"[matrix]\ngradient_checkpointing = {flags}\n"

    if "0" in flags:
        assert refusal(text).count("should be true or false") == 2
    else:
        assert experiment(text).matrix.axes["gradient_checkpointing"] == (False, True)


@pytest.mark.parametrize("flags", ["[0, 1]", "[false, true]"])
def test_a_flag_of_another_tool_is_told_what_it_is_here(refusal: Refusal, flags: str) -> None:
    assert refusal(f"[matrix]\nfreeze_encoder = {flags}\n") == (
        'spec.toml:11:1: matrix.freeze_encoder: unknown axis\n    hint: here it is freeze = ["encoder"]'
    )


def test_what_is_frozen_is_a_list_and_nothing_is_one_too(planned: Planning) -> None:
    trials = planned('[matrix]\nfreeze = [[], ["encoder"]]\n').trials

    assert [trial.settings.freeze for trial in trials] == [(), ("encoder",)]
    assert len({trial.id for trial in trials}) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "epoch = [3, 5, 7]",
            "spec.toml:11:1: matrix.epoch: unknown axis\n    hint: here it is epochs",
            id="epoch-for-epochs",
        ),
        pytest.param(
            "learning_rate = []",
            "spec.toml:11:1: matrix.learning_rate: axis is empty\n    hint: give it a value, or leave it out",
            id="empty-axis",
        ),
        pytest.param(
            "seed = []",
            "spec.toml:11:1: matrix.seed: axis is empty\n    hint: give it a value, or leave it out",
            id="no-seed",
        ),
        pytest.param(
            "batch_size = 4",
            "spec.toml:11:1: matrix.batch_size: an axis is a list of values, got 4\n    hint: write [4]",
            id="axis-without-brackets",
        ),
        pytest.param(
            "seed = [1, 2, 1]",
            "spec.toml:11:15: matrix.seed[2]: 1 is given twice",
            id="seed-twice",
        ),
        pytest.param(
            "epochs = [1, 1.0]",
            "spec.toml:11:14: matrix.epochs[1]: 1.0 is given twice",
            id="one-number-in-two-spellings",
        ),
        pytest.param(
            "freeze = [['encoder', 'embeddings'], ['embeddings', 'encoder']]",
            "spec.toml:11:38: matrix.freeze[1]: ['embeddings', 'encoder'] is given twice",
            id="one-set-in-two-orders",
        ),
        pytest.param(
            "seed = [-1]",
            "spec.toml:11:9: matrix.seed[0]: should be at least 0, got -1",
            id="negative-seed",
        ),
        pytest.param(
            "seed = [4294967296]",
            "spec.toml:11:9: matrix.seed[0]: should be less than 4294967296, got 4294967296",
            id="seed-beyond-32-bits",
        ),
        pytest.param(
            "zero = [1, 2]",
            "spec.toml:11:1: matrix.zero: unknown axis\n    hint: its settings are axes of their own: zero.stage, "
            "zero.offload_optimizer, zero.offload_param, zero.nvme_path, zero.buffer_size, zero.reduce_bucket_size, "
            "zero.allgather_bucket_size, "
            "zero.stage3_prefetch_bucket_size, zero.stage3_param_persistence_threshold, zero.overlap_comm",
            id="table-as-an-axis",
        ),
        pytest.param(
            "'zero.stage' = [1]\nzero.stage = [2]",
            "spec.toml:11:1: matrix.zero.stage: given twice\n    hint: write either 'zero.stage' or a table, not both",
            id="axis-in-two-spellings",
        ),
        pytest.param(
            'exclude = [{ method = "zero2", seed = 1 }]',
            "spec.toml:11:14: matrix.exclude[0].method: not an axis of this matrix\n"
            "    hint: write the axis, too: method = […]",
            id="exclude-of-a-method-without-its-axis",
        ),
        pytest.param(
            "batch_size = [1]\nexclude = [{ epochs = 1 }]",
            "spec.toml:12:14: matrix.exclude[0].epochs: not an axis of this matrix\n"
            "    hint: its axes: seed, batch_size",
            id="exclude-without-axis",
        ),
        pytest.param(
            "exclude = { seed = 1 }",
            "spec.toml:11:1: matrix.exclude: should be a list, each item a table that names an axis, got { seed = 1 }",
            id="rules-without-brackets",
        ),
        pytest.param(
            "exclude = [{}]",
            "spec.toml:11:12: matrix.exclude[0]: should be a table that names an axis, got {}",
            id="empty-rule",
        ),
        pytest.param(
            "include = ['zero2']",
            "spec.toml:11:12: matrix.include[0]: should be a table that names an axis, got 'zero2'",
            id="text-for-a-rule",
        ),
        pytest.param(
            "include = [{ batch_size = '4' }]",
            "spec.toml:11:14: matrix.include[0].batch_size: should be a whole number, got '4'\n"
            "    hint: write 4 without quotes",
            id="text-in-a-rule",
        ),
        pytest.param(
            "batch_size = [1, 2]\nepochs = [1]\nzip = [['batch_size', 'epochs']]",
            "spec.toml:13:8: matrix.zip[0]: axes that move together need equally many values: "
            "batch_size has 2, epochs has 1",
            id="zip-of-unequal-axes",
        ),
        pytest.param(
            "batch_size = [1, 2]\nzip = [['batch_size', 'epoch']]",
            "spec.toml:12:8: matrix.zip[0]: should name two axes or more\n"
            "spec.toml:12:23: matrix.zip[0][1]: 'epoch' is not an axis that can move with others\n"
            "    hint: here it is epochs",
            id="zip-with-a-slip",
        ),
        pytest.param(
            "batch_size = [1, 2]\nseed = [1, 2]\nzip = [['batch_size', 'seed']]",
            "spec.toml:13:8: matrix.zip[0]: should name two axes or more\n"
            "spec.toml:13:23: matrix.zip[0][1]: 'seed' is not an axis that can move with others\n"
            "    hint: known: batch_size",
            id="zip-with-the-seed",
        ),
        pytest.param(
            "batch_size = [1, 2]\nepochs = [1, 2]\nweight_decay = [0, 1]\n"
            "zip = [['batch_size', 'epochs'], ['epochs', 'weight_decay']]",
            "spec.toml:14:35: matrix.zip[1][0]: axis epochs moves in two groups",
            id="axis-in-two-groups",
        ),
        pytest.param(
            "batch_size = [1, 1, 2]\nepochs = [3, 3, 3]\nzip = [['batch_size', 'epochs']]",
            "spec.toml:13:8: matrix.zip[0]: the step [1, 3.0] is given twice",
            id="step-twice",
        ),
        pytest.param(
            "zip = ['batch_size', 'epochs']",
            "spec.toml:11:8: matrix.zip[0]: should be a list of axes, got 'batch_size'\n"
            "spec.toml:11:22: matrix.zip[1]: should be a list of axes, got 'epochs'",
            id="zip-without-inner-brackets",
        ),
        pytest.param(
            "constraints = 'batch_size > 1'",
            "spec.toml:11:1: matrix.constraints: should be a list, each item text, got 'batch_size > 1'",
            id="constraint-without-brackets",
        ),
        pytest.param(
            "constraints = ['bacth_size > 1']",
            "spec.toml:11:16: matrix.constraints[0]: unknown name, got bacth_size\n"
            "    hint: did you mean 'batch_size'?",
            id="constraint-with-a-slip",
        ),
        pytest.param(
            "constraints = [true]",
            "spec.toml:11:16: matrix.constraints[0]: should be text, got true",
            id="flag-for-a-constraint",
        ),
    ],
)
def test_refusal(refusal: Refusal, text: str, message: str) -> None:
    assert refusal(f"[matrix]\n{text}\n") == message


def test_values_may_repeat_in_axes_that_move_together(experiment: Loading) -> None:
    read = experiment("[matrix]\nbatch_size = [1, 1, 2]\nepochs = [1, 2, 2]\nzip = [['batch_size', 'epochs']]\n")

    assert read.matrix.axes == {"batch_size": (1, 1, 2), "epochs": (1.0, 2.0, 2.0)}


def test_a_wrong_value_hides_no_other_and_invents_none(refusal: Refusal) -> None:
    said = refusal(
        "[matrix]\nbatch_size = [1, '2', 3]\nepochs = [1, 2, 3]\nzip = [['batch_size', 'epochs']]\n"
        "exclude = [{ batch_size = 2 }, { epochs = 9 }]\n"
    )

    assert said == (
        "spec.toml:11:18: matrix.batch_size[1]: should be a whole number, got '2'\n"
        "    hint: write 2 without quotes\n"
        "spec.toml:14:34: matrix.exclude[1].epochs: 9.0 is not a value of this axis\n"
        "    hint: it takes [1.0, 2.0, 3.0]"
    )
