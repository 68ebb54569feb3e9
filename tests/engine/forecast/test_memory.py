"""Model states by the formulas: numbers worked out by hand, and DeepSpeed's own estimators."""

from __future__ import annotations

from typing import Any

import pytest

from xp.dsl.settings import Settings, Zero
from xp.engine.forecast.memory import Parameters, of_rank, states

MODEL = Parameters(total=1000, trained=1000, largest_layer=100)
HALF_FROZEN = Parameters(total=1000, trained=500, largest_layer=100)


def settings(stage: int | None, ranks: int = 4, precision: Any = "bf16", **zero: Any) -> Settings:
    block = None if stage is None else Zero(stage=stage, **zero)
    return Settings(zero=block, world_size=ranks, precision=precision)


@pytest.mark.parametrize(
    ("asked", "device"),
    [
        pytest.param(settings(1), 2000 + 2000 + 16000 / 4, id="stage-1-keeps-gradients-whole"),
        pytest.param(settings(2), 2000 + 18000 / 4, id="stage-2"),
        pytest.param(settings(3), 400 + 18000 / 4, id="stage-3"),
        pytest.param(settings(2, precision="fp32"), 4000 + 20000 / 4, id="stage-2-in-fp32"),
        pytest.param(settings(3, precision="fp32"), 800 + 20000 / 4, id="stage-3-in-fp32"),
        pytest.param(settings(2, ranks=1), 20000, id="one-rank-saves-nothing"),
        pytest.param(settings(2, offload_optimizer="cpu"), 2000, id="stage-2-offloaded"),
        pytest.param(settings(3, offload_optimizer="cpu"), 400 + 2000 / 4, id="stage-3-optimizer-offloaded"),
        pytest.param(settings(3, offload_optimizer="cpu", offload_param="cpu"), 400, id="stage-3-all-offloaded"),
        pytest.param(settings(0), 2000 + 18000, id="stage-0-partitions-nothing"),
        pytest.param(settings(0, precision="fp32"), 4000 + 12000, id="stage-0-in-fp32-has-no-second-copy"),
        pytest.param(settings(None, ranks=1, precision="fp32"), 16000, id="plain"),
        pytest.param(settings(None, ranks=1), 16000, id="torch-amp-keeps-single-precision"),
        pytest.param(settings(None, precision="fp32"), 16000 + 4000, id="ddp-has-buckets"),
    ],
)
def test_bytes_of_one_rank(asked: Settings, device: float) -> None:
    assert states(asked, MODEL).device == device
    assert of_rank(asked, MODEL, apart=True) == device


@pytest.mark.parametrize(
    ("asked", "device"),
    [
        pytest.param(settings(2), 2000 + 9000 / 4, id="stage-2"),
        pytest.param(settings(3), 400 + (2000 + 8000) / 4, id="stage-3-holds-frozen-weights-too"),
        pytest.param(settings(None, ranks=1, precision="fp32"), 4000 + 6000, id="plain"),
    ],
)
def test_frozen_parameters_have_neither_gradients_nor_moments(asked: Settings, device: float) -> None:
    assert states(asked, HALF_FROZEN).device == device


@pytest.mark.parametrize(("stage", "device"), [(0, 4000 + 12000), (2, 4000 + 20000 / 4), (3, 800 + 20000 / 4)])
def test_weights_that_torch_casts_under_deepspeed_stay_in_single_precision(stage: int, device: float) -> None:
    asked = Settings(zero=Zero(stage=stage), world_size=4, precision="bf16", torch_autocast=True)

    assert states(asked, MODEL).device == device


def test_what_is_offloaded_is_kept_by_the_host() -> None:
    assert states(settings(2, offload_optimizer="cpu"), MODEL).host == 16000 * 1.5
    assert states(settings(2, ranks=8, offload_optimizer="cpu"), MODEL).host == 4 * 8 * 1000 * 1.5
    assert states(settings(3, offload_optimizer="cpu", offload_param="cpu"), MODEL).host == 18000 * 1.5


def test_on_a_cpu_offloaded_states_stay_in_the_same_memory() -> None:
    offloaded = settings(2, ranks=2, offload_optimizer="cpu")

    assert of_rank(offloaded, MODEL, apart=False) == 2000 + 24000 / 2
    assert of_rank(settings(2, ranks=2), MODEL, apart=False) == of_rank(settings(2, ranks=2), MODEL, apart=True)


@pytest.mark.slow
@pytest.mark.parametrize("ranks", [1, 2, 8])
def test_16_bits_are_counted_as_deepspeed_counts_them(ranks: int) -> None:
    from deepspeed.runtime.zero.stage3 import estimate_zero3_model_states_mem_needs as stage3  # noqa: PLC0415
    from deepspeed.runtime.zero.stage_1_and_2 import estimate_zero2_model_states_mem_needs as stage2  # noqa: PLC0415

    total, layer = 1_234_560, 9_600
    model = Parameters(total, total, layer)
    for offloads in (False, True):
        block = {"offload_optimizer": "cpu"} if offloads else {}
        found = states(settings(2, ranks, **block), model)
        assert (found.host, found.device) == stage2(total, ranks, cpu_offload=offloads)
        for all_of_it in (False, True) if offloads else (False,):
            whole = block | ({"offload_param": "cpu"} if all_of_it else {})
            told = stage3(total, layer, ranks, cpu_offload=offloads, cpu_offload_params=all_of_it, zero_init=False)
            found = states(settings(3, ranks, **whole), model)
            assert (found.host, found.device) == told[:2]


def test_what_is_put_into_a_folder_is_in_no_memory() -> None:
    asked = settings(3, offload_optimizer="nvme", offload_param="nvme")

    assert states(asked, MODEL) == (400, 4 * 4 * 1000 * 1.5, 16000 + 2000)
    assert states(settings(3, offload_optimizer="cpu", offload_param="nvme"), MODEL)[1:] == (16000 * 1.5, 2000)
    assert states(settings(3, precision="fp32", offload_param="nvme"), HALF_FROZEN).disk == 4000
    assert states(settings(3, offload_optimizer="nvme"), HALF_FROZEN).disk == 8000
    assert states(settings(3), MODEL).disk == 0
