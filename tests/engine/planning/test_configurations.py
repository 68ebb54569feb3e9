"""A configuration that no worker would take is refused in the plan, at its place in the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from huggingface_hub import constants

from xp.dsl.errors import SpecError
from xp.dsl.source import load
from xp.engine import planning
from xp.engine.planning import configurations

HEAD = '[experiment]\nname = "own"\n[defaults]\nmodel = "tiny"\ndataset = "dialogues"\n[models.tiny]\n'
NONE = "no encoder-decoder that writes text"
DATA = '[datasets.dialogues]\nbuiltin = "dialogues"\n'


def said(folder: Path, model: str) -> list[str]:
    """Return what is said of a model."""
    file = folder / "own.toml"
    file.write_text(f"{HEAD}{model}\n{DATA}")
    return [str(problem).removeprefix(f"{file}:") for problem in configurations.objections(load(file))]


def checkpoint(folder: Path, **fields: object) -> None:
    """Write the configuration of a checkpoint."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(fields))


def slip(place: str, field: str, architecture: str, meant: str) -> list[str]:
    """Return what is said of one field that is none."""
    message = f"the configuration of {architecture} has no such field"
    return [f"{place}: models.tiny.config.{field}: {message}\n    hint: did you mean '{meant}'?"]


@pytest.mark.parametrize(
    ("model", "problems"),
    [
        pytest.param(
            'architecture = "bart"\nconfig = { d_model = 64, hidden_size = 64, id2label = {} }', [], id="right"
        ),
        pytest.param('architecture = "t5"', [], id="default"),
        pytest.param(
            'architecture = "bart"\n[models.tiny.config]\nd_model = 64\nd_modle = 64',
            slip("10:1", "d_modle", "bart", "d_model"),
            id="slip",
        ),
        pytest.param(
            'architecture = "t5"\nconfig = { dropout = 0.1 }',
            slip("8:12", "dropout", "t5", "dropout_rate"),
            id="of-another",
        ),
        pytest.param(
            'architecture = "brat"\nconfig = { d_modle = 64 }',
            [f"7:1: models.tiny.architecture: {NONE}, got 'brat'\n    hint: did you mean 'bart'?"],
            id="no-architecture",
        ),
    ],
)
def test_fields_of_an_architecture(tmp_path: Path, model: str, problems: list[str]) -> None:
    assert said(tmp_path, model) == problems


SLIP = slip("8:12", "dropuot", "bart", "dropout")


def test_fields_of_a_checkpoint_that_is_a_folder(tmp_path: Path) -> None:
    checkpoint(tmp_path / "saved", model_type="bart", own_field=1)

    assert said(tmp_path, 'checkpoint = "saved"\nconfig = { dropuot = 0.1, own_field = 2 }') == SLIP


def test_fields_of_a_checkpoint_that_was_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    checkpoint(tmp_path / "cache" / "models--org--bart" / "snapshots" / ("1" * 40), model_type="bart")
    model = f'checkpoint = "org/bart"\nconfig = {{ dropuot = 0.1 }}\nrevision = "{"1" * 40}"'

    assert said(tmp_path, model) == SLIP


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"model_type": "own"}'])
def test_of_a_checkpoint_that_says_too_little_nothing_is_said(tmp_path: Path, content: str) -> None:
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "config.json").write_text(content)

    assert said(tmp_path, 'checkpoint = "saved"\nconfig = { dropuot = 0.1 }') == []


def test_models_and_data_are_refused_together_in_the_order_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        f'{HEAD}architecture = "brat"\n{DATA.replace("builtin", "path").replace(".dialogues]", ".x]")}'
        '[datasets.dialogues]\npath = "{split}.csv"\n'
    )

    with pytest.raises(SpecError) as refused:
        planning.make(tmp_path / "own.toml")

    assert [problem.where.rpartition(" ")[2] for problem in refused.value.problems] == [
        "models.tiny.architecture",
        *["datasets.dialogues.path"] * 3,
    ]


@pytest.mark.parametrize(
    ("model", "problems"),
    [
        pytest.param(
            'architecture = "bart"\n[models.tiny.config]\nd_model = 63\nencoder_attention_heads = 3\n'
            "decoder_attention_heads = 2",
            ["config.decoder_attention_heads: d_model = 63 cannot be divided by decoder_attention_heads = 2"],
            id="decoder",
        ),
        pytest.param(
            'architecture = "bart"\nconfig = { d_model = 72 }',
            [
                "config.d_model: d_model = 72 cannot be divided by encoder_attention_heads = 16",
                "config.d_model: d_model = 72 cannot be divided by decoder_attention_heads = 16",
            ],
            id="width-beside-the-usual-heads",
        ),
        pytest.param(
            'architecture = "bart"\nconfig = { hidden_size = 64, num_attention_heads = 3 }',
            ["config.num_attention_heads: d_model = 64 cannot be divided by encoder_attention_heads = 3"],
            id="other-names",
        ),
        pytest.param(
            'architecture = "prophetnet"\nconfig = { num_decoder_attention_heads = 3 }',
            [
                (
                    "config.num_decoder_attention_heads: hidden_size = 1024 "
                    "cannot be divided by num_decoder_attention_heads = 3"
                )
            ],
            id="prophetnet",
        ),
        pytest.param('architecture = "t5"\nconfig = { d_model = 63, num_heads = 2 }', [], id="heads-of-a-width-apart"),
    ],
)
def test_heads_that_do_not_divide_the_width_are_told_before_anything_runs(
    tmp_path: Path, model: str, problems: list[str]
) -> None:
    told = [line.partition("models.tiny.")[2].partition("\n")[0] for line in said(tmp_path, model)]

    assert told == problems
