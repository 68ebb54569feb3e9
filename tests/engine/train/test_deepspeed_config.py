"""Settings become DeepSpeed's configuration, and nothing is left to chance."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from xp.dsl.settings import Settings, Zero
from xp.engine.train.deepspeed_config import deepspeed_config

NOTHING: Mapping[str, Any] = MappingProxyType({})


def config(zero: Zero, rest: Mapping[str, Any] = NOTHING, *, cuda: bool = False, **settings: Any) -> dict[str, Any]:
    made = deepspeed_config(Settings(zero=zero, **settings), rest, Path("work/offload"), cuda=cuda)
    assert made is not None
    return made


def test_a_trial_without_zero_has_no_deepspeed() -> None:
    assert deepspeed_config(Settings(), {}, Path(), cuda=False) is None


def test_the_whole_configuration() -> None:
    made = config(Zero(stage=2), batch_size=4, gradient_accumulation_steps=3, world_size=2, precision="bf16")

    assert made == {
        "train_micro_batch_size_per_gpu": 4,
        "gradient_accumulation_steps": 3,
        "train_batch_size": 24,
        "gradient_clipping": 1.0,
        "bf16": {"enabled": True},
        "fp16": {"enabled": False},
        "zero_optimization": {"stage": 2, "reduce_bucket_size": "auto"},
        "zero_force_ds_cpu_optimizer": False,
        "zero_allow_untested_optimizer": True,
        "wall_clock_breakdown": False,
    }


def test_neither_optimizer_nor_schedule_is_deepspeeds_own() -> None:
    assert not {"optimizer", "scheduler"} & set(config(Zero(stage=1)))


@pytest.mark.parametrize(
    ("zero", "block"),
    [
        pytest.param(
            Zero(stage=3, offload_param="cpu", offload_optimizer="cpu"),
            {
                "stage": 3,
                "reduce_bucket_size": "auto",
                "stage3_prefetch_bucket_size": "auto",
                "stage3_param_persistence_threshold": "auto",
                "offload_optimizer": {"device": "cpu"},
                "offload_param": {"device": "cpu"},
            },
            id="stage-3-offload",
        ),
        pytest.param(
            Zero(stage=3, offload_param="nvme", offload_optimizer="nvme", buffer_size=9),
            {
                "stage": 3,
                "reduce_bucket_size": "auto",
                "stage3_prefetch_bucket_size": 0,
                "stage3_param_persistence_threshold": "auto",
                "offload_optimizer": {"device": "nvme", "nvme_path": "work/offload"},
                "offload_param": {"device": "nvme", "nvme_path": "work/offload", "buffer_size": 9, "max_in_cpu": 0},
            },
            id="stage-3-in-a-folder",
        ),
        pytest.param(
            Zero(stage=2, reduce_bucket_size=7, allgather_bucket_size=8, overlap_comm=False),
            {"stage": 2, "reduce_bucket_size": 7, "allgather_bucket_size": 8, "overlap_comm": False},
            id="stage-2-buckets",
        ),
        pytest.param(
            Zero(stage=3, stage3_prefetch_bucket_size=1, stage3_param_persistence_threshold=0),
            {
                "stage": 3,
                "reduce_bucket_size": "auto",
                "stage3_prefetch_bucket_size": 1,
                "stage3_param_persistence_threshold": 0,
            },
            id="stage-3-thresholds",
        ),
    ],
)
def test_zero_block_holds_what_is_set(zero: Zero, block: dict[str, Any]) -> None:
    assert config(zero)["zero_optimization"] == block


def test_the_attempts_own_folder_stands_for_nvme() -> None:
    zero = Zero(stage=3, offload_optimizer="nvme", offload_param="nvme", nvme_path="/fast", buffer_size=9)
    rest = {"zero_optimization": {"offload_optimizer": {"pin_memory": False}, "offload_param": {"max_in_cpu": 7}}}

    made = config(zero, rest)["zero_optimization"]

    assert made["offload_optimizer"] == {"device": "nvme", "nvme_path": "work/offload", "pin_memory": False}
    assert made["offload_param"] == {"device": "nvme", "nvme_path": "work/offload", "buffer_size": 9, "max_in_cpu": 7}


@pytest.mark.parametrize(("precision", "dtype"), [("bf16", "bfloat16"), ("fp16", "float16")])
def test_torch_casts_in_place_of_deepspeed(precision: Any, dtype: str) -> None:
    made = config(Zero(stage=2), {"bf16": {"enabled": True}}, precision=precision, torch_autocast=True)

    assert made["torch_autocast"] == {"enabled": True, "dtype": dtype}
    assert (made["bf16"], made["fp16"]) == ({"enabled": False}, {"enabled": False})


def test_an_offloaded_optimizer_runs_in_c_only_beside_a_gpu() -> None:
    zero = Zero(stage=2, offload_optimizer="cpu")

    assert config(zero)["zero_force_ds_cpu_optimizer"] is False
    assert config(zero, cuda=True)["zero_force_ds_cpu_optimizer"] is True


def test_the_rest_of_a_file_is_in_it_and_settings_win() -> None:
    rest = {
        "wall_clock_breakdown": True,
        "zero_force_ds_cpu_optimizer": True,
        "fp16": {"loss_scale": 0},
        "zero_optimization": {"reduce_scatter": True, "offload_optimizer": {"pin_memory": True}},
    }

    made = config(Zero(stage=2, offload_optimizer="cpu"), rest, precision="fp16")

    assert (made["wall_clock_breakdown"], made["zero_force_ds_cpu_optimizer"]) == (True, True)
    assert made["fp16"] == {"loss_scale": 0, "enabled": True}
    assert made["zero_optimization"] == {
        "stage": 2,
        "reduce_bucket_size": "auto",
        "reduce_scatter": True,
        "offload_optimizer": {"pin_memory": True, "device": "cpu"},
    }


ADAM = {"lr": 0.01, "betas": [0.9, 0.98], "eps": 1e-8, "weight_decay": 0.1}


@pytest.mark.parametrize(
    ("params", "cuda", "extra"),
    [
        pytest.param({}, False, {"torch_adam": True}, id="torchs-own-on-a-cpu"),
        pytest.param({"torch_adam": False}, False, {"torch_adam": False}, id="unless-the-file-says-otherwise"),
        pytest.param({"bias_correction": False}, False, {"bias_correction": False}, id="or-torch-could-not"),
        pytest.param({}, True, {}, id="deepspeeds-beside-a-gpu"),
    ],
)
def test_an_optimizer_that_a_file_asks_for(params: dict[str, Any], cuda: bool, extra: dict[str, Any]) -> None:
    rest = {"optimizer": {"type": "AdamW", "params": params}}

    made = config(Zero(stage=1), rest, cuda=cuda, learning_rate=0.01, adam_beta2=0.98, weight_decay=0.1)

    assert made["optimizer"] == {"type": "AdamW", "params": {**ADAM, **extra}}


@pytest.mark.parametrize(("name", "steps"), [("WarmupLR", {}), ("WarmupDecayLR", {"total_num_steps": "auto"})])
def test_a_schedule_of_deepspeeds(name: str, steps: dict[str, str]) -> None:
    rest = {"scheduler": {"params": {"warmup_type": "linear"}}}

    made = config(Zero(stage=1), rest, lr_scheduler_type=name, learning_rate=0.01, warmup_steps=5)

    params = {"warmup_type": "linear", "warmup_max_lr": 0.01, "warmup_num_steps": "auto", **steps}
    assert made["scheduler"] == {"type": name, "params": params}
