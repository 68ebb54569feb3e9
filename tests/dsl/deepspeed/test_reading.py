"""Every key of a file is a setting, goes to DeepSpeed as it is, or is refused with its place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dsl.deepspeed.conftest import Based, Refused
from xp.dsl.deepspeed.meaning import AUTO, TYPED
from xp.dsl.dotted import SETTINGS, nest

MICRO = {"train_micro_batch_size_per_gpu": 2}


def zero(**keys: Any) -> dict[str, Any]:
    return {**MICRO, "zero_optimization": {"stage": 2, **keys}}


@pytest.mark.parametrize("setting", sorted({*TYPED.values(), *(name for names in AUTO.values() for name in names)}))
def test_what_a_key_means_is_a_setting(setting: str) -> None:
    assert setting in SETTINGS


def test_a_misspelt_key(refused: Refused) -> None:
    assert refused('{"train_micro_batch_size_per_gpu": 2, "gradient_acumulation_steps": 4}') == (
        "ds.json:1:39: gradient_acumulation_steps: unknown key\n    hint: did you mean 'gradient_accumulation_steps'?"
    )


def test_everything_that_is_wrong_is_told_at_once_with_what_is_wrong_in_the_experiment(refused: Refused) -> None:
    said = refused({"amp": {}, "zero_optimization": {"stge": 2, "overlap_comm": 1}}, "description = 1\n")

    assert said.count("ds.json:") == 3
    assert "ds.json:2:2: amp: feature removed" in said
    assert "zero_optimization.stge: unknown key\n    hint: did you mean 'stage'?" in said
    assert "zero_optimization.overlap_comm: should be true or false, got 1" in said
    assert "methods.based.description: should be text, got 1" in said


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            {"zzzzz": 1}, "zzzzz: unknown key\n    hint: DeepSpeed 0.19.8 knows no such key", id="nothing-like-it"
        ),
        pytest.param(
            {"learning_rate": 1e-3}, "unknown key\n    hint: write optimizer.params.lr", id="name-of-a-setting"
        ),
        pytest.param({"bf16": {"zzzzz": 1}}, "hint: known: bf16_master_weights_and_grads, ", id="few-keys"),
        pytest.param({"sparse_attention": {"mode": "fixed"}}, "feature removed: DeepSpeed 0.19.8 has no", id="removed"),
        pytest.param({"amp": {}}, "hint: use precision", id="removed-with-a-way"),
        pytest.param(
            zero(mics_shard_size=1), "zero_optimization.mics_shard_size: feature removed", id="removed-in-zero"
        ),
        pytest.param({"tensor_parallel": {"autotp_size": 2}}, "tensor_parallel: cannot be used here", id="splits"),
        pytest.param(
            {"wandb": {"enabled": True}}, "wandb: cannot be used here\n    hint: take it out: every", id="monitor"
        ),
        pytest.param({"dataloader_drop_last": True}, "dataloader_drop_last: cannot be used here", id="loader"),
        pytest.param(
            {"fp16": True},
            'fp16: should be an object, got true\n    hint: write {"enabled": true}',
            id="block-that-is-none",
        ),
        pytest.param(
            {"zero_optimization": True},
            'zero_optimization: should be an object, got true\n    hint: write {"stage": 1}, or which stage it is',
            id="old-zero",
        ),
        pytest.param(
            {"zero_optimization": {"stage": 3, "stage3_max_live_parameters": -5}},
            "zero_optimization.stage3_max_live_parameters: should be at least 0, got -5",
            id="less-than-none",
        ),
        pytest.param(
            {"zero_optimization": {"stage": 3, "offload_optimizer": {"device": "cpu", "ratio": 2.5}}},
            "zero_optimization.offload_optimizer.ratio: should be between 0 and 1, got 2.5",
            id="no-share",
        ),
        pytest.param(
            {"fp16": {"enabled": True, "min_loss_scale": 0}},
            "fp16.min_loss_scale: should be greater than 0, got 0",
            id="scale-of-nothing",
        ),
        pytest.param(
            {"communication_data_type": "fp17"},
            "communication_data_type: should be 'fp32', 'fp16' or 'bf16', got 'fp17'",
            id="no-such-format",
        ),
        pytest.param(
            {"checkpoint": {"tag_validation": "never"}},
            "checkpoint.tag_validation: should be 'warn', 'ignore' or 'fail', got 'never'",
            id="no-such-word",
        ),
        pytest.param({"gradient_clipping": None}, "gradient_clipping: null says nothing", id="null"),
        pytest.param({"gradient_clipping": -1}, "gradient_clipping: should be at least 0, got -1", id="out-of-range"),
        pytest.param(
            {"train_batch_size": 0}, "train_batch_size: should be greater than 0, got 0", id="total-of-nothing"
        ),
        pytest.param(
            zero(reduce_bucket_size="5e8"),
            "reduce_bucket_size: should be a whole number, got '5e8'\n    hint: write 5e8 without quotes",
            id="number-in-quotes",
        ),
        pytest.param(zero(reduce_bucket_size=1.5), "reduce_bucket_size: should be a whole number, got 1.5", id="half"),
        pytest.param(zero(stage=4), "zero_optimization.stage: should be at most 3, got 4", id="stage-4"),
        pytest.param(zero(stage=True), "zero_optimization.stage: should be a whole number, got true", id="stage-true"),
        pytest.param(zero(stage="auto"), "'auto' is filled from zero.stage, which is not set", id="stage-auto"),
        pytest.param(
            zero(offload_param={"device": "disk"}),
            "offload_param.device: should be 'none', 'cpu' or 'nvme', got 'disk'",
            id="disk",
        ),
        pytest.param(
            zero(
                stage=3,
                offload_param={"device": "nvme", "nvme_path": "a"},
                offload_optimizer={"device": "nvme", "nvme_path": "b"},
            ),
            "offload_optimizer.nvme_path: contradicts zero_optimization.offload_param.nvme_path = 'a', got 'b'\n"
            "    hint: both are zero.nvme_path",
            id="two-folders",
        ),
        pytest.param(
            zero(offload_optimizer={"device": "none"}, cpu_offload=True),
            "cpu_offload: contradicts zero_optimization.offload_optimizer.device = 'none', got true\n"
            "    hint: both are zero.offload_optimizer",
            id="old-and-new-offload",
        ),
        pytest.param(
            zero(max_live_parameters=1, stage3_max_live_parameters=1),
            "stage3_max_live_parameters: zero_optimization.max_live_parameters is the same key, and given too",
            id="two-names-of-a-key",
        ),
        pytest.param(
            {"fp16": {"enabled": True}, "bf16": {"enabled": True}},
            "bf16.enabled: contradicts fp16.enabled: a trial computes in one format\n    hint: switch one of them off",
            id="two-formats",
        ),
        pytest.param(
            zero(sub_group_size="auto"),
            "zero_optimization.sub_group_size: 'auto' cannot be filled in: no setting here is this key",
            id="auto",
        ),
        pytest.param(
            {"comms_logger": {"prof_ops": [1, "auto"]}},
            "comms_logger.prof_ops[1]: 'auto' cannot be filled in",
            id="auto-deep-inside",
        ),
        pytest.param(
            {"aio": {"block_sze": 1}}, "aio.block_sze: unknown key\n    hint: did you mean 'block_size'?", id="aio"
        ),
        pytest.param(
            {"aio": {"thread_count": 1}},
            "aio.thread_count: feature removed: DeepSpeed 0.19.8 has no thread_count any more\n"
            "    hint: write intra_op_parallelism",
            id="old-aio",
        ),
        pytest.param(
            zero(legacy_stage1=True), "zero_optimization.legacy_stage1: cannot be used here", id="stage-1-of-old"
        ),
        pytest.param(
            {"flops_profiler": {"enabeld": True}},
            "flops_profiler.enabeld: unknown key\n    hint: did you mean 'enabled'?",
            id="profiler",
        ),
        pytest.param(
            {"checkpoint": {"writer": {"typ": "fast"}}},
            "checkpoint.writer.typ: unknown key\n    hint: did you mean 'type'?",
            id="block-in-a-block",
        ),
        pytest.param({"timers": {"throughput": {"enable": False}}}, "did you mean 'enabled'?", id="timers"),
        pytest.param({"comms_logger": {"verbos": True}}, "did you mean 'verbose'?", id="logger"),
        pytest.param({"compile": {"deepcompil": True}}, "did you mean 'deepcompile'?", id="compiler"),
        pytest.param(
            {"weight_quantization": {"quantized_initialization": {"bits": 4}}}, "did you mean 'num_bits'?", id="quants"
        ),
        pytest.param(zero(zenflow={"topk_ration": 0.1}), "did you mean 'topk_ratio'?", id="zenflow"),
        pytest.param(
            zero(leaf_module={"classes": 1}), "leaf_module.classes: should be a list or text, got 1", id="two-kinds"
        ),
    ],
)
def test_refused(refused: Refused, content: dict[str, Any], message: str) -> None:
    assert message in refused({**MICRO, **content})


@pytest.mark.parametrize(
    ("optimizer", "message"),
    [
        pytest.param({"type": "Lamb"}, "optimizer.type: should be 'AdamW' or 'Adam', got 'Lamb'", id="lamb"),
        pytest.param(
            {"type": "Adam", "params": {"lr": 0.00015, "max_grad_norm": 1.0}},
            "optimizer.params.max_grad_norm: unknown key\n    hint: write gradient_clipping",
            id="clipping",
        ),
        pytest.param({"params": {}}, "optimizer: lacks a type\n    hint: DeepSpeed would pass over it", id="no-type"),
        pytest.param(
            {"type": "Adam", "params": {"adam_w_mode": False}},
            "adam_w_mode: Adam without decoupled weight decay has no settings here",
            id="coupled-decay",
        ),
        pytest.param(
            {"type": "AdamW", "params": {"torch_adam": True, "bias_correction": False}},
            "bias_correction: torch_adam always corrects the bias",
            id="torch-corrects",
        ),
        pytest.param(
            {"type": "AdamW", "params": {"betas": [0.9]}}, "betas: should be two numbers, got [0.9]", id="beta"
        ),
        pytest.param(
            {"type": "AdamW", "params": {"betas": [0.9, 1]}}, "betas: should be less than 1, got 1", id="beta-1"
        ),
    ],
)
def test_optimizers_that_have_no_settings(refused: Refused, optimizer: dict[str, Any], message: str) -> None:
    assert message in refused({**MICRO, "optimizer": optimizer})


def test_adam_is_adamw(based: Based) -> None:
    params = {"lr": 1, "betas": [0.8, 0.99], "eps": 1e-6, "weight_decay": "auto", "adam_w_mode": True}
    trial = based({**MICRO, "optimizer": {"type": "Adam", "params": params}})
    settings = trial.settings

    assert trial.deepspeed == {"optimizer": {"type": "AdamW"}}
    assert (settings.learning_rate, settings.adam_beta1, settings.adam_beta2) == (1.0, 0.8, 0.99)
    assert (settings.adam_epsilon, settings.weight_decay) == (1e-6, 0.0)
    old = {"type": "AdamW", "params": {"adam_w_mode": False, "bias_correction": True}}
    assert based({**MICRO, "optimizer": old}).deepspeed == {"optimizer": {"type": "AdamW"}}


WARMUP = {"warmup_min_lr": "auto", "warmup_max_lr": "auto", "warmup_num_steps": "auto", "total_num_steps": "auto"}


def scheduled(kind: str = "WarmupDecayLR", **params: Any) -> dict[str, Any]:
    return {**MICRO, "scheduler": {"type": kind, "params": {**WARMUP, **params}}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(scheduled("OneCycle"), "should be 'WarmupLR' or 'WarmupDecayLR', got 'OneCycle'", id="one-cycle"),
        pytest.param(scheduled("auto"), "scheduler.type: 'auto' cannot be filled in", id="auto"),
        pytest.param(
            scheduled(warmup_type="cosine"), "warmup_type: should be 'log' or 'linear', got 'cosine'", id="shape"
        ),
        pytest.param(
            scheduled(total_num_steps=99),
            'total_num_steps: epochs or max_steps decide how many steps there are, got 99\n    hint: write "auto"',
            id="length",
        ),
        pytest.param(
            scheduled(last_batch_iteration=100),
            "last_batch_iteration: a schedule begins with the training, got 100\n    hint: take it out",
            id="middle",
        ),
        pytest.param(
            scheduled(warmup_num_steps=1),
            "ds.json:8:4: scheduler.params.warmup_num_steps: WarmupDecayLR warms up for 2 steps or more, got 1",
            id="short",
        ),
        pytest.param(
            {**scheduled(warmup_max_lr=1e-3), "optimizer": {"type": "Adam", "params": {"lr": 1e-4}}},
            "optimizer.params.lr: contradicts scheduler.params.warmup_max_lr = 0.001, got 0.0001",
            id="two-rates",
        ),
    ],
)
def test_schedules_that_cannot_be_followed(refused: Refused, content: dict[str, Any], message: str) -> None:
    assert message in refused(content)


@pytest.mark.parametrize(
    ("content", "written", "steps"),
    [
        pytest.param(scheduled(warmup_num_steps=10), "", 10, id="number"),
        pytest.param(scheduled(), "", 2, id="auto-is-deepspeeds-shortest"),
        pytest.param(scheduled(), "settings = { warmup_steps = 0.1 }\n", 0.1, id="auto-is-what-is-written"),
        pytest.param({**MICRO, "scheduler": {"type": "WarmupDecayLR"}}, "", 1000, id="nothing-is-deepspeeds-default"),
    ],
)
def test_the_warm_up_of_a_schedule(based: Based, content: dict[str, Any], written: str, steps: float) -> None:
    trial = based(content, written)

    assert (trial.settings.lr_scheduler_type, trial.settings.warmup_steps) == ("WarmupDecayLR", steps)
    assert trial.deepspeed == {}


def test_only_what_differs_in_a_schedule_is_passed_on(based: Based) -> None:
    trial = based(scheduled("WarmupLR", warmup_type="linear", warmup_min_lr=1e-6, warmup_max_lr=1e-3))

    assert trial.deepspeed == {"scheduler": {"params": {"warmup_type": "linear", "warmup_min_lr": 1e-6}}}
    assert trial.settings.learning_rate == 1e-3
    usual = {"warmup_type": "log", "warmup_min_lr": 0, "last_batch_iteration": -1}
    assert based(scheduled("WarmupLR", **usual)).deepspeed == {}


def test_old_names_are_read(based: Based) -> None:
    trial = based({**zero(cpu_offload=True, gather_16bit_weights_on_model_save="auto"), "bfloat16": {"enabled": True}})

    assert trial.settings.precision == "bf16"
    assert trial.dotted_settings["zero.offload_optimizer"] == "cpu"
    assert trial.deepspeed == nest({"zero_optimization.stage3_gather_16bit_weights_on_model_save": False})


def test_the_rest_is_passed_on_with_whole_numbers_as_such(based: Based) -> None:
    rest = {
        "wall_clock_breakdown": True,
        "communication_data_type": "fp32",
        "activation_checkpointing": {"partition_activations": False, "number_checkpoints": None},
        "aio": {"block_size": 1048576, "intra_op_parallelism": 1},
        "checkpoint": {"writer": {"type": "python", "io_buffer_size": 64000000}},
        "datastates_ckpt": {"anything": 1},
        "flops_profiler": {"enabled": True, "output_file": None},
        "weight_quantization": {"post_init_quant": {"fc": {"num_bits": 8}}},
    }

    trial = based({**zero(sub_group_size=1e12, ignore_unused_parameters=False), **rest})

    told = {"sub_group_size": 1_000_000_000_000, "ignore_unused_parameters": False}
    assert trial.deepspeed == {"zero_optimization": told, **rest}
    assert isinstance(trial.deepspeed["zero_optimization"]["sub_group_size"], int)


def test_what_decides_nothing_is_passed_over(based: Based) -> None:
    idle = {"steps_per_print": 10, "zero_allow_untested_optimizer": True, "tensorboard": {"enabled": False}}
    idle |= {"autotuning": {}, "data_types": {"keep_in_fp32_modules": "auto"}}

    assert based({**zero(zenflow={"select_interval": "auto"}), **idle}).deepspeed == {}
