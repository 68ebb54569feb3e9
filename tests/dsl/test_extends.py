"""One file on top of another."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dsl.head import HEAD, Write
from xp.dsl.errors import SpecError
from xp.dsl.experiment import Experiment
from xp.dsl.plan import plan
from xp.dsl.source import load

TOP = 'extends = "base.toml"\n[experiment]\nname = "top"\n'


def layered(write: Write, top: str, base: str = HEAD) -> Experiment:
    write(base, "base.toml")
    return load(write(top))


def said(write: Write, top: str, base: str = HEAD) -> str:
    with pytest.raises(SpecError) as refused:
        layered(write, top, base)
    return str(refused.value)


def test_tables_are_taken_over_and_what_is_above_wins(write: Write) -> None:
    base = HEAD.replace("[models", "epochs = 2\nbatch_size = 2\n[models") + "[matrix]\nseed = [1, 2, 3]\n"
    read = layered(write, TOP + "[defaults]\nepochs = 5\n[matrix]\nseed = [7]\n", base)

    assert (read.experiment.name, read.experiment.description) == ("top", "")
    assert (read.defaults.epochs, read.defaults.batch_size, read.defaults.model) == (5, 2, "tiny")
    assert read.matrix.seed == (7,)


def test_a_file_needs_a_name_of_its_own(write: Write) -> None:
    assert said(write, 'extends = "base.toml"\n') == "spec.toml: experiment: required, but missing"


def test_places_are_those_of_the_file_that_says_it(write: Write) -> None:
    read = layered(write, TOP + "[defaults]\nepochs = 5\n")

    assert read.where("defaults", "epochs") == "spec.toml:5:1: defaults.epochs"
    assert read.where("defaults", "model") == "base.toml:4:1: defaults.model"


def test_mistakes_below_are_told_at_their_place(write: Write) -> None:
    assert said(write, TOP, HEAD.replace("[models", "epoch = 1\n[models")) == (
        "base.toml:6:1: defaults.epoch: unknown key\n    hint: here it is epochs"
    )


def test_three_files(write: Write) -> None:
    write(HEAD.replace("[models", "epochs = 2\nbatch_size = 2\n[models"), "ground.toml")
    base = 'extends = "ground.toml"\n[experiment]\nname = "base"\n[defaults]\nepochs = 3\n'

    read = layered(write, TOP, base)

    assert (read.defaults.epochs, read.defaults.batch_size) == (3, 2)
    assert read.where("defaults", "batch_size") == "ground.toml:7:1: defaults.batch_size"


@pytest.mark.parametrize("base", [TOP, 'extends = "spec.toml"\n', 'extends = "../{here}/spec.toml"\n'])
def test_a_circle(write: Write, tmp_path: Path, base: str) -> None:
    name = base.format(here=tmp_path.name) if "{" in base else base
    target = "base.toml" if base == TOP else "../" + tmp_path.name + "/spec.toml" if "{" in base else "spec.toml"

    assert said(write, TOP, name) == (
        f"base.toml:1:1: extends: goes in a circle, got '{target}'\n    hint: a file cannot extend itself"
    )


def test_a_base_that_is_not_there(write: Write) -> None:
    write(HEAD, "base.toml")

    with pytest.raises(SpecError) as refused:
        load(write('extends = "bas.toml"\n'))

    assert (
        str(refused.value)
        == "spec.toml:1:1: extends: no such file, got 'bas.toml'\n    hint: did you mean 'base.toml'?"
    )


def test_a_base_that_is_no_text(write: Write) -> None:
    assert "spec.toml:1:1: extends: should be text, got 1" in said(write, TOP.replace('"base.toml"', "1"))


def test_paths_start_at_the_file_they_stand_in(write: Write, tmp_path: Path) -> None:
    write("", "shared/model/config.json")
    base = (
        HEAD
        + "[datasets.files]\npath = './data/{split}.jsonl'\n[datasets.hub]\npath = 'org/data'\n"
        + "[datasets.three]\ntrain = './a.jsonl'\ntest = './b.jsonl'\n"
        + "[models.local]\ncheckpoint = 'model'\n[models.hub]\ncheckpoint = 'org/model'\n"
    )
    write(base, "shared/base.toml")

    read = load(write(TOP.replace("base.toml", "shared/base.toml")))

    assert read.datasets["files"].path == str(tmp_path / "shared" / "data" / "{split}.jsonl")
    assert read.datasets["hub"].path == "org/data"
    assert read.datasets["three"].train == str(tmp_path / "shared" / "a.jsonl")
    assert read.datasets["three"].validation == "validation"
    assert read.models["local"].checkpoint == str(tmp_path / "shared" / "model")
    assert read.models["hub"].checkpoint == "org/model"


def test_paths_without_a_table_start_at_the_file_they_stand_in_too(write: Write, tmp_path: Path) -> None:
    write("", "shared/tiny/config.json")
    base = (
        "[defaults]\nmodel = './bart'\ndataset = 'data/{split}.jsonl'\n[models.tiny]\narchitecture = 'bart'\n"
        "[matrix]\nmodel = ['./bart', 'tiny', 'org/model']\n"
        "include = [{ model = '../t5', dataset = '~/{split}.csv' }]\n"
    )
    write(base, "shared/base.toml")

    read = load(write('extends = "shared/base.toml"\n[experiment]\nname = "top"\n'))

    assert read.defaults.model == str(tmp_path / "shared" / "bart")
    assert read.defaults.dataset == str(tmp_path / "shared" / "data" / "{split}.jsonl")
    assert read.matrix.axes["model"] == (str(tmp_path / "shared" / "bart"), "tiny", "org/model")
    assert read.matrix.include == ({"model": str(tmp_path / "shared" / ".." / "t5"), "dataset": "~/{split}.csv"},)


def test_paths_of_a_base_in_the_same_folder_stay_as_they_are(write: Write) -> None:
    read = layered(write, TOP, HEAD + "[datasets.files]\npath = 'data/{split}.jsonl'\n")

    assert read.datasets["files"].path == "data/{split}.jsonl"


def test_a_file_on_top_that_adds_nothing_has_the_trials_of_its_base(write: Write) -> None:
    below = plan(load(write(HEAD, "base.toml")), {"dialogues": "f"}).trials
    above = plan(layered(write, TOP), {"dialogues": "f"}).trials

    assert [trial.id for trial in above] == [trial.id for trial in below]


def test_command_line_wins_over_both(write: Write) -> None:
    write(HEAD, "base.toml")

    assert load(write(TOP + "[defaults]\nepochs = 5\n"), ["epochs=6"]).defaults.epochs == 6
