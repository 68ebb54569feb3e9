"""``--set`` changes an experiment as if the change were written in its file."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dsl.head import HEAD, Loading, Planning, Refusal, Write
from xp.dsl.errors import SpecError
from xp.dsl.overrides import split_argument
from xp.dsl.source import load
from xp.dsl.spelling import spell
from xp.dsl.translations import TRANSFORMERS


@pytest.mark.parametrize(
    ("argument", "key", "value"),
    [
        ("defaults.epochs=1", ("defaults", "epochs"), 1),
        ("epochs = 1.5", ("epochs",), 1.5),
        ("a.b=true", ("a", "b"), True),
        ("a=[1, 2]", ("a",), [1, 2]),
        ("a=['x,y', 'z']", ("a",), ["x,y", "z"]),
        ("a={ b = 1 }", ("a",), {"b": 1}),
        ('a="b"', ("a",), "b"),
        ("a='b=c'", ("a",), "b=c"),
        ("a=b=c", ("a",), "b=c"),
        ("a=facebook/bart-base", ("a",), "facebook/bart-base"),
        ("data.train=in,put/a.csv", ("data", "train"), "in,put/a.csv"),
        ("a=x y", ("a",), "x y"),
        ("a=it's", ("a",), "it's"),
        ("a=#1", ("a",), "#1"),
        ("a=1e-5", ("a",), 1e-5),
        ("a=1\nb=2", ("a",), "1\nb=2"),
        ('a."b=c".d=1', ("a", "b=c", "d"), 1),
        ('matrix."zero.stage"=[1]', ("matrix", "zero.stage"), [1]),
        ("a=True", ("a",), "True"),
    ],
)
def test_key_and_value(argument: str, key: tuple[str, ...], value: Any) -> None:
    found = split_argument(argument)

    assert found == (key, value)
    assert type(found[1]) is type(value)


@given(st.recursive(
    st.one_of(st.integers(-(2**63), 2**63 - 1), st.booleans(), st.text(st.sampled_from("ab,=[]{}#'\" "), max_size=6)),
    lambda inner: st.lists(inner, max_size=3), max_leaves=5,
))  # fmt: skip
def test_any_value_survives(value: Any) -> None:
    written = spell(value) if not isinstance(value, str) or "'" not in value else None

    assert written is None or "\\" in written or '"' in written or split_argument(f"a={written}") == (("a",), value)


def test_a_setting_alone_is_a_default(experiment: Loading) -> None:
    read = experiment("", "epochs=1", "zero={ stage = 2 }", "zero.overlap_comm=true", "dataset=org/data", "model=org/m")

    assert read.defaults.epochs == 1
    assert read.defaults.zero is not None
    assert (read.defaults.zero.stage, read.defaults.zero.overlap_comm) == (2, True)
    assert (read.defaults.dataset, read.defaults.model) == ("org/data", "org/m")


def test_the_last_argument_wins(experiment: Loading) -> None:
    assert experiment("", "epochs=1", "epochs=2").defaults.epochs == 2


def test_tables_that_the_file_lacks_are_made(experiment: Loading) -> None:
    read = experiment("", "carbon.country=FRA", "methods.a.settings.epochs=1")

    assert (read.carbon.country, read.methods["a"].settings) == ("FRA", {"epochs": 1.0})


@pytest.mark.parametrize("written", ['"zero.stage" = [0]', "zero.stage = [0]"])
@pytest.mark.parametrize("argument", ["matrix.zero.stage=[1, 2]", 'matrix."zero.stage"=[1, 2]'])
def test_an_axis_is_replaced_however_it_is_spelled(experiment: Loading, written: str, argument: str) -> None:
    assert dict(experiment(f"[matrix]\n{written}\n", argument).matrix.axes) == {"zero.stage": (1, 2)}


def test_seeds_of_the_command_line(planned: Planning) -> None:
    assert [trial.seed for trial in planned("[matrix]\nseed = [1, 2]\n", "matrix.seed=[7]").trials] == [7]


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        pytest.param(
            "epochs=three",
            "--set epochs=three: defaults.epochs: should be a number, got 'three'",
            id="text-for-a-number",
        ),
        pytest.param(
            "leraning_rate=1",
            "--set leraning_rate=1: defaults.leraning_rate: unknown key\n    hint: did you mean 'learning_rate'?",
            id="setting-misspelt",
        ),
        pytest.param(
            "limit.max_trials=1",
            "--set limit.max_trials=1: limit: unknown key\n    hint: did you mean 'limits'?",
            id="table-misspelt",
        ),
        pytest.param(
            "evaluation_strategy=no",
            "--set evaluation_strategy=no: defaults.evaluation_strategy: unknown key\n"
            f"    hint: transformers {TRANSFORMERS} has no evaluation_strategy any more: write eval_strategy",
            id="removed-argument",
        ),
        pytest.param(
            "epochs", "--set epochs: should be a dotted key, = and a value, such as defaults.epochs=1", id="no-value"
        ),
        pytest.param("=1", "--set =1: should be a dotted key, = and a value, such as defaults.epochs=1", id="no-key"),
        pytest.param(
            "matrix.seed=[1",
            "--set matrix.seed=[1: the value is not TOML: Unclosed array (at end of document)",
            id="list-without-end",
        ),
        pytest.param(
            "experiment.name.first=1", "--set experiment.name.first=1: name is not a table", id="key-in-a-text"
        ),
        pytest.param(
            "matrix.batch_size=4",
            "--set matrix.batch_size=4: matrix.batch_size: an axis is a list of values, got 4\n    hint: write [4]",
            id="axis-without-brackets",
        ),
        pytest.param(
            "matrix.batch_size=2,4",
            "--set matrix.batch_size=2,4: matrix.batch_size: an axis is a list of values, got '2,4'\n"
            "    hint: write [2,4]",
            id="several-values-without-brackets",
        ),
        pytest.param(
            "matrix.seed=1-5",
            "--set matrix.seed=1-5: matrix.seed: an axis is a list of values, got '1-5'\n"
            "    hint: write each of its values: [1, 2, 3]",
            id="range",
        ),
        pytest.param(
            "experiment.baseline=basline",
            "--set experiment.baseline=basline: experiment.baseline: unknown method, got 'basline'\n"
            "    hint: did you mean 'baseline'?",
            id="baseline-of-a-file-without-methods",
        ),
        pytest.param(
            "method=a",
            "--set method=a: method is an axis: --set matrix.method=[…] changes it, --only method=… narrows the run",
            id="method",
        ),
        pytest.param(
            "extends=base.toml",
            "--set extends=base.toml: extends is read before arguments are: write a file that extends the other one, "
            "and give that",
            id="file-below",
        ),
        pytest.param(
            "batch_size=9223372036854775808",
            "--set batch_size=9223372036854775808: an integer has 64 bits, got 9223372036854775808",
            id="integer-that-is-too-large",
        ),
    ],
)
def test_refusal_names_the_argument(refusal: Refusal, argument: str, message: str) -> None:
    assert refusal("", argument) == message


@pytest.mark.parametrize("argument", ["batch_size=4", "defaults.zero.stage=1"])
def test_a_default_that_an_axis_decides(refusal: Refusal, argument: str) -> None:
    axis = argument.split("=", maxsplit=1)[0].removeprefix("defaults.")

    assert refusal("[matrix]\nbatch_size = [1, 2]\nzero.stage = [1, 2]\n", argument) == (
        f"--set {argument}: defaults.{axis}: has no effect: the axis {axis} decides\n"
        f"    hint: --set matrix.{axis}=[…] changes the axis"
    )


@pytest.mark.parametrize(
    ("top", "arguments", "where"),
    [
        ("", ["epochs=1"], "--set epochs=1"),
        ("[defaults]\nepochs = 1\n", [], "top.toml:5:1"),
        ("[defaults]\nmax_steps = 9\n", ["epochs=1"], "--set epochs=1"),
    ],
)
def test_epochs_that_steps_of_a_file_below_overrule(write: Write, top: str, arguments: list[str], where: str) -> None:
    write(HEAD.replace("[models", "max_steps = 60\n[models"), "base.toml")
    file = write(f'extends = "base.toml"\n[experiment]\nname = "top"\n{top}', "top.toml")

    with pytest.raises(SpecError) as refused:
        load(file, arguments)
    assert str(refused.value) == (
        f"{where}: defaults.epochs: has no effect beside max_steps = {9 if '9' in top else 60}\n"
        "    hint: set max_steps in the same place, or take one of the two out"
    )
    assert load(file, ["epochs=1", "max_steps=2"]).defaults.max_steps == 2, "who gives both knows both"


@pytest.mark.parametrize("typed", ["3.10", "1e10234", "2023023902_2", "007", "2020-10-09", "true", "'3.10'"])
def test_what_looks_like_a_number_is_text_where_only_text_may_stand(experiment: Loading, typed: str) -> None:
    arguments = [f"datasets.d.{key}={typed}" for key in ("path", "revision", "source")]
    read = experiment("", *arguments, f"methods.a.settings.source_prefix={typed}").datasets["d"]

    assert (read.path, read.revision, read.source) == (typed.strip("'"),) * 3


@pytest.mark.parametrize("typed", ["False", "TRUE", "'false'"])
def test_a_flag_of_a_configuration_is_no_text(refusal: Refusal, typed: str) -> None:
    argument = f"models.tiny.config.scale_embedding={typed}"
    text = typed.strip("'")

    assert refusal("", argument) == (
        f"--set {argument}: models.tiny.config.scale_embedding: should be true or false, got the text '{text}'\n"
        f"    hint: write {text.lower()}"
    )


@pytest.mark.parametrize("argument", ["batch_size=4", "defaults.zero.stage=1", "learning_rate=1e-3"])
def test_a_default_that_every_method_decides(planned: Planning, refusal: Refusal, argument: str) -> None:
    one = "[methods.a.settings]\nbatch_size = 2\nlearning_rate = 1e-4\nzero.stage = 2\n"
    other = "[methods.b.settings]\nbatch_size = 8\nzero.stage = 2\n[methods.b.search]\nalgorithm = 'grid'\n"
    other += "space = { learning_rate = { values = [1e-5, 2e-5] } }\n"
    name = argument.split("=", maxsplit=1)[0].removeprefix("defaults.")

    assert refusal(one + other, argument) == (
        f"--set {argument}: defaults.{name}: has no effect: every method sets it\n"
        f"    hint: --set methods.NAME.settings.{name}=… changes that of one"
    )
    assert len(planned(f"{one}[methods.baseline]\n", argument).trials) == 2, "one does not set it"


def test_all_wrong_arguments_are_told(refusal: Refusal) -> None:
    assert refusal("", "epochs", "matrix.seed=[1").count("--set") == 2
