"""Configurations that other projects publish are read as they are meant, or refused with the reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.dsl.deepspeed.conftest import Based, Refused
from tests.dsl.head import Planning, Write
from xp.dsl.dotted import flatten
from xp.dsl.resources import Machine
from xp.dsl.trial import Trial

DATA = Path(__file__).parents[1] / "data/deepspeed"
FILES = sorted(str(path.relative_to(DATA)) for path in DATA.rglob("*.json"))

NOT_MEANT = ("DeepSpeed/deepspeed_bsz24_fp16_eigenvalue_quantize_config.json", "DeepSpeed/template_zero3.json")
"""One of features that are gone, and one without a batch size."""

READ = [name for name in FILES if name not in NOT_MEANT]


def content(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")


def total(trial: Trial) -> int:
    settings = trial.settings
    return settings.batch_size * settings.gradient_accumulation_steps * settings.world_size


@pytest.mark.parametrize(
    ("name", "stage", "size"),
    [
        ("DeepSpeed/deepspeed_bsz24_fp16_zero2_config.json", 2, 24),
        ("DeepSpeed/ds_batch_config.json", 0, 2),
        ("DeepSpeed/ds_config.json", 0, 1),
        ("DeepSpeed/ds_config_func_bs8_zero2_gas3.json", 2, 24),
        ("DeepSpeed/ds_config_func_bs8_zero2_offload.json", 2, 8),
        ("DeepSpeed/ds_config_func_scheduler.json", 2, 4),
        ("LLaMA-Factory/ds_z0_config.json", 0, 8),
        ("LLaMA-Factory/ds_z2_config.json", 2, 8),
        ("LLaMA-Factory/ds_z2_offload_config.json", 2, 8),
        ("LLaMA-Factory/ds_z3_config.json", 3, 8),
        ("accelerate/ds_config_zero2.json", 2, 8),
        ("accelerate/ds_config_zero2_model_only.json", 2, 8),
        ("accelerate/ds_config_zero3.json", 3, 8),
        ("accelerate/ds_config_zero3_model_only.json", 3, 1),
        ("accelerate/zero_stage2_offload_config.json", 2, 8),
        ("accelerate/zero_stage3_offload_config.json", 3, 8),
        ("axolotl/zero1.json", 1, 8),
        ("axolotl/zero2.json", 2, 8),
        ("axolotl/zero3_bf16_cpuoffload_all.json", 3, 8),
        ("stanford_alpaca/default_offload_opt_param.json", 3, 8),
    ],
)
def test_stage_and_examples_per_step(based: Based, name: str, stage: int, size: int) -> None:
    trial = based(content(name))

    assert trial.settings.zero is not None
    assert (trial.settings.zero.stage, total(trial)) == (stage, size)


def test_every_file_is_tested() -> None:
    assert len(FILES) == len(READ) + len(NOT_MEANT) == 22


def read_back(value: Any) -> Any:
    return json.loads(json.dumps(value, allow_nan=False))


@pytest.mark.parametrize("name", READ)
def test_what_a_worker_gets_is_json_without_auto(based: Based, name: str) -> None:
    trial = based(content(name))

    assert Trial.model_validate_json(trial.model_dump_json()) == trial
    assert read_back(trial.deepspeed) == trial.deepspeed
    assert "auto" not in flatten(trial.deepspeed).values()


@pytest.mark.parametrize(
    ("name", "gathers"),
    [("accelerate/ds_config_zero3.json", False), ("accelerate/ds_config_zero3_model_only.json", True)],
)
def test_auto_in_a_flag_becomes_a_flag(based: Based, name: str, gathers: bool) -> None:
    block = based(content(name)).deepspeed["zero_optimization"]

    assert block["stage3_gather_16bit_weights_on_model_save"] is gathers


def test_auto_is_filled_from_what_the_experiment_says(based: Based) -> None:
    written = (
        "settings = { batch_size = 3, gradient_accumulation_steps = 5, precision = 'bf16', max_grad_norm = 0.5 }\n"
    )
    settings = based(content("LLaMA-Factory/ds_z3_config.json"), written).settings

    assert (settings.batch_size, settings.gradient_accumulation_steps) == (3, 5)
    assert (settings.precision, settings.max_grad_norm) == ("bf16", 0.5)
    assert settings.zero is not None
    assert settings.zero.reduce_bucket_size is None


def test_numbers_become_settings(based: Based) -> None:
    trial = based(content("DeepSpeed/deepspeed_bsz24_fp16_zero2_config.json"))
    settings = trial.settings

    assert (settings.batch_size, settings.gradient_accumulation_steps, settings.precision) == (3, 8, "fp16")
    assert (settings.learning_rate, settings.weight_decay, settings.max_grad_norm) == (3e-5, 0.0, 1.0)
    assert trial.deepspeed == {"optimizer": {"type": "AdamW", "params": {"bias_correction": False}}}
    assert set(trial.swept) == {
        "batch_size",
        "learning_rate",
        "weight_decay",
        "max_grad_norm",
        "precision",
        "zero.stage",
    }


def test_the_schedule_of_a_file_is_deepspeeds(based: Based) -> None:
    settings = based(content("DeepSpeed/ds_config_func_scheduler.json")).settings

    assert (settings.lr_scheduler_type, settings.learning_rate, settings.warmup_steps) == ("WarmupLR", 1e-3, 10)


def test_a_file_without_a_batch_size(refused: Refused) -> None:
    assert refused(content("DeepSpeed/template_zero3.json")) == (
        "ds.json: no batch size given (in based · dialogues)\n"
        "    hint: set batch_size, or train_micro_batch_size_per_gpu in the file"
    )


def test_its_batch_size_may_be_given_beside_it(based: Based) -> None:
    trial = based(content("DeepSpeed/template_zero3.json"), "settings = { batch_size = 2 }\n")

    assert (trial.settings.zero and trial.settings.zero.stage, total(trial)) == (3, 2)


def test_a_file_of_features_that_are_gone(refused: Refused) -> None:
    assert refused(content("DeepSpeed/deepspeed_bsz24_fp16_eigenvalue_quantize_config.json")) == (
        "ds.json:17:3: tensorboard: cannot be used here\n"
        "    hint: take it out: every metric is in the journal, and from there in the warehouse\n"
        "ds.json:22:3: eigenvalue: feature removed: DeepSpeed 0.19.8 has no eigenvalue any more\n"
        "ds.json:31:3: quantize_training: feature removed: DeepSpeed 0.19.8 has no quantize_training any more"
    )


def test_a_number_format_of_the_file_is_held_against_the_machine(refused: Refused) -> None:
    said = refused(content("accelerate/zero_stage2_offload_config.json"), machine=Machine("cpu", 2))

    assert said.startswith("ds.json:3:9: fp16.enabled: fp16 needs a GPU, and this machine has none (in based")


def test_one_template_serves_every_stage(write: Write, planned: Planning) -> None:
    write(content("LLaMA-Factory/ds_z2_config.json").replace('"stage": 2', '"stage": "auto"'), "ds.json")

    trials = planned("[matrix]\nzero.stage = [0, 1, 2, 3]\n", "defaults.deepspeed=ds.json").trials

    sizes = [trial.dotted_settings["zero.allgather_bucket_size"] for trial in trials]
    assert sizes == [None, 500_000_000, 500_000_000, None]
