"""Every rule over a trial refuses what it should, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dsl.head import Planning, Refusal
from xp.dsl.resources import Machine, MissingPart
from xp.dsl.rules import RULES, Case
from xp.dsl.settings import Settings
from xp.dsl.spec import Model

TINY = Model(architecture="bart", config={"max_position_embeddings": 64})
CPU = Machine("cpu", 2)
GPUS = Machine("cuda", 2)
WITHOUT_NVME = Machine("cpu", 2, lacks=lambda folder: MissingPart(f"{folder} has no O_DIRECT", "take another"))
WITH_NVME = Machine("cpu", 2, lacks=lambda _: None)
INFINITY = {"stage": 3, "offload_param": "nvme", "nvme_path": "swap"}
IN_A_FOLDER = {"zero": INFINITY, "precision": "bf16"}


def findings(settings: dict[str, Any], model: Model = TINY, machine: Machine | None = None) -> list[tuple[str, str]]:
    short = {"max_source_length": 64, "max_target_length": 16, **settings}
    case = Case(Settings.model_validate(short), model, machine)
    return [(finding.setting, finding.message) for rule in RULES for finding in rule(case)]


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        pytest.param(
            {"zero": {"stage": 2, "offload_param": "cpu"}},
            ("zero.offload_param", "offload_param has no effect below stage 3, got 'cpu' at stage 2"),
            id="parameters-offloaded-at-stage-2",
        ),
        pytest.param(
            {"zero": {"stage": 1, "allgather_bucket_size": 1001}},
            ("zero.allgather_bucket_size", "should be even, got 1001"),
            id="bucket-of-half-a-step",
        ),
        pytest.param(
            {"zero": {"stage": 0, "offload_optimizer": "cpu"}},
            ("zero.offload_optimizer", "offload_optimizer has no effect below stage 1, got 'cpu' at stage 0"),
            id="optimizer-offloaded-at-stage-0",
        ),
        pytest.param(
            {"zero": {"stage": 2, "offload_optimizer": "nvme"}},
            ("zero.offload_optimizer", "'nvme' is the same as 'cpu' below stage 3, got it at stage 2"),
            id="optimizer-in-a-folder-at-stage-2",
        ),
        pytest.param(
            {"zero": {"stage": 3, "offload_optimizer": "cpu", "nvme_path": "swap"}},
            ("zero.nvme_path", "nvme_path has no effect: nothing is offloaded to 'nvme'"),
            id="folder-for-nothing",
        ),
        pytest.param(
            {"zero": INFINITY},
            (
                "zero.offload_param",
                "DeepSpeed offloads parameters to 'nvme' in its own 16 bits only, got precision = 'fp32'",
            ),
            id="parameters-in-a-folder-in-32-bits",
        ),
        pytest.param(
            {**IN_A_FOLDER, "torch_autocast": True},
            (
                "zero.offload_param",
                "DeepSpeed offloads parameters to 'nvme' in its own 16 bits only, got torch_autocast = true",
            ),
            id="parameters-in-a-folder-that-torch-casts",
        ),
        pytest.param(
            {**IN_A_FOLDER, "zero": {**INFINITY, "stage3_prefetch_bucket_size": 7}},
            ("zero.stage3_prefetch_bucket_size", "DeepSpeed fails where it fetches ahead from 'nvme', got 7"),
            id="parameters-fetched-ahead-from-a-folder",
        ),
        pytest.param(
            {"zero": {"stage": 3, "offload_optimizer": "nvme", "buffer_size": 5}},
            ("zero.buffer_size", "buffer_size has no effect: no parameters are offloaded to 'nvme'"),
            id="buffers-for-nothing",
        ),
        pytest.param(
            {"torch_autocast": True, "precision": "bf16"},
            ("torch_autocast", "torch_autocast has no effect without zero"),
            id="autocast-without-deepspeed",
        ),
        pytest.param(
            {"torch_autocast": True, "zero": {"stage": 2}},
            ("torch_autocast", "torch_autocast has no effect with precision = 'fp32'"),
            id="autocast-in-single-precision",
        ),
        pytest.param(
            {"zero": {"stage": 0, "reduce_bucket_size": 5}},
            ("zero.reduce_bucket_size", "reduce_bucket_size has no effect below stage 1, got 5 at stage 0"),
            id="buckets-at-stage-0",
        ),
        pytest.param(
            {"zero": {"stage": 3, "allgather_bucket_size": 5}},
            ("zero.allgather_bucket_size", "allgather_bucket_size has no effect above stage 2, got 5 at stage 3"),
            id="allgather-at-stage-3",
        ),
        pytest.param(
            {"zero": {"stage": 0, "overlap_comm": False}},
            ("zero.overlap_comm", "overlap_comm has no effect below stage 1, got false at stage 0"),
            id="overlap-at-stage-0",
        ),
        pytest.param(
            {"zero": {"stage": 1, "stage3_prefetch_bucket_size": 5}},
            (
                "zero.stage3_prefetch_bucket_size",
                "stage3_prefetch_bucket_size has no effect below stage 3, got 5 at stage 1",
            ),
            id="prefetch-at-stage-1",
        ),
        pytest.param(
            {"zero": {"stage": 2, "stage3_param_persistence_threshold": 0}},
            (
                "zero.stage3_param_persistence_threshold",
                "stage3_param_persistence_threshold has no effect below stage 3, got 0 at stage 2",
            ),
            id="persistence-of-nothing-at-stage-2",
        ),
        pytest.param(
            {"early_stopping": {"patience": 1}, "eval_strategy": "no"},
            ("eval_strategy", "early_stopping needs evaluations during training, got 'no'"),
            id="early-stopping-without-evaluations",
        ),
        pytest.param(
            {"eval_strategy": "steps"},
            ("eval_strategy", "'steps' needs eval_steps: how many steps lie between evaluations"),
            id="steps-without-number",
        ),
        pytest.param(
            {"eval_steps": 5},
            ("eval_steps", "eval_steps has no effect with eval_strategy = 'epoch', got 5"),
            id="number-without-steps",
        ),
        pytest.param(
            {"max_source_length": 65},
            ("max_source_length", "65 tokens are more than the 64 positions of the model"),
            id="source-too-long",
        ),
        pytest.param(
            {"max_target_length": 65},
            ("max_target_length", "65 tokens are more than the 64 positions of the model"),
            id="target-too-long",
        ),
        pytest.param(
            {"generation": {"max_new_tokens": 65}},
            ("generation.max_new_tokens", "65 tokens are more than the 64 positions of the model"),
            id="summary-too-long",
        ),
        pytest.param(
            {"generation": {"min_new_tokens": 17}},
            ("generation.min_new_tokens", "the shortest summary, 17 tokens, is longer than the longest, 16"),
            id="shortest-longer-than-targets",
        ),
        pytest.param(
            {"generation": {"min_new_tokens": 9, "max_new_tokens": 8}},
            ("generation.min_new_tokens", "the shortest summary, 9 tokens, is longer than the longest, 8"),
            id="shortest-longer-than-longest",
        ),
        pytest.param(
            {"generation": {"num_beams": 1, "length_penalty": 2.0}},
            ("generation.length_penalty", "length_penalty has no effect with num_beams = 1"),
            id="penalty-without-beams",
        ),
        pytest.param(
            {"warmup_steps": 1.5},
            ("warmup_steps", "from 1 on it is a number of whole steps, got 1.5"),
            id="one-and-a-half-steps",
        ),
        pytest.param(
            {"warmup_steps": 5, "lr_scheduler_type": "constant"},
            ("warmup_steps", "warmup_steps has no effect with the constant schedule, got 5.0"),
            id="warmup-of-a-constant",
        ),
        pytest.param(
            {"attn_implementation": "block_local"},
            ("attention_window", "'block_local' needs attention_window: how many tokens a block has"),
            id="blocks-without-a-size",
        ),
        pytest.param(
            {"attention_window": 16},
            ("attention_window", "attention_window has no effect here, got 16"),
            id="window-without-blocks",
        ),
        pytest.param(
            {"lr_scheduler_type": "WarmupLR", "warmup_steps": 5},
            ("lr_scheduler_type", "'WarmupLR' is DeepSpeed's, and without zero plain PyTorch trains"),
            id="schedule-of-deepspeed-without-it",
        ),
        pytest.param(
            {"lr_scheduler_type": "WarmupDecayLR", "zero": {"stage": 1}},
            ("warmup_steps", "WarmupDecayLR warms up for 2 steps or more, got 0"),
            id="schedule-of-deepspeed-without-warmup",
        ),
    ],
)
def test_refused(settings: dict[str, Any], found: tuple[str, str]) -> None:
    assert findings(settings) == [found]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"zero": {"stage": 0}},
        {"zero": {"stage": 3, "offload_param": "cpu", "offload_optimizer": "cpu", "overlap_comm": True}},
        {"zero": {"stage": 3, "stage3_prefetch_bucket_size": 5, "stage3_param_persistence_threshold": 0}},
        {"zero": {"stage": 1, "reduce_bucket_size": 5, "allgather_bucket_size": 6, "overlap_comm": False}},
        {"zero": {**INFINITY, "offload_optimizer": "nvme", "buffer_size": 5}, "precision": "bf16"},
        {"zero": {**INFINITY, "stage3_prefetch_bucket_size": 0}, "precision": "fp16"},
        {"zero": {"stage": 3, "offload_optimizer": "nvme", "stage3_prefetch_bucket_size": 5}},
        {"zero": {"stage": 2}, "torch_autocast": True, "precision": "bf16"},
        {"early_stopping": {"patience": 1}},
        {"eval_strategy": "steps", "eval_steps": 5, "early_stopping": {"patience": 1}},
        {"eval_strategy": "no"},
        {"max_source_length": 64, "max_target_length": 64},
        {"generation": {"min_new_tokens": 16}},
        {"generation": {"num_beams": 2, "length_penalty": 2.0}},
        {"generation": {"length_penalty": 2.0}},
        {"warmup_steps": 0.5},
        {"warmup_steps": 1.0},
        {"warmup_steps": 20},
        {"warmup_steps": 20, "lr_scheduler_type": "constant_with_warmup"},
        {"lr_scheduler_type": "constant"},
        {"attn_implementation": "block_local", "attention_window": 15},
        {"lr_scheduler_type": "WarmupLR", "zero": {"stage": 0}, "warmup_steps": 2},
        {"lr_scheduler_type": "WarmupDecayLR", "zero": {"stage": 0}, "warmup_steps": 0.1},
    ],
)
def test_nothing_to_say(settings: dict[str, Any]) -> None:
    assert findings(settings, machine=GPUS) == []


@pytest.mark.parametrize(
    ("settings", "machine", "found"),
    [
        ({"precision": "fp16"}, CPU, [("precision", "fp16 needs a GPU, and this machine has none")]),
        ({"precision": "fp16"}, GPUS, []),
        ({"precision": "fp16"}, None, []),
        ({"precision": "bf16"}, CPU, []),
        ({"world_size": 3}, GPUS, [("world_size", "3 ranks need 3 GPUs, this machine has 2")]),
        ({"world_size": 2}, GPUS, []),
        ({"world_size": 3}, CPU, []),
        ({"world_size": 3}, None, []),
        (
            IN_A_FOLDER,
            WITHOUT_NVME,
            [("zero.offload_param", "'nvme' cannot be offloaded to here: swap has no O_DIRECT")],
        ),
        (IN_A_FOLDER, WITH_NVME, []),
        ({"zero": {"stage": 3, "offload_param": "cpu"}}, WITHOUT_NVME, []),
        (IN_A_FOLDER, None, []),
    ],
)
def test_what_the_machine_decides(settings: dict[str, Any], machine: Machine | None, found: list[Any]) -> None:
    assert findings(settings, machine=machine) == found


@pytest.mark.parametrize(
    ("model", "source", "target"),
    [
        (Model(architecture="bart"), 1024, 1024),
        (Model(architecture="led"), 16384, 1024),
        (Model(architecture="led", config={"max_encoder_position_embeddings": 512}), 512, 1024),
        (Model(architecture="prophetnet"), 512, 512),
        (Model(checkpoint="org/long", config={"max_position_embeddings": 4096}), 4096, 4096),
    ],
)
def test_positions_of_models(model: Model, source: int, target: int) -> None:
    fits = {"max_source_length": source, "max_target_length": target}
    longer = {"max_source_length": source + 1, "max_target_length": target + 1}

    assert findings(fits, model) == []
    assert [setting for setting, _ in findings(longer, model)] == ["max_source_length", "max_target_length"]


@pytest.mark.parametrize("model", [Model(architecture="t5"), Model(checkpoint="org/some-model")])
def test_models_without_known_bounds_have_none(model: Model) -> None:
    assert findings({"max_source_length": 100_000}, model) == []


def test_every_rule_says_what_it_is_for() -> None:
    assert all(rule.__doc__ for rule in RULES)
    assert len({rule.__name__ for rule in RULES}) == len(RULES)


SWEEP = "[methods.zero]\nsettings = { zero = { offload_optimizer = 'cpu' } }\n[matrix]\nzero.stage = [0, 1]\n"


def test_cells_without_effect_are_told_with_their_place_and_trial(refusal: Refusal) -> None:
    assert refusal(SWEEP) == (
        "spec.toml:11:23: methods.zero.settings.zero.offload_optimizer: "
        "offload_optimizer has no effect below stage 1, got 'cpu' at stage 0 (in zero · dialogues · zero.stage=0)\n"
        "    hint: take it out, or those cells of a matrix: "
        "constraints = [\"zero.stage >= 1 or zero.offload_optimizer != 'cpu'\"]"
    )


@pytest.mark.parametrize(
    ("stages", "axis", "left"),
    [
        ("[2, 3]", "zero.offload_param = ['none', 'cpu']", 3),
        ("[0, 1]", "zero.offload_optimizer = ['none', 'cpu']", 3),
        ("[0, 1, 2, 3]", "zero.allgather_bucket_size = [6]", 2),
        ("[1, 3]", "zero.stage3_prefetch_bucket_size = [5, 6]", 2),
    ],
)
def test_the_hint_takes_the_cells_without_effect_out_and_no_others(
    refusal: Refusal, planned: Planning, stages: str, axis: str, left: int
) -> None:
    text = f"[matrix]\nzero.stage = {stages}\n{axis}\n"

    (advice,) = {line.partition("matrix: ")[2] for line in refusal(text).splitlines() if "hint" in line}

    assert len(planned(text + advice).trials) == left


def test_the_hint_leaves_trials_without_deepspeed_in(refusal: Refusal, planned: Planning) -> None:
    text = "[methods.plain]\n[methods.off]\nsettings = { zero = { stage = 2, offload_param = 'cpu' } }\n"
    text += "[methods.deep]\nsettings = { zero = { stage = 3, offload_param = 'cpu' } }\n[matrix]\n"

    advice = refusal(text).partition("matrix: ")[2]

    assert [trial.method for trial in planned(text + advice).trials] == ["plain", "deep"]


@pytest.mark.parametrize("stage", [1, 2])
def test_stage_and_offload_in_one_matrix(refusal: Refusal, stage: int) -> None:
    text = f"[matrix]\nzero.stage = [{stage}, 3]\nzero.offload_param = ['none', 'cpu']\n"

    assert refusal(text).endswith(
        f"matrix.zero.offload_param: offload_param has no effect below stage 3, got 'cpu' at stage {stage} "
        f"(in baseline · dialogues · zero.stage={stage} · zero.offload_param='cpu')\n"
        "    hint: take it out, or those cells of a matrix: "
        "constraints = [\"zero.stage == 3 or zero.offload_param != 'cpu'\"]"
    )


@pytest.mark.parametrize("architecture", ["t5", "longt5", "led", "bigbird_pegasus", "prophetnet"])
def test_blocks_are_not_for_encoders_with_an_attention_of_their_own(architecture: str) -> None:
    found = findings({"attn_implementation": "block_local", "attention_window": 8}, Model(architecture=architecture))

    assert [setting for setting, _ in found] == ["attn_implementation"]


def test_the_window_of_led_is_even() -> None:
    led = Model(architecture="led")

    assert findings({"attention_window": 8}, led) == []
    assert findings({"attention_window": 7}, led) == [
        ("attention_window", "the window of LED is an even number of tokens, got 7")
    ]


OPTIONAL = """\
[methods.plain]
[methods.half]
optional = true
settings = { precision = "fp16" }
[matrix]
seed = [1, 2]
"""


def test_an_optional_method_is_left_out_where_it_cannot_run(planned: Planning, refusal: Refusal) -> None:
    plan = planned(OPTIONAL, machine=CPU)

    assert {trial.method for trial in plan.trials} == {"plain"}
    assert {(cell.variant["method"], cell.seed, cell.rule) for cell in plan.excluded} == {
        ("half", seed, "methods.half.optional: fp16 needs a GPU, and this machine has none; bf16 and fp32 run on CPUs")
        for seed in (1, 2)
    }
    assert len(planned(OPTIONAL, machine=GPUS).trials) == 4
    assert "fp16 needs a GPU" in refusal(OPTIONAL.replace("true", "false"), machine=CPU)


def test_what_no_machine_could_run_is_an_error_in_an_optional_method_too(refusal: Refusal) -> None:
    text = OPTIONAL.replace('precision = "fp16"', "torch_autocast = true")

    assert "torch_autocast has no effect without zero" in refusal(text, machine=CPU)


def test_a_constraint_takes_the_cells_without_effect_out(planned: Planning) -> None:
    text = "[matrix]\nzero.stage = [2, 3]\nzero.offload_param = ['none', 'cpu']\n"
    plan = planned(text + "constraints = [\"zero.stage == 3 or zero.offload_param == 'none'\"]\n")

    assert len(plan.trials) == 3


def test_rules_are_asked_for_every_trial_and_problems_are_counted(refusal: Refusal) -> None:
    said = refusal("[matrix]\nworld_size = [1, 3, 4]\nepochs = [1, 2]\nseed = [1, 2]\n", machine=GPUS)

    assert said == (
        "spec.toml:11:1: matrix.world_size: 3 ranks need 3 GPUs, this machine has 2 "
        "(in baseline · dialogues · world_size=3 · epochs=1.0 and 1 more)\n"
        "spec.toml:11:1: matrix.world_size: 4 ranks need 4 GPUs, this machine has 2 "
        "(in baseline · dialogues · world_size=4 · epochs=1.0 and 1 more)"
    )


def test_a_setting_that_nothing_gives_a_value(refusal: Refusal) -> None:
    text = "[methods.plain]\n[methods.zero]\nsettings = { zero = { reduce_bucket_size = 5 } }\n"

    assert refusal(text) == (
        "spec.toml:12:23: methods.zero.settings.zero.reduce_bucket_size: lacks zero.stage (in zero · dialogues)\n"
        "    hint: set zero.stage in the same place, or in [defaults]"
    )


def test_a_default_that_does_not_suit_the_model(refusal: Refusal) -> None:
    model = "[models.short]\narchitecture = 'bart'\nconfig = { max_position_embeddings = 200 }\n"

    assert refusal(f"{model}[matrix]\nmodel = ['short']\n") == (
        "spec.toml:3:2: defaults.max_source_length: "
        "512 tokens are more than the 200 positions of the model (in baseline · dialogues)"
    )
