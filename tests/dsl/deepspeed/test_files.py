"""Files are found beside the experiment that names them, and what keeps them from being read is told there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.dsl.deepspeed.conftest import BASED
from tests.dsl.head import HEAD, Planning, Refusal, Write
from xp.dsl.deepspeed.files import named_files
from xp.dsl.errors import SpecError
from xp.dsl.plan import plan
from xp.dsl.source import load

CONTENT = json.dumps({"train_micro_batch_size_per_gpu": 2, "zero_optimization": {"stage": 2}})


def test_a_file_that_is_not_there(refusal: Refusal, write: Write) -> None:
    write(CONTENT, "ds-zero.json")

    assert refusal("[methods.based]\ndeepspeed = 'ds-zer.json'\n") == (
        "spec.toml:11:1: methods.based.deepspeed: no such file, got 'ds-zer.json'\n"
        "    hint: did you mean 'ds-zero.json'?"
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "gone/ds.json", "no such file, got 'gone/ds.json'\n    hint: there is no folder gone", id="folder"
        ),
        pytest.param(".", "cannot be read: Is a directory, got '.'", id="is-a-folder"),
    ],
)
def test_paths_that_lead_nowhere(refusal: Refusal, name: str, message: str) -> None:
    assert (
        refusal("", f"defaults.deepspeed={name}") == f"--set defaults.deepspeed={name}: defaults.deepspeed: {message}"
    )


def test_a_path_that_is_no_text(refusal: Refusal) -> None:
    assert "defaults.deepspeed: should be text, got [1]" in refusal("", "defaults.deepspeed=[1]")


def test_broken_files_are_told_together_once_each(refusal: Refusal, write: Write) -> None:
    write("{,}", "a.json")
    write("", "b.json")
    methods = "".join(f"[methods.{name}]\ndeepspeed = '{name[0]}.json'\n" for name in ("a", "b", "a2"))

    said = refusal(methods)

    assert said.count("a.json:1:2: JSON has no comma before '}'") == 1
    assert "b.json: the file is empty" in said


def test_a_path_starts_at_the_experiment(write: Write) -> None:
    write(CONTENT, "sub/ds.json")
    spec = write(HEAD + BASED, "sub/spec.toml")

    (trial,) = plan(load(spec), {"dialogues": "f"}).trials

    assert trial.settings.batch_size == 2


@pytest.mark.parametrize("place", ["defaults", "methods"])
def test_in_an_extended_file_a_path_starts_there(write: Write, place: str) -> None:
    write(CONTENT, "below/ds.json")
    base = HEAD + BASED if place == "methods" else HEAD.replace("[models", 'deepspeed = "ds.json"\n[models')
    write(base, "below/base.toml")
    spec = write('extends = "below/base.toml"\n[experiment]\nname = "top"\n')

    (trial,) = plan(load(spec), {"dialogues": "f"}).trials

    assert trial.settings.batch_size == 2


def test_in_an_extended_file_a_missing_one_is_told_there(write: Write) -> None:
    write(CONTENT, "below/ds-2.json")
    write(HEAD + BASED, "below/base.toml")

    with pytest.raises(SpecError) as refused:
        load(write('extends = "below/base.toml"\n[experiment]\nname = "top"\n'))

    assert str(refused.value).startswith("below/base.toml:11:1: methods.based.deepspeed: no such file, got ")
    assert str(refused.value).endswith("did you mean 'ds-2.json'?")


def test_the_command_line_names_another_file(planned: Planning, write: Write) -> None:
    write(CONTENT, "ds.json")
    write(CONTENT.replace("2}", "3}"), "other.json")

    (trial,) = planned(BASED, "methods.based.deepspeed=other.json").trials

    assert trial.dotted_settings["zero.stage"] == 3


def test_files_are_named_in_defaults_and_methods_only() -> None:
    raw = {
        "defaults": {"deepspeed": "a"},
        "methods": {"m": {"deepspeed": "b"}, "n": 1},
        "models": {"x": {"deepspeed": "c"}},
    }

    assert list(named_files(raw)) == [(("defaults", "deepspeed"), "a"), (("methods", "m", "deepspeed"), "b")]
    assert list(named_files({"methods": 1})) == []


def test_a_worker_needs_no_file(planned: Planning, write: Write) -> None:
    path = write(CONTENT, "ds.json")
    (trial,) = planned(BASED).trials
    path.unlink()

    assert not Path("ds.json").exists()
    assert "ds.json" not in trial.model_dump_json()


@pytest.mark.parametrize("settings", ["settings = { deepspeed = 'ds.json' }\n", "[matrix]\ndeepspeed = ['ds.json']\n"])
def test_a_file_is_no_setting(refusal: Refusal, settings: str) -> None:
    said = refusal(f"[methods.based]\n{settings}")

    assert "hint: a DeepSpeed file is named in [defaults] or [methods.NAME], beside settings" in said
