"""Every value of a trial leads back to what has set it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from xp.dsl.errors import SpecError
from xp.engine import planning
from xp.engine.commands.explain import BUILT_IN, Explanation, SettingSource, as_json, as_text, explain

BASE = """\
[defaults]
model = "bart-tiny"
batch_size = 4
[models.bart-tiny]
architecture = "bart"
config = { d_model = 64 }
"""

SPEC = """\
extends = "base.toml"
[experiment]
name = "tiny"
[defaults]
dataset = "dialogues"
world_size = 2
[datasets.dialogues]
builtin = "dialogues"
[methods.baseline]
[methods.zero2]
settings = { zero = { stage = 2 } }
[matrix]
method = ["baseline", "zero2"]
learning_rate = [1e-3, 1e-4]
seed = [1, 2]
include = [
    { learning_rate = 1e-4, epochs = 5 },
    { method = "zero2", learning_rate = 1e-5, seed = 9 },
]
"""

Explaining = Callable[..., Explanation]


@pytest.fixture
def explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Explaining:
    """Return a function that explains the trial with some label."""
    monkeypatch.chdir(tmp_path)
    Path("base.toml").write_text(BASE, encoding="utf-8")
    Path("spec.toml").write_text(SPEC, encoding="utf-8")

    def make(label: str, *overrides: str) -> Explanation:
        planned = planning.make(Path("spec.toml"), overrides)
        (wanted,) = [trial.id for trial in planned.wanted if trial.label == label]
        return explain(planned, wanted)

    return make


ZERO2 = "zero2 · dialogues · learning_rate=0.0001 · epochs=5.0 · seed 2"
BASELINE = "baseline · dialogues · learning_rate=0.0001 · epochs=5.0 · seed 2"
ALONE = "zero2 · dialogues · learning_rate=1e-05 · seed 9"


def origins(found: Explanation) -> dict[str, SettingSource]:
    return {origin.name: origin for origin in found.settings}


@pytest.mark.parametrize(
    ("name", "value", "source", "where"),
    [
        ("batch_size", 4, "defaults", "base.toml:3:1: defaults.batch_size"),
        ("world_size", 2, "defaults", "spec.toml:6:1: defaults.world_size"),
        ("zero.stage", 2, "method zero2", "spec.toml:11:23: methods.zero2.settings.zero.stage"),
        ("learning_rate", 1e-4, "axis", "spec.toml:14:1: matrix.learning_rate"),
        ("epochs", 5.0, "include rule", "spec.toml:17:29: matrix.include[0].epochs"),
        ("threads", 3, "command line", "--set threads=3: defaults.threads"),
        ("precision", "fp32", BUILT_IN, ""),
        ("zero.offload_param", "none", BUILT_IN, ""),
        ("max_steps", None, BUILT_IN, ""),
    ],
)
def test_every_setting_says_where_it_comes_from(
    explained: Explaining, name: str, value: object, source: str, where: str
) -> None:
    found = explained(ZERO2, "threads=3")

    assert origins(found)[name] == SettingSource(name, value, source, where)


DEEPSPEED = """\
{
  "train_micro_batch_size_per_gpu": "auto",
  "prescale_gradients": false,
  "zero_optimization": {
    "stage": 2,
    "allgather_bucket_size": 1000,
    "stage3_prefetch_bucket_size": 5
  }
}
"""


def test_what_a_deepspeed_file_says_leads_there(explained: Explaining) -> None:
    Path("ds.json").write_text(DEEPSPEED, encoding="utf-8")
    spec = SPEC.replace("settings = { zero = { stage = 2 } }", 'deepspeed = "ds.json"')
    Path("spec.toml").write_text(spec, encoding="utf-8")

    found = origins(explained(ZERO2))
    said = found["zero.allgather_bucket_size"]
    assert (said.value, said.source) == (1000, "DeepSpeed file")
    assert said.where.startswith("ds.json:6:")
    passed = found["deepspeed.prescale_gradients"]
    assert (passed.value, passed.source) == (False, "DeepSpeed file")
    assert passed.where.startswith("ds.json:3:")
    assert found["batch_size"].where == "base.toml:3:1: defaults.batch_size"
    assert found["zero.stage3_prefetch_bucket_size"] == SettingSource(
        "zero.stage3_prefetch_bucket_size", None, BUILT_IN
    )  # it does nothing at stage 2 and is not taken over


SEARCHES = {
    "schedule": 'algorithm = "pbt", population = 2, generations = 2, '
    "space = { learning_rate = { low = 1e-5, high = 1e-3 } }",
    "searched": 'algorithm = "grid", space = { learning_rate = { values = [1e-5, 1e-3] } }',
}


@pytest.mark.parametrize("value", SEARCHES)
def test_what_a_search_decides_is_no_default(explained: Explaining, value: str) -> None:
    head, _, tail = SPEC.partition("settings = { zero = { stage = 2 } }")
    spec = f"{head}search = {{ {SEARCHES[value]} }}{tail.partition('learning_rate')[0]}"
    Path("spec.toml").write_text(spec, encoding="utf-8")

    found = origins(explained("zero2 · dialogues · seed 1", "max_steps=4"))
    assert found["learning_rate"] == SettingSource(
        "learning_rate", value, "the search decides", "spec.toml:11:1: methods.zero2.search"
    )


def test_every_setting_is_there(explained: Explaining) -> None:
    found = explained(ZERO2)

    assert [origin.name for origin in found.settings] == list(found.trial.dotted_settings)


def test_the_axes_say_why_there_is_such_a_trial(explained: Explaining) -> None:
    assert explained(ZERO2).reasons == [
        SettingSource("method", "zero2", "axis", "spec.toml:13:23: matrix.method[1]"),
        SettingSource("model", "bart-tiny", "defaults", "base.toml:2:1: defaults.model"),
        SettingSource("dataset", "dialogues", "defaults", "spec.toml:5:1: defaults.dataset"),
        SettingSource("learning_rate", 1e-4, "axis", "spec.toml:14:24: matrix.learning_rate[1]"),
        SettingSource("epochs", 5.0, "added by an include rule", "spec.toml:17:29: matrix.include[0].epochs"),
        SettingSource("seed", 2, "axis", "spec.toml:15:12: matrix.seed[1]"),
    ]


def test_a_trial_of_its_own_says_which_rule_has_made_it(explained: Explaining) -> None:
    reasons = {reason.name: reason for reason in explained(ALONE).reasons}

    own = "a trial of its own by an include rule"
    assert reasons["seed"] == SettingSource("seed", 9, own, "spec.toml:18:47: matrix.include[1].seed")
    assert reasons["method"] == SettingSource("method", "zero2", own, "spec.toml:18:7: matrix.include[1].method")


def test_seeds_of_the_command_line_are_said_to_be(explained: Explaining) -> None:
    found = explained(BASELINE, "matrix.seed=[2]", "matrix.include=[{ learning_rate = 1e-4, epochs = 5 }]")

    assert found.reasons[-1] == SettingSource("seed", 2, "command line", "--set matrix.seed=[2]: matrix.seed[0]")


def test_a_file_without_methods_and_seeds_has_those_of_xp(explained: Explaining) -> None:
    Path("spec.toml").write_text(SPEC.partition("[methods")[0], encoding="utf-8")

    reasons = {reason.name: reason.source for reason in explained("baseline · dialogues · seed 1").reasons}
    assert (reasons["method"], reasons["seed"]) == (BUILT_IN, BUILT_IN)


def test_a_trial_names_the_one_it_is_compared_with(explained: Explaining) -> None:
    other = explained(ZERO2).compared_with

    assert other is not None
    assert other.label == BASELINE
    assert explained(BASELINE).compared_with is None
    assert explained(ALONE).compared_with is None


def test_what_is_written_of_model_and_data_set_is_shown(explained: Explaining) -> None:
    assert explained(ZERO2).subjects == [
        SettingSource("models.bart-tiny.architecture", "bart", "file", "base.toml:5:1: models.bart-tiny.architecture"),
        SettingSource("models.bart-tiny.config.d_model", 64, "file", "base.toml:6:12: models.bart-tiny.config.d_model"),
        SettingSource("datasets.dialogues.builtin", "dialogues", "file", "spec.toml:8:1: datasets.dialogues.builtin"),
    ]


def test_ranks_may_come_from_the_resources(explained: Explaining) -> None:
    text = Path("spec.toml").read_text(encoding="utf-8").replace("world_size = 2\n", "")
    Path("spec.toml").write_text(f"{text}[resources]\nworld_size = 2\n", encoding="utf-8")
    found = {each.name: each for each in explained(ZERO2).settings}
    assert (found["world_size"].value, found["world_size"].source) == (2, "resources")


def test_what_a_preset_says_is_said_to_be_its_own(explained: Explaining) -> None:
    text = Path("spec.toml").read_text(encoding="utf-8")
    Path("rows.csv").write_text("dialogue,summary,id\na,b,1\n", encoding="utf-8")
    own = '[datasets.dialogues]\npreset = "samsum"\npath = "rows{split}"\n' + "".join(
        f'{split} = ".csv"\n' for split in ("train", "validation", "test")
    )
    Path("spec.toml").write_text(text.replace('[datasets.dialogues]\nbuiltin = "dialogues"\n', own), encoding="utf-8")
    found = {each.name: each for each in explained(ZERO2).subjects}
    assert found["datasets.dialogues.source"].source == "preset samsum"
    assert found["datasets.dialogues.path"].source == "file"


def test_the_beginning_of_an_id_is_enough(explained: Explaining) -> None:
    trial = explained(ZERO2).trial
    planned = planning.make(Path("spec.toml"))

    assert explain(planned, trial.id[:8]).trial == trial


def test_an_ambiguous_beginning_names_the_trials(explained: Explaining) -> None:
    explained(ZERO2)
    planned = planning.make(Path("spec.toml"), ["matrix.seed=[" + ",".join(map(str, range(40))) + "]"])
    with pytest.raises(SpecError) as refused:
        explain(planned, planned.wanted[0].id[:1])

    first, hint = str(refused.value).splitlines()
    assert re.fullmatch(rf"\d+ trials begin with '{planned.wanted[0].id[0]}'", first)
    assert re.match(r"    hint: give more of the id: [0-9a-f]{12} \(.+ · seed \d+\), [0-9a-f]{12} \(", hint)


def test_what_is_like_no_id_leads_to_one_as_an_example_and_calls_none_the_nearest(explained: Explaining) -> None:
    explained(ZERO2)
    with pytest.raises(SpecError, match=r"no such trial in the plan\n    hint: it is no id, such as [0-9a-f]{12} \("):
        explain(planning.make(Path("spec.toml")), "zzz")


def test_a_slip_in_an_id_names_the_trial_that_was_meant(explained: Explaining) -> None:
    trial = explained(ZERO2).trial
    slip = trial.id[:-1] + ("0" if trial.id[-1] != "0" else "1")
    with pytest.raises(SpecError) as refused:
        explain(planning.make(Path("spec.toml")), slip)

    hint = f"the nearest is {trial.id} ({trial.label}); `xp plan` lists all, and --set changes ids"
    assert str(refused.value) == f"{slip}: there is no such trial in the plan\n    hint: {hint}"


def test_people_read_what_was_set_first(explained: Explaining) -> None:
    text = as_text(explained(ZERO2))

    assert text.startswith(f"{explained(ZERO2).trial.id}  {ZERO2}\ncompared with ")
    names = [line.split()[0] for line in text.partition("setting ")[2].splitlines()[1:] if line]
    assert names[:4] == ["epochs", "batch_size", "learning_rate", "zero.stage"]
    assert "\nsource_prefix                            ''      default of xp\n" in text
    assert "\nmodels.bart-tiny.config.d_model" in text


def test_programs_get_everything(explained: Explaining) -> None:
    found = explained(ZERO2)
    told = json.loads(as_json(found))

    assert (told["id"], told["label"], told["method"]) == (found.trial.id, ZERO2, "zero2")
    assert told["compared_with"]["label"] == BASELINE
    assert told["reasons"][0] == {
        "name": "method",
        "value": "zero2",
        "source": "axis",
        "where": "spec.toml:13:23: matrix.method[1]",
    }
    assert len(told["settings"]) == len(found.settings)
