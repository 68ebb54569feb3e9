"""Presets say what is otherwise written out, and nothing else."""

from __future__ import annotations

import pytest

from tests.dsl.head import Loading, Refusal
from xp.dsl.presets import DATASETS, MODELS
from xp.dsl.spec import Dataset, Model
from xp.dsl.trial import model_identity


@pytest.mark.parametrize("name", DATASETS)
def test_a_data_set_is_what_its_preset_says(experiment: Loading, name: str) -> None:
    dataset = experiment(f'[datasets.other]\npreset = "{name}"\n').dataset("other")

    assert dataset.path is not None
    assert (dataset.path.count("/"), dataset.revision) == (1, None)
    assert dataset.model_dump(exclude={"preset"}) == Dataset.model_validate(DATASETS[name]).model_dump(
        exclude={"preset"}
    )


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_the_same_with_and_without_its_preset(experiment: Loading, name: str) -> None:
    model = experiment(f'[models.other]\npreset = "{name}"\n').model("other")
    assert model_identity(model, None) == model_identity(Model(checkpoint=MODELS[name]["checkpoint"]), None)


def test_what_is_written_beside_a_preset_wins(experiment: Loading) -> None:
    dataset = experiment('[datasets.other]\npreset = "samsum"\nrevision = "v1"\ntarget = "abstract"\n').dataset("other")
    assert (dataset.revision, dataset.source, dataset.target) == ("v1", "dialogue", "abstract")
    assert dataset.path == DATASETS["samsum"]["path"]


def test_files_of_ones_own_have_the_columns_of_the_preset_and_not_its_place(experiment: Loading) -> None:
    text = '[datasets.other]\npreset = "cnn_dailymail"\npath = "cnn/{split}.jsonl"\n'
    dataset = experiment(text).dataset("other")
    assert (dataset.source, dataset.target, dataset.config, dataset.mirrors) == ("article", "highlights", None, ())


def test_a_preset_survives_the_way_to_a_worker(experiment: Loading) -> None:
    dataset = experiment('[datasets.other]\npreset = "samsum"\npath = "s/{split}.csv"\n').dataset("other")
    assert Dataset.model_validate_json(dataset.model_dump_json()) == dataset


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            '[datasets.other]\npreset = "xsumm"\n',
            "spec.toml:11:1: datasets.other.preset: unknown preset, got 'xsumm'\n    hint: did you mean 'xsum'?",
            id="data-set",
        ),
        pytest.param(
            '[models.other]\npreset = "bart-bse"\n',
            "spec.toml:11:1: models.other.preset: unknown preset, got 'bart-bse'\n    hint: did you mean 'bart-base'?",
            id="model",
        ),
        pytest.param(
            "[models.other]\npreset = 1\n",
            "spec.toml:11:1: models.other.preset: should be text, got 1",
            id="no-text",
        ),
        pytest.param(
            '[models.other]\npreset = "bart-base"\narchitecture = "bart"\n',
            "spec.toml:10:9: models.other: a model has either a checkpoint or an architecture\n"
            '    hint: write checkpoint = "…", a hub id or folder',
            id="two-origins",
        ),
        pytest.param(
            '[datasets.other]\nbuiltin = "dialogues"\nmirrors = ["a/b"]\n',
            "spec.toml:12:1: datasets.other.mirrors: has no effect without a path",
            id="mirrors-of-nothing",
        ),
    ],
)
def test_what_is_no_preset_is_refused(refusal: Refusal, text: str, message: str) -> None:
    assert message in refusal(text)
