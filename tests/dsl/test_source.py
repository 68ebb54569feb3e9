"""An experiment file is read, or refused with everything that is wrong in it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dsl.head import HEAD, Loading, Refusal, Write
from xp.dsl.errors import SpecError
from xp.dsl.plan import plan
from xp.dsl.source import load
from xp.dsl.translations import TRANSFORMERS


def test_smallest_file(write: Write) -> None:
    experiment = load(write('[experiment]\nname = "x"\n[defaults]\nmodel = "t5-small"\ndataset = "org/data"\n'))

    assert experiment.model("t5-small").checkpoint == "t5-small"
    assert experiment.dataset("org/data").path == "org/data"
    assert experiment.method_names == ("baseline",)
    assert experiment.baseline == "baseline"
    assert experiment.matrix.seed == (1,)


def test_data_set_of_three_files(experiment: Loading) -> None:
    files = "train = 'a.jsonl'\nvalidation = 'b.jsonl'\ntest = 'b.jsonl'\n"

    assert experiment(f"[datasets.files]\n{files}").datasets["files"].path is None


def test_what_the_file_says_of_itself(experiment: Loading, tmp_path: Path) -> None:
    read = experiment("[methods.zero2]\nsettings = { zero = { stage = 2 } }\n")

    assert read.file == Path("spec.toml")
    assert read.folder == tmp_path.resolve()
    assert read.text.startswith("[experiment]")
    assert read.where("methods", "zero2", "settings", "zero") == "spec.toml:11:14: methods.zero2.settings.zero"
    assert read.where() == "spec.toml"


def test_whole_numbers_are_read_where_fractions_may_stand(experiment: Loading) -> None:
    read = experiment("[methods.long]\nsettings = { epochs = 10 }\n")

    assert repr(read.methods["long"].settings["epochs"]) == "10.0"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("", "lr", id="first-of-the-matrix"),
        pytest.param("[methods.plain]\n[methods.other]\nsettings = { epochs = 1 }\n", "plain", id="first-declared"),
        pytest.param("[methods.a]\n[methods.baseline]\nsettings = { epochs = 1 }\n", "baseline", id="named-baseline"),
        pytest.param(
            '[methods.a]\n[methods.b]\nsettings = { epochs = 1 }\n[matrix]\nmethod = ["b", "a"]\n',
            "b",
            id="first-of-axis",
        ),
    ],
)
def test_baseline_of_a_file_that_names_none(experiment: Loading, text: str, name: str) -> None:
    assert experiment(text).baseline == (name if text else "baseline")


def test_baseline_that_is_named(write: Write) -> None:
    text = (
        HEAD.replace('name = "lr"', 'name = "lr"\nbaseline = "b"') + "[methods.a]\n[methods.b]\nsettings.epochs = 1\n"
    )

    assert load(write(text)).baseline_of("a") == "b"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "[matrix]\nleraning_rate = [1e-5]\n",
            "spec.toml:11:1: matrix.leraning_rate: unknown axis\n    hint: did you mean 'learning_rate'?",
            id="axis-misspelt",
        ),
        pytest.param(
            "[prices]\nmachine_hour = 22.03\n",
            "spec.toml:11:1: prices.machine_hour: should be a tariff: a name and its rates, got 22.03\n"
            "    hint: name the tariff, and give its rates in US dollars: [prices.dedicated] machine_hour = 22.03",
            id="price-without-a-name",
        ),
        pytest.param(
            "[prices.dedicated]\n",
            "spec.toml:10:9: prices.dedicated: a tariff has a machine_hour, a gpu_hour or both\n"
            "    hint: write machine_hour = 22.03, in US dollars",
            id="price-without-a-rate",
        ),
        pytest.param(
            "[prices.free]\nmachine_hour = 0\n",
            "spec.toml:11:1: prices.free.machine_hour: should be greater than 0, got 0",
            id="price-of-nothing",
        ),
        pytest.param(
            "[limits]\ntimeout = '2 hours'\n",
            "spec.toml:11:1: limits.timeout: should be a number and its unit, such as '90s', '30m' or '2h', "
            "got '2 hours'",
            id="time-of-a-run-in-words",
        ),
        pytest.param(
            "[methods.a]\nsettings = { batchsize = 4 }\n",
            "spec.toml:11:14: methods.a.settings.batchsize: unknown key\n    hint: did you mean 'batch_size'?",
            id="setting-misspelt",
        ),
        pytest.param(
            "[methods.a]\nsettings = { zero = { stag = 2 } }\n",
            "spec.toml:11:23: methods.a.settings.zero.stag: unknown key\n    hint: did you mean 'stage'?",
            id="nested-setting-misspelt",
        ),
        pytest.param(
            "[methods.a]\nsettings = { learning_rate = -1 }\n",
            "spec.toml:11:14: methods.a.settings.learning_rate: should be greater than 0, got -1",
            id="out-of-range",
        ),
        pytest.param(
            "[methods.a]\nsettings = { zero = { stage = 4 } }\n",
            "spec.toml:11:23: methods.a.settings.zero.stage: should be at most 3, got 4",
            id="no-such-stage",
        ),
        pytest.param(
            "[methods.a]\nsettings = { precision = 'fp64' }\n",
            "spec.toml:11:14: methods.a.settings.precision: should be 'fp32', 'bf16' or 'fp16', got 'fp64'\n"
            "    hint: did you mean 'fp16'?",
            id="no-such-choice",
        ),
        pytest.param(
            "[methods.a]\nsettings = { freeze = 'encoder' }\n",
            "spec.toml:11:14: methods.a.settings.freeze: should be a list, got 'encoder'\n    hint: write ['encoder']",
            id="text-for-a-list",
        ),
        pytest.param(
            "[methods.a]\nsettings = { zero = 2 }\n",
            "spec.toml:11:14: methods.a.settings.zero: should be a table, got 2",
            id="number-for-a-table",
        ),
        pytest.param(
            "[methods.a]\nsettings = { freeze = ['decoder'] }\n",
            "spec.toml:11:24: methods.a.settings.freeze[0]: should be 'embeddings' or 'encoder', got 'decoder'",
            id="item-of-a-list",
        ),
        pytest.param(
            "[methods.a]\nclaims = { memry = 'reduces' }\n",
            "spec.toml:11:12: methods.a.claims.memry: unknown measure, got 'memry'\n    hint: did you mean 'memory'?",
            id="measure-misspelt",
        ),
        pytest.param(
            "[methods.a]\nclaims = { memory = 'less' }\n",
            "spec.toml:11:12: methods.a.claims.memory: should be 'reduces', 'increases' or 'affects', "
            "with a leading * where it depends, got 'less'\n    hint: did you mean 'reduces'?",
            id="expectation-misspelt",
        ),
        pytest.param(
            "[methods.'a b']\n",
            "spec.toml:10:10: methods.a b: should be letters, digits, '.', '_' and '-', "
            "and start with a letter or a digit, got 'a b'",
            id="name-with-a-blank",
        ),
        pytest.param(
            "[limits]\ntrial_timeout = '30 min'\n",
            "spec.toml:11:1: limits.trial_timeout: should be a number and its unit, such as '90s', '30m' or '2h', "
            "got '30 min'",
            id="duration",
        ),
        pytest.param(
            "[limits]\nstall_timeout = 30\ntrial_timeout = '0s'\n",
            "spec.toml:11:1: limits.stall_timeout: a duration is text with a unit, got 30\n"
            "    hint: write '30s' for seconds\n"
            "spec.toml:12:1: limits.trial_timeout: should be longer than nothing, got '0s'",
            id="durations-without-a-unit-and-of-nothing",
        ),
        pytest.param(
            f"[methods.{'m' * 101}]\n",
            f"spec.toml:10:10: methods.{'m' * 101}: should have at most 100 characters, got '{'m' * 78}…",
            id="name-that-is-too-long",
        ),
        pytest.param(
            "[model.tiny]\narchitecture = 'bart'\n",
            "spec.toml:10:2: model: unknown key\n    hint: did you mean 'models'?",
            id="table-misspelt",
        ),
        pytest.param(
            "[models.two]\narchitecture = 'bart'\ncheckpoint = 'facebook/bart-base'\n",
            "spec.toml:10:9: models.two: a model has either a checkpoint or an architecture\n"
            '    hint: write checkpoint = "…", a hub id or folder',
            id="model-with-two-origins",
        ),
        pytest.param(
            "[datasets.none]\nsource = 'text'\n",
            "spec.toml:10:11: datasets.none: a data set has a path, a builtin or files\n"
            '    hint: write path = "…", a hub id or files',
            id="data-set-without-origin",
        ),
        pytest.param(
            "[datasets.both]\npath = 'org/data'\nbuiltin = 'dialogues'\n",
            "spec.toml:10:11: datasets.both: a data set has either a path or a builtin",
            id="data-set-with-two-origins",
        ),
        pytest.param(
            "[datasets.sized]\npath = 'org/data'\nsize = 5\n",
            "spec.toml:12:1: datasets.sized.size: has no effect: only a built-in corpus has a size to choose",
            id="size-of-a-given-data-set",
        ),
        pytest.param(
            "[models.tokenized]\ncheckpoint = 'x'\ntokenizer = 'y'\nvocab_size = 7\n",
            "spec.toml:13:1: models.tokenized.vocab_size: has no effect: the tokenizer is not trained here",
            id="vocabulary-of-a-given-tokenizer",
        ),
        pytest.param(
            "[models.dated]\narchitecture = 'bart'\nconfig = { day = 2020-01-01, rates = [nan] }\n",
            "spec.toml:12:12: models.dated.config.day: should be text, a number, true or false, got 2020-01-01\n"
            "    hint: put a date in quotes\n"
            "spec.toml:12:39: models.dated.config.rates[0]: should be a finite number, got nan",
            id="values-that-json-cannot-hold",
        ),
        pytest.param(
            "[methods.a]\nsettings = { learning_rate = inf }\n",
            "spec.toml:11:14: methods.a.settings.learning_rate: should be a finite number, got inf",
            id="infinite",
        ),
    ],
)
def test_refusal_names_place_value_rule_and_way_out(refusal: Refusal, text: str, message: str) -> None:
    assert refusal(text) == message


@pytest.mark.parametrize(
    ("setting", "rule"),
    [
        ("batch_size = true", "should be a whole number, got true"),
        ("batch_size = 1.0", "should be a whole number, got 1.0\n    hint: write 1"),
        ("batch_size = '1'", "should be a whole number, got '1'\n    hint: write 1 without quotes"),
        ("epochs = true", "should be a number, got true"),
        ("epochs = '1'", "should be a number, got '1'\n    hint: write 1 without quotes"),
        ('gradient_checkpointing = "1"', "should be true or false, got '1'\n    hint: write true"),
        ("gradient_checkpointing = 1", "should be true or false, got 1\n    hint: write true or false, not a number"),
        ("gradient_checkpointing = 'yes'", "should be true or false, got 'yes'\n    hint: write true"),
        ("gradient_checkpointing = 'true'", "should be true or false, got 'true'\n    hint: write true without quotes"),
        ("source_prefix = 1", "should be text, got 1"),
        ("source_prefix = 2020-01-01", "should be text, got 2020-01-01"),
        ("precision = 16", "should be 'fp32', 'bf16' or 'fp16', got 16"),
        ("zero.stage = true", "should be a whole number, got true"),
        ("zero.stage = 1.0", "should be a whole number, got 1.0\n    hint: write 1"),
        ("zero.stage = '1'", "should be a whole number, got '1'\n    hint: write 1 without quotes"),
    ],
)
@pytest.mark.parametrize("table", ["defaults", "methods.a.settings"])
def test_one_true_and_text_are_never_confused(write: Write, table: str, setting: str, rule: str) -> None:
    lines = HEAD.splitlines()
    place = lines.index("[defaults]") + 1 if table == "defaults" else len(lines)
    inserted = [setting] if table == "defaults" else [f"[{table}]", setting]

    with pytest.raises(SpecError) as refused:
        load(write("\n".join([*lines[:place], *inserted, *lines[place:]]) + "\n"))

    assert str(refused.value).endswith(rule)
    assert f": {table}.{setting.split(' ', maxsplit=1)[0]}: " in str(refused.value)


GONE = f"transformers {TRANSFORMERS} has no"


@pytest.mark.parametrize(
    ("written", "here"),
    [
        (
            'evaluation_strategy = "epoch"',
            f"{GONE} evaluation_strategy any more: write eval_strategy",
        ),
        (
            "group_by_length = true",
            f'{GONE} group_by_length any more: write train_sampling_strategy = "group_by_length"',
        ),
        ("fp16 = true", 'here it is precision = "fp16"'),
        ("per_device_train_batch_size = 8", "here it is batch_size"),
        ("num_train_epochs = 3", "here it is epochs"),
        (
            "warmup_ratio = 0.1",
            f"{GONE} warmup_ratio any more: write warmup_steps, where a number below 1 is a share of all steps",
        ),
        (
            "no_cuda = true",
            f"{GONE} no_cuda any more: leave it out, GPUs are used where there are any",
        ),
        ("stage = 2", "did you mean 'zero.stage'?"),
        ('"zero.stage" = 2', "in quotes it is one name: write zero.stage without them"),
        ("num_beams = 2", "did you mean 'generation.num_beams'?"),
        ("do_train = true", "leave it out: every trial trains"),
        ("seeds = [1]", "here it is seed, in [matrix]"),
    ],
)
def test_words_of_other_tools_are_translated(refusal: Refusal, written: str, here: str) -> None:
    key = written.split(" ", maxsplit=1)[0].strip('"')

    said = refusal(f"[methods.a.settings]\n{written}\n")

    assert said == f"spec.toml:11:1: methods.a.settings.{key}: unknown key\n    hint: {here}"


def test_removed_arguments_in_a_matrix_stop_everything_before_the_first_trial(refusal: Refusal) -> None:
    assert refusal('[matrix]\nevaluation_strategy = ["epoch"]\ngroup_by_length = [true]\n') == (
        "spec.toml:11:1: matrix.evaluation_strategy: unknown axis\n"
        f"    hint: {GONE} evaluation_strategy any more: write eval_strategy\n"
        "spec.toml:12:1: matrix.group_by_length: unknown axis\n"
        f'    hint: {GONE} group_by_length any more: write train_sampling_strategy = "group_by_length"'
    )


def test_setting_in_the_wrong_table(refusal: Refusal) -> None:
    assert refusal("[limits]\nepochs = 3\n") == (
        "spec.toml:11:1: limits.epochs: unknown key\n"
        "    hint: epochs is a setting: it may stand in [defaults], a method's settings or [matrix]"
    )


@pytest.mark.parametrize(
    ("text", "key", "hint"),
    [
        (
            "[carbon]\ncountry = 'FRA'\nextends = 'base.toml'\n",
            "12:1: carbon.extends",
            "extends is no key of a table, and all below [carbon], down to the next header, is a part of that",
        ),
        (
            "[limits]\nmatrix.seed = [1, 2]\n",
            "11:1: limits.matrix",
            "[matrix] is a table of its own, and all below [limits], down to the next header, is a part of that",
        ),
        (
            "[methods.a.settings]\nbatch_size = 2\nclaims = { memory = 'reduces' }\n",
            "12:1: methods.a.settings.claims",
            "claims is a key of [methods.a]: write it above [methods.a.settings]",
        ),
        (
            "[defaults.zero]\nstage = 2\nepochs = 1\n",
            "12:1: defaults.zero.epochs",
            "epochs is a key of [defaults]: write it above [defaults.zero]",
        ),
    ],
    ids=["top-of-the-file", "dotted-key-below-a-header", "key-of-the-method", "key-of-the-defaults"],
)
def test_a_key_below_a_header_is_told_whose_part_it_is(refusal: Refusal, text: str, key: str, hint: str) -> None:
    assert refusal(text) == f"spec.toml:{key}: unknown key\n    hint: {hint}"


def test_all_problems_are_told_at_once_in_the_order_of_the_file(refusal: Refusal) -> None:
    said = refusal(
        '[methods.a]\nsettings = { epoch = 1 }\nbaseline = "c"\n'
        '[matrix]\nmethod = ["a", "b"]\nbatch_size = "4"\n[carbon]\ncountry = "US"\n[limits]\nmax_retries = -1\n'
    )

    assert [line.split(" ")[0] for line in said.splitlines() if "hint" not in line] == [
        "spec.toml:11:14:",
        "spec.toml:12:1:",
        "spec.toml:14:16:",
        "spec.toml:15:1:",
        "spec.toml:17:1:",
        "spec.toml:19:1:",
    ]


def test_missing_name(write: Write) -> None:
    with pytest.raises(SpecError) as refused:
        load(write("[experiment]\n[defaults]\nmodel='m'\ndataset='d'\n"))

    assert str(refused.value) == "spec.toml:1:2: experiment.name: required, but missing"


def test_empty_file_says_what_an_experiment_needs(write: Write) -> None:
    with pytest.raises(SpecError) as refused:
        load(write(""))

    assert str(refused.value) == (
        "spec.toml: experiment: required, but missing\n"
        "spec.toml: defaults.model: required, but missing\n"
        "    hint: name one of [models], a hub id or a path\n"
        "spec.toml: defaults.dataset: required, but missing\n"
        "    hint: name one of [datasets], a hub id or a path"
    )


RICH = f"""{HEAD}[methods.baseline]
[methods.zero2]
settings = {{ zero = {{ stage = 2 }}, freeze = ["encoder"] }}
claims = {{ memory = "reduces", speed = "*increases" }}
[matrix]
method = ["baseline", "zero2"]
batch_size = [1, 2]
"epochs" = [1, 2]
seed = [1, 2]
exclude = [{{ batch_size = 1, seed = 1 }}]
include = [{{ method = "zero2", "zero.overlap_comm" = true, seed = 2 }}]
zip = [["batch_size", "epochs"]]
constraints = ["batch_size >= 1"]
"""


@given(
    st.lists(
        st.tuples(st.integers(0, len(RICH)), st.integers(0, 8), st.text("[]{}=\"',.# \n1ta", max_size=3)), max_size=3
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damaged_file_ends_in_a_traceback(tmp_path: Path, damages: list[tuple[int, int, str]]) -> None:
    text = RICH
    for start, length, inserted in damages:
        text = text[:start] + inserted + text[start + length :]
    file = tmp_path / "spec.toml"
    file.write_text(text, encoding="utf-8")

    with suppress(SpecError):
        experiment = load(file)
        names = experiment.tried("dataset")
        assert plan(experiment, dict.fromkeys(names, "f")).trials


def test_the_file_that_is_damaged_is_sound(write: Write) -> None:
    assert len(plan(load(write(RICH)), {"dialogues": "f"}).trials) == 6


def test_missing_file(write: Write) -> None:
    write(HEAD, "core.toml")

    with pytest.raises(SpecError) as refused:
        load(Path("cor.toml"))

    assert str(refused.value) == "cor.toml: no such file\n    hint: did you mean 'core.toml'?"
    assert refused.value.exit_code == 2


def test_folder_in_place_of_a_file(write: Write) -> None:
    write(HEAD, "experiments/core.toml")

    with pytest.raises(SpecError) as refused:
        load(Path("experiments"))

    assert str(refused.value) == "experiments: is a folder, not an experiment file\n    hint: known: core.toml"


def test_missing_folder() -> None:
    with pytest.raises(SpecError) as refused:
        load(Path("nowhere/core.toml"))

    assert str(refused.value) == "nowhere/core.toml: no such file\n    hint: there is no folder nowhere"
