"""An id follows from everything that can change a result, and from nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import create_model

from tests.dsl.head import HEAD, Planning, Write
from xp.dsl.document import Document
from xp.dsl.dotted import SETTINGS, nest, setting_values
from xp.dsl.plan import plan
from xp.dsl.settings import Settings
from xp.dsl.source import load, understand
from xp.dsl.spec import Dataset, Model
from xp.dsl.trial import IDENTITY, Subject, Trial, canonical, identity, non_default

DEFAULTS = Path(__file__).parent / "defaults.json"

SUBJECT = Subject(
    settings=Settings(),
    model=Model(architecture="bart", config={"d_model": 64}),
    checkpoint=None,
    dataset=Dataset(builtin="dialogues"),
    fingerprint="f" * 64,
)


def ids(write: Write, text: str | bytes) -> list[str]:
    return [trial.id for trial in plan(load(write(text)), {"dialogues": "f" * 64, "same": "f" * 64}).trials]


SIZES = "[matrix]\nbatch_size = [1, 2]\nseed = [1, 2]\n"
MATRIX = SIZES + "learning_rate = [1e-5]\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param((HEAD + MATRIX).replace("\n", "\r\n"), id="carriage-returns"),
        pytest.param("\ufeff" + HEAD + MATRIX, id="byte-order-mark"),
        pytest.param("# why\n" + HEAD + MATRIX.replace("[1, 2]", "[ 1, # one\n 2 ]", 1), id="comments-and-blanks"),
        pytest.param(HEAD.replace('"lr"', '"renamed"\ndescription = "other"') + MATRIX, id="another-name"),
        pytest.param(HEAD.replace("tiny", "small") + MATRIX, id="another-name-of-the-model"),
        pytest.param(
            HEAD.replace('dialogues"\n[m', 'same"\n[m').replace("s.dialogues]", "s.same]") + MATRIX, id="name-of-data"
        ),
        pytest.param(HEAD + MATRIX.replace("1e-5", "0.00001"), id="another-spelling-of-a-number"),
        pytest.param(
            HEAD + "[carbon]\ncountry = 'FRA'\n[limits]\ntrial_timeout = '5m'\n" + MATRIX, id="carbon-and-limits"
        ),
        pytest.param(HEAD + "[limits]\ntimeout = '2h'\nfail_fast = true\n" + MATRIX, id="limits-of-the-run"),
        pytest.param(HEAD + "[prices.dedicated]\nmachine_hour = 22.03\n" + MATRIX, id="prices"),
        pytest.param(HEAD + "[objective]\nmetric = 'eval_loss'\n" + MATRIX, id="objective"),
        pytest.param(HEAD.replace("[models", "logging_steps = 1\n[models") + MATRIX, id="logging"),
        pytest.param(
            HEAD.replace("[models", "epochs = 3\nweight_decay = 0\n[models") + MATRIX, id="defaults-written-out"
        ),
        pytest.param(
            HEAD.replace("[models", "learning_rate = 1e-5\n[models") + SIZES, id="default-in-place-of-an-axis"
        ),
        pytest.param(HEAD + "[methods.a]\nsettings.learning_rate = 1e-5\n" + SIZES, id="method-in-place-of-an-axis"),
        pytest.param(
            HEAD + "[matrix]\nlearning_rate = [1e-5]\nseed = [1, 2]\nbatch_size = [1, 2]\n", id="order-of-keys"
        ),
    ],
)
def test_what_changes_no_id(write: Write, text: str) -> None:
    assert ids(write, text) == ids(write, HEAD + MATRIX)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(HEAD.replace('"bart"', '"bart"\nvocab_size = 7'), id="vocabulary"),
        pytest.param(HEAD.replace('"bart"', '"bart"\nconfig = { d_model = 8 }'), id="model"),
        pytest.param(HEAD + 'target = "title"\n', id="column"),
        pytest.param(HEAD + "[matrix]\nseed = [2]\n", id="seed"),
        pytest.param(HEAD + "[matrix]\nthreads = [2]\n", id="threads"),
        pytest.param(HEAD + "[matrix]\neval_strategy = ['no']\n", id="evaluation"),
        pytest.param(HEAD + "[matrix]\nzero.stage = [0]\n", id="deepspeed-without-stage"),
        pytest.param(HEAD + "[matrix]\ngeneration.num_beams = [2]\n", id="generation"),
    ],
)
def test_what_changes_an_id(write: Write, text: str) -> None:
    assert ids(write, text) != ids(write, HEAD)


def test_content_of_the_data_changes_an_id() -> None:
    assert identity(SUBJECT._replace(fingerprint="0" * 64), 1) != identity(SUBJECT, 1)


def test_a_checkpoint_on_disk_is_known_by_its_content() -> None:
    here = SUBJECT._replace(model=Model(checkpoint="here/model"))
    there = SUBJECT._replace(model=Model(checkpoint="there/model"))

    assert identity(here, 1) != identity(there, 1)
    assert identity(here._replace(checkpoint="a"), 1) == identity(there._replace(checkpoint="a"), 1)
    assert identity(here._replace(checkpoint="a"), 1) != identity(here._replace(checkpoint="b"), 1)


def test_a_tokenizer_on_disk_is_known_by_its_content() -> None:
    here = SUBJECT._replace(model=Model(architecture="bart", tokenizer="here/words"))
    there = SUBJECT._replace(model=Model(architecture="bart", tokenizer="there/words"))

    assert identity(here._replace(tokenizer="a"), 1) == identity(there._replace(tokenizer="a"), 1)
    assert identity(here._replace(tokenizer="a"), 1) != identity(here._replace(tokenizer="b"), 1)


def test_revision_of_a_hub_tokenizer_changes_an_id() -> None:
    words = Model(architecture="bart", tokenizer="org/words")
    pinned = words.model_copy(update={"tokenizer_revision": "v1"})

    assert identity(SUBJECT._replace(model=words), 1) != identity(SUBJECT._replace(model=pinned), 1)


def test_a_tokenizer_that_is_the_checkpoints_is_none_of_its_own() -> None:
    named = Model(checkpoint="org/m", revision="v1", tokenizer="org/m")
    plain = (named, Model(checkpoint="org/m"), Model(architecture="t5"))

    assert [model.own_tokenizer for model in plain] == [None, None, None]
    assert named.model_copy(update={"tokenizer_revision": "v2"}).own_tokenizer == "org/m"


def test_revision_of_a_hub_model_changes_an_id() -> None:
    plain, pinned = (SUBJECT._replace(model=Model(checkpoint="org/m", revision=revision)) for revision in (None, "v1"))

    assert identity(plain, 1) != identity(pinned, 1)


def test_ids_of_this_version() -> None:
    """They may change only together with IDENTITY: whoever has results would lose them."""
    other = SUBJECT._replace(
        settings=Settings.model_validate({"zero": {"stage": 2}, "epochs": 1, "freeze": ["encoder"]})
    )

    assert (IDENTITY, identity(SUBJECT, 1), identity(other, 2)) == (2, "0efd8cd0bc15", "f6e0e967e2ed")


def test_a_default_changes_only_together_with_the_version() -> None:
    """A key may be added to the file as it is; any other change of it needs a new IDENTITY."""
    golden = json.loads(DEFAULTS.read_text(encoding="utf-8"))
    settings = {name: setting.default for name, setting in SETTINGS.items()}
    model = Model(architecture="bart").model_dump(mode="json")

    assert golden["identity"] == IDENTITY
    assert {name: jsonable(settings[name]) for name in golden["settings"]} == golden["settings"]
    assert {name: model[name] for name in golden["model"]} == golden["model"]


def jsonable(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def test_a_new_setting_with_a_default_changes_no_id() -> None:
    later = create_model("Settings", __base__=Settings, brand_new=(int, 5))

    for said in ({}, {"zero": {"stage": 2}}, {"epochs": 1.0}):
        assert non_default(later.model_validate(said)) == non_default(Settings.model_validate(said))


def test_epochs_are_no_part_of_a_trial_that_counts_steps() -> None:
    assert (
        non_default(Settings(max_steps=5, epochs=1)) == non_default(Settings(max_steps=5, epochs=2)) == {"max_steps": 5}
    )


@pytest.mark.parametrize("pair", [(1, 1.0), (1, True), (1, "1"), (1.0, True), ("1", True), (0, False), (0, "")])
def test_values_that_python_takes_for_equal_stay_apart(pair: tuple[Any, Any]) -> None:
    first, second = (SUBJECT._replace(model=Model(architecture="bart", config={"x": value})) for value in pair)

    assert identity(first, 1) != identity(second, 1)


axes = st.fixed_dictionaries(
    {},
    optional={
        "batch_size": st.integers(1, 64),
        "epochs": st.floats(0.5, 10),
        "learning_rate": st.floats(1e-6, 1),
        "weight_decay": st.sampled_from([0.0, 0.1, 1.0]),
        "precision": st.sampled_from(["fp32", "bf16"]),
        "gradient_checkpointing": st.booleans(),
        "freeze": st.lists(st.sampled_from(["embeddings", "encoder"]), unique=True),
        "zero.stage": st.integers(0, 3),
        "generation.num_beams": st.integers(1, 4),
    },
)


def settings(flat: dict[str, Any]) -> Settings:
    return Settings.model_validate(nest(flat))


@given(axes, st.randoms(use_true_random=False))
def test_order_of_keys_changes_no_id(flat: dict[str, Any], random: Any) -> None:
    names = list(flat)
    random.shuffle(names)
    shuffled = settings({name: flat[name] for name in names})

    assert identity(SUBJECT._replace(settings=shuffled), 1) == identity(SUBJECT._replace(settings=settings(flat)), 1)


@given(axes, axes)
def test_ids_are_equal_exactly_when_settings_are(left: dict[str, Any], right: dict[str, Any]) -> None:
    first, second = (SUBJECT._replace(settings=settings(flat)) for flat in (left, right))

    assert (identity(first, 1) == identity(second, 1)) == (first.settings == second.settings)


@given(axes, st.integers(0, 9))
def test_a_trial_survives_json(flat: dict[str, Any], seed: int) -> None:
    raw = {
        "experiment": {"name": "x"},
        "defaults": {"model": "org/m", "dataset": "org/d"},
        "matrix": {**{name: [value] for name, value in flat.items()}, "seed": [seed]},
    }
    (trial,) = plan(understand(raw, Document()), {"org/d": "f"}).trials

    assert Trial.model_validate_json(trial.model_dump_json()) == trial
    assert trial.settings == settings(flat)


def test_dotted_settings_name_every_setting(planned: Planning) -> None:
    (trial,) = planned("[matrix]\nzero.stage = [2]\n").trials

    assert list(trial.dotted_settings) == list(SETTINGS)
    assert trial.dotted_settings["zero.stage"] == 2
    assert trial.dotted_settings["early_stopping.patience"] is None
    assert setting_values(Settings())["zero.stage"] is None


def test_canonical_json_knows_no_order_and_no_infinity() -> None:
    assert canonical({"b": 1, "a": [1.0, True]}) == '{"a":[1.0,true],"b":1}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(float("inf"))


DEEPSPEED = '{"train_micro_batch_size_per_gpu": 2, "zero_optimization": {"stage": 2, "reduce_scatter": true}}'
BASED = HEAD + "[methods.based]\ndeepspeed = 'ds.json'\n"


def based(write: Write, content: str, name: str = "ds.json") -> list[str]:
    write(content, name)
    return ids(write, BASED.replace("ds.json", name))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(DEEPSPEED.replace(" ", ""), id="blanks"),
        pytest.param(DEEPSPEED.replace("{", "{\r\n\t"), id="lines"),
        pytest.param(DEEPSPEED.replace(": 2", ": 2.0"), id="another-spelling-of-a-number"),
        pytest.param(
            '{"zero_optimization": {"reduce_scatter": true, "stage": 2}, "train_batch_size": 2}', id="order-and-total"
        ),
        pytest.param(DEEPSPEED.replace("{", '{"steps_per_print": 5, ', 1), id="printing"),
    ],
)
def test_of_a_deepspeed_file_only_what_it_means_is_in_an_id(write: Write, content: str) -> None:
    assert based(write, content, "elsewhere/other.json") == based(write, DEEPSPEED)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(DEEPSPEED.replace("true", "false"), id="rest"),
        pytest.param(DEEPSPEED.replace('"stage": 2', '"stage": 1'), id="setting"),
        pytest.param(DEEPSPEED.replace("{", '{"wall_clock_breakdown": true, ', 1), id="one-more"),
    ],
)
def test_what_a_deepspeed_file_means_changes_an_id(write: Write, content: str) -> None:
    assert based(write, content) != based(write, DEEPSPEED)


def test_a_deepspeed_file_of_settings_alone_is_as_if_they_were_written(write: Write) -> None:
    zero = "zero = { stage = 2, reduce_bucket_size = 500_000_000 }"
    written = ids(write, HEAD + f"[methods.written]\nsettings = {{ batch_size = 2, {zero} }}\n")

    assert based(write, DEEPSPEED.replace(', "reduce_scatter": true', "")) == written
