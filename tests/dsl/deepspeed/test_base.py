"""What an experiment writes and what a file says are one: completed by each other, never against each other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dsl.deepspeed.conftest import BASED, Based, Refused
from tests.dsl.head import Planning, Refusal, Write
from xp.dsl.deepspeed.base import batch_sizes
from xp.dsl.dotted import setting_values
from xp.dsl.resources import Machine

MICRO = {"train_micro_batch_size_per_gpu": 2}


@pytest.mark.parametrize(
    ("sizes_of_file", "settings", "message"),
    [
        pytest.param(
            {"train_batch_size": 8, "train_micro_batch_size_per_gpu": 2, "gradient_accumulation_steps": 1},
            "",
            "8 ≠ 2 × 1 × 1 (micro × accumulation × processes)",
            id="three-numbers",
        ),
        pytest.param({"train_batch_size": 24}, "batch_size = 5", "24 ≠ 5 × 4 × 1", id="no-multiple"),
        pytest.param({"train_batch_size": 2}, "world_size = 4", "2 ≠ 1 × 1 × 4", id="more-ranks-than-examples"),
        pytest.param(
            {"train_batch_size": 8}, "batch_size = 2, gradient_accumulation_steps = 2", "8 ≠ 2 × 2 × 1", id="written"
        ),
    ],
)
def test_examples_per_step_that_do_not_multiply(
    refused: Refused, sizes_of_file: dict[str, int], settings: str, message: str
) -> None:
    said = refused(json.dumps(sizes_of_file), f"settings = {{ {settings} }}\n")

    assert said.startswith(f"ds.json:1:2: train_batch_size: {message}")
    assert said.endswith('hint: take it out, or write "auto": train_batch_size follows from the others')


@pytest.mark.parametrize(
    ("content", "settings", "micro", "steps"),
    [
        pytest.param({"train_batch_size": 24}, "", 24, 1, id="total"),
        pytest.param({"train_batch_size": 24}, "world_size = 2", 12, 1, id="total-over-ranks"),
        pytest.param({"train_batch_size": 24}, "batch_size = 3, world_size = 2", 3, 4, id="total-and-written-micro"),
        pytest.param({"train_batch_size": 24, "gradient_accumulation_steps": 4}, "", 6, 4, id="total-and-steps"),
        pytest.param({"train_batch_size": 24, **MICRO}, "", 2, 12, id="total-and-micro"),
        pytest.param(
            {"train_batch_size": 24, "train_micro_batch_size_per_gpu": "auto"}, "", 24, 1, id="total-and-auto"
        ),
        pytest.param(MICRO, "", 2, 1, id="micro"),
        pytest.param({"train_batch_size": "auto"}, "", 8, 1, id="auto-is-the-default"),
        pytest.param({"train_micro_batch_size_per_gpu": "auto"}, "batch_size = 5", 5, 1, id="auto-is-what-is-written"),
        pytest.param({}, "batch_size = 5", 5, 1, id="nothing"),
        pytest.param(MICRO, "batch_size = 2", 2, 1, id="twice-the-same"),
    ],
)
def test_sizes_that_follow(based: Based, content: dict[str, Any], settings: str, micro: int, steps: int) -> None:
    trial = based(content, f"settings = {{ {settings} }}\n")

    assert (trial.settings.batch_size, trial.settings.gradient_accumulation_steps) == (micro, steps)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 8), st.sets(st.sampled_from(["micro", "steps"])))
def test_what_deepspeed_derives_multiplies(micro: int, steps: int, ranks: int, given_sizes: set[str]) -> None:
    known = {"micro": ("batch_size", micro), "steps": ("gradient_accumulation_steps", steps)}
    found = batch_sizes({"world_size": ranks, **dict(known[name] for name in given_sizes)}, micro * steps * ranks)

    assert found["batch_size"] * found["gradient_accumulation_steps"] * ranks == micro * steps * ranks
    assert all(found[name] == value for name, value in (known[each] for each in given_sizes))


@pytest.mark.parametrize(
    ("content", "settings", "message"),
    [
        pytest.param(
            MICRO,
            "batch_size = 3",
            "spec.toml:12:14: methods.based.settings.batch_size: contradicts "
            "ds.json:2:2: train_micro_batch_size_per_gpu = 2, got 3 (in based · dialogues)\n"
            '    hint: take one of the two out, or write "auto" for train_micro_batch_size_per_gpu',
            id="number",
        ),
        pytest.param(
            {**MICRO, "zero_optimization": {"stage": 2}},
            "zero = { stage = 3 }",
            "methods.based.settings.zero.stage: contradicts ds.json:4:3: zero_optimization.stage = 2, got 3",
            id="stage",
        ),
        pytest.param(
            {**MICRO, "fp16": {"enabled": True}},
            "precision = 'bf16'",
            "methods.based.settings.precision: contradicts ds.json:4:3: fp16.enabled = true, got 'bf16'",
            id="format",
        ),
        pytest.param(
            {**MICRO, "bf16": {"enabled": False}},
            "precision = 'bf16'",
            "methods.based.settings.precision: contradicts ds.json:4:3: bf16.enabled = false, got 'bf16'",
            id="format-that-is-off",
        ),
        pytest.param(
            {**MICRO, "optimizer": {"type": "Adam", "params": {"betas": [0.9, 0.99]}}},
            "adam_beta2 = 0.98",
            "adam_beta2: contradicts ds.json:6:4: optimizer.params.betas = [0.9, 0.99], got 0.98",
            id="one-of-two-numbers",
        ),
        pytest.param(
            {**MICRO, "scheduler": {"type": "WarmupLR"}},
            "lr_scheduler_type = 'linear'",
            "lr_scheduler_type: contradicts ds.json:4:3: scheduler.type = 'WarmupLR', got 'linear'",
            id="schedule",
        ),
        pytest.param(
            {**MICRO, "zero_optimization": {"stage": 2, "cpu_offload": True}},
            "zero = { offload_optimizer = 'none' }",
            "zero.offload_optimizer: contradicts ds.json:5:3: zero_optimization.cpu_offload = true, got 'none'",
            id="old-offload",
        ),
    ],
)
def test_what_is_written_may_not_contradict_a_file(
    refused: Refused, content: dict[str, Any], settings: str, message: str
) -> None:
    assert message in refused(content, f"settings = {{ {settings} }}\n")


def test_all_contradictions_are_told_at_once_with_whatever_else_is_wrong(refused: Refused) -> None:
    content = {**MICRO, "gradient_clipping": 1, "zero_optimization": {"stage": 2, "offload_param": {"device": "cpu"}}}

    said = refused(content, "settings = { batch_size = 3, max_grad_norm = 2.0, warmup_steps = 1.5 }\n")

    assert said.count("contradicts") == 2
    assert "offload_param has no effect below stage 3" in said
    assert "it is a number of whole steps" in said


def test_axes_are_held_against_a_file_too(refusal: Refusal, write: Write) -> None:
    write(json.dumps(MICRO), "ds.json")

    said = refusal(BASED + "[matrix]\nbatch_size = [2, 3]\n")

    assert said.startswith("spec.toml:13:1: matrix.batch_size: contradicts ds.json:1:2: train_micro_batch")
    assert said.count("contradicts") == 1


@pytest.mark.parametrize(
    ("block", "message"),
    [
        pytest.param(
            {"stage": 2, "offload_param": {"device": "cpu"}},
            "ds.json:6:4: zero_optimization.offload_param.device: "
            "offload_param has no effect below stage 3, got 'cpu' at stage 2 (in based · dialogues)",
            id="parameters-at-stage-2",
        ),
        pytest.param(
            {"stage": 0, "cpu_offload": True},
            "ds.json:5:3: zero_optimization.cpu_offload: "
            "offload_optimizer has no effect below stage 1, got 'cpu' at stage 0 (in based · dialogues)",
            id="optimizer-at-stage-0",
        ),
    ],
)
def test_offloading_without_effect(refused: Refused, block: dict[str, Any], message: str) -> None:
    assert refused({**MICRO, "zero_optimization": block}).splitlines()[:-1] == [message]


def test_cells_of_stage_and_a_file_that_offloads(refusal: Refusal, write: Write) -> None:
    block = {"stage": "auto", "offload_param": {"device": "cpu"}}
    write(json.dumps({**MICRO, "zero_optimization": block}), "ds.json")

    said = refusal(BASED + "[matrix]\nzero.stage = [2, 3]\n")

    assert "got 'cpu' at stage 2 (in based · dialogues · zero.stage=2)\n    hint: take it out, or those cells" in said


BUCKETS = ("reduce_bucket_size", "stage3_prefetch_bucket_size", "stage3_param_persistence_threshold")


@pytest.mark.parametrize(
    ("stage", "found"),
    [
        (0, (None, None, None)),
        (2, (500_000_000, None, None)),
        (3, (500_000_000, 50_000_000, 100_000)),
    ],
)
def test_where_a_file_is_silent_buckets_are_deepspeeds(based: Based, stage: int, found: tuple[Any, ...]) -> None:
    values = based({**MICRO, "zero_optimization": {"stage": stage}}).dotted_settings

    assert tuple(values[f"zero.{name}"] for name in BUCKETS) == found


def test_silence_is_no_contradiction(based: Based) -> None:
    values = based(MICRO, "settings = { zero = { stage = 3, reduce_bucket_size = 7 } }\n").dotted_settings

    assert (values["zero.stage"], values["zero.reduce_bucket_size"]) == (3, 7)
    assert values["zero.stage3_prefetch_bucket_size"] == 50_000_000


def test_a_file_without_zero_is_stage_0(based: Based) -> None:
    assert based(MICRO).dotted_settings["zero.stage"] == 0


def test_constraints_see_what_a_file_says(planned: Planning, write: Write) -> None:
    write(json.dumps({**MICRO, "zero_optimization": {"stage": 2}}), "ds.json")
    text = "[methods.plain]\n" + BASED + "[matrix]\nmethod = ['plain', 'based']\nconstraints = ['zero.stage == 2']\n"

    assert [trial.method for trial in planned(text).trials] == ["based"]


def test_the_file_of_the_defaults_is_for_methods_without_one(planned: Planning, write: Write) -> None:
    write(json.dumps({**MICRO, "zero_optimization": {"stage": 1}}), "one.json")
    write(json.dumps({**MICRO, "zero_optimization": {"stage": 2}}), "two.json")
    text = "[methods.a]\n[methods.b]\ndeepspeed = 'two.json'\n"

    plan = planned(text, "defaults.deepspeed=one.json")

    assert [trial.dotted_settings["zero.stage"] for trial in plan.trials] == [1, 2]
    assert plan.trials[0].swept == ("batch_size", "zero.stage")


def test_arithmetic_keeps_no_rule_from_being_asked(refused: Refused) -> None:
    said = refused({"train_batch_size": 5, **MICRO, "fp16": {"enabled": True}}, machine=Machine("cpu", 2))

    assert "5 ≠ 2 × 2 × 1" in said
    assert "fp16.enabled: fp16 needs a GPU" in said


def test_what_a_template_says_of_a_folder_counts_while_something_is_put_there(based: Based) -> None:
    def block(device: str) -> dict[str, Any]:
        param = {"device": device, "nvme_path": "/fast", "buffer_size": 5}
        zero = {"stage": 3, "stage3_prefetch_bucket_size": 0, "offload_param": param}
        return {"bf16": {"enabled": True}, "zero_optimization": zero}

    used, unused = (setting_values(based(MICRO | block(device)).settings) for device in ("nvme", "cpu"))

    assert (used["zero.nvme_path"], used["zero.buffer_size"]) == ("/fast", 5)
    assert unused["zero.offload_param"] == "cpu"
    assert (unused["zero.nvme_path"], unused["zero.buffer_size"]) == (None, None)


def at(stage: int, **keys: Any) -> dict[str, Any]:
    return {**MICRO, "zero_optimization": {"stage": stage}, **keys}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            at(2, prescale_gradients=True),
            "ds.json:6:2: prescale_gradients: does not go with reduce_scatter at stage 2, got true "
            "(in based · dialogues)\n"
            '    hint: take it out, or write "reduce_scatter": false in zero_optimization',
            id="scaled-before-they-are-scattered",
        ),
        pytest.param(
            at(3, gradient_predivide_factor=2.0),
            "gradient_predivide_factor: does not go with reduce_scatter at stage 3, got 2",
            id="divided-before-they-are-scattered",
        ),
        pytest.param(
            at(3, gradient_allreduce_op="SUM"),
            "gradient_allreduce_op: works at stage 0, 1 or 2 only, got 'sum' at stage 3",
            id="sum-of-partitions",
        ),
        pytest.param(
            at(2, gradient_allreduce_op="sum", compile={"deepcompile": True}),
            "gradient_allreduce_op: does not go with compile.deepcompile, got 'sum'",
            id="sum-in-a-compiled-step",
        ),
        pytest.param(
            at(0, bfloat16={"enabled": True, "bf16_master_weights_and_grads": True}),
            "bfloat16.bf16_master_weights_and_grads: works at stage 1, 2 or 3 only, got true at stage 0",
            id="master-weights-without-zero",
        ),
        pytest.param(
            at(2, bf16={"enabled": True, "bf16_optimizer_states": True}),
            "bf16.bf16_optimizer_states: needs bf16_master_weights_and_grads (in based · dialogues)\n"
            "    hint: set that to true, too",
            id="states-without-weights",
        ),
        pytest.param(
            {**MICRO, "zero_optimization": {"stage": 3, "compute_grad_norm": False}},
            "zero_optimization.compute_grad_norm: works at stage 1 or 2 only, got false at stage 3",
            id="norm",
        ),
        pytest.param(
            {**MICRO, "zero_optimization": {"stage": 2, "compute_grad_norm": False}},
            "zero_optimization.compute_grad_norm: gradients are clipped to 1 by their norm",
            id="norm-that-is-needed",
        ),
        pytest.param(
            {**MICRO, "zero_optimization": {"stage": 2, "offload_optimizer": {"device": "cpu", "ratio": 0.5}}},
            "zero_optimization.offload_optimizer.ratio: works at stage 3 only, got 0.5 at stage 2",
            id="half-of-the-states",
        ),
        pytest.param(
            at(0, bf16={"enabled": True}, data_types={"grad_accum_dtype": "fp32"}),
            "data_types.grad_accum_dtype: should be bf16 at stage 0, the format of the weights, got 'fp32'",
            id="mix-of-formats",
        ),
        pytest.param(
            at(3, data_types={"param_dtype": "torch.float16"}),
            "data_types.param_dtype: should be fp32, the format of the weights, got 'torch.float16'",
            id="other-weights",
        ),
    ],
)
def test_keys_that_deepspeed_would_refuse_in_its_ranks(refused: Refused, content: dict[str, Any], message: str) -> None:
    assert message in refused(content)


@pytest.mark.parametrize(
    "content",
    [
        at(1, prescale_gradients=True),
        at(2, prescale_gradients=False, gradient_predivide_factor=1.0),
        {**MICRO, "gradient_clipping": 0.0, "zero_optimization": {"stage": 2, "compute_grad_norm": False}},
        at(2, prescale_gradients=True, gradient_allreduce_op="sum"),
        {**MICRO, "prescale_gradients": True, "zero_optimization": {"stage": 3, "reduce_scatter": False}},
        at(2, bf16={"enabled": True}, data_types={"grad_accum_dtype": "fp32", "param_dtype": "bfloat16"}),
    ],
)
def test_keys_that_go_together_there_go_together(based: Based, content: dict[str, Any]) -> None:
    assert based(content).deepspeed
