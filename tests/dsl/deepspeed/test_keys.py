"""The tables of keys are those of the DeepSpeed that is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from math import inf
from typing import Any

import pytest

from xp.dsl.deepspeed import keys
from xp.dsl.deepspeed.blocks import (
    AIO,
    CHECKPOINT,
    COMMS_LOGGER,
    COMPILE,
    FLOPS_PROFILER,
    LEAF_MODULE,
    TIMERS,
    WEIGHT_QUANTIZATION,
    ZENFLOW,
    Kind,
)
from xp.dsl.deepspeed.bounds import RANGES
from xp.dsl.deepspeed.keys import BF16, FP16, PASSED_OVER, REFUSED, REMOVED, SWITCHES, TOP, ZERO
from xp.dsl.deepspeed.meaning import SILENT, TYPED
from xp.dsl.deepspeed.meaning import ZERO as BLOCK

ASK = """
import json, logging
logging.disable()
import deepspeed
from deepspeed.comm.config import CommsLoggerConfig
from deepspeed.compile.config import CompileConfig
from deepspeed.inference.config import WeightQuantConfig
from deepspeed.runtime import config as reader
from deepspeed.runtime.activation_checkpointing.config import ACT_CHKPT_DEFAULT
from deepspeed.runtime.lr_schedules import VALID_LR_SCHEDULES
from deepspeed.runtime.precision_config import DeepSpeedBF16Config, DeepSpeedFP16Config
from deepspeed.runtime.zenflow.zenflow_config import ZenFlowConfig
from deepspeed.runtime.zero.config import DeepSpeedZeroConfig
from deepspeed.runtime.zero.offload_config import DeepSpeedZeroOffloadOptimizerConfig, DeepSpeedZeroOffloadParamConfig
from deepspeed.runtime.zero.leaf_module_config import DeepSpeedZeroLeafModuleConfig
from deepspeed.utils.config import DeepSpeedThroughputTimerConfig

class Listening(dict):
    asked = set()
    def get(self, key, default=None):
        self.asked.add(key)
        return super().get(key, default)
    def __getitem__(self, key):
        self.asked.add(key)
        return super().__getitem__(key)
    def __contains__(self, key):
        self.asked.add(key)
        return super().__contains__(key)
    def keys(self):
        return self

class Block(Listening):  # one that remembers by itself
    pass

def heard(path):
    Block.asked = set()
    value = Block()
    for name in reversed(path.split(".")):
        value = {name: value}
    reader.DeepSpeedConfig({"train_batch_size": 1, **value})
    return sorted(Block.asked)

reader.DeepSpeedConfig(Listening(train_batch_size=1))

def fields(model):
    kinds = {bool: "bool", int: "int", float: "float"}
    return {field.alias or name: kinds.get(field.annotation, "") for name, field in model.model_fields.items()}

def bounds(prefix, model):
    found = {}
    for name, field in model.model_fields.items():
        said = ((kind, getattr(rule, kind, None)) for rule in field.metadata for kind in ("ge", "gt", "le", "lt"))
        limits = {kind: limit for kind, limit in said if limit is not None}
        if limits:
            found[f"{prefix}.{field.alias or name}"] = limits
    return found

zero = DeepSpeedZeroConfig(stage=3)
print(json.dumps({
    "version": deepspeed.__version__,
    "asked": sorted(Listening.asked),
    "removed": sorted(reader._REMOVED_TOP_LEVEL_CONFIG_KEYS),
    "removed_zero": sorted(reader._REMOVED_ZERO_CONFIG_KEYS),
    "zero": fields(DeepSpeedZeroConfig),
    "aliases": {name: field.alias for name, field in DeepSpeedZeroConfig.model_fields.items() if field.alias},
    "offload_optimizer": fields(DeepSpeedZeroOffloadOptimizerConfig),
    "offload_param": fields(DeepSpeedZeroOffloadParamConfig),
    "fp16": fields(DeepSpeedFP16Config),
    "bf16": fields(DeepSpeedBF16Config),
    "zenflow": fields(ZenFlowConfig),
    "leaf_module": fields(DeepSpeedZeroLeafModuleConfig),
    "comms_logger": fields(CommsLoggerConfig),
    "compile": fields(CompileConfig),
    "timers.throughput": fields(DeepSpeedThroughputTimerConfig),
    "weight_quantization": fields(WeightQuantConfig),
    "heard": {
        path: heard(path)
        for path in ("aio", "checkpoint", "checkpoint.parallel_write", "checkpoint.writer", "flops_profiler")
    },
    "bounds": {
        **bounds("zero_optimization", DeepSpeedZeroConfig),
        **bounds("zero_optimization.offload_optimizer", DeepSpeedZeroOffloadOptimizerConfig),
        **bounds("zero_optimization.offload_param", DeepSpeedZeroOffloadParamConfig),
        **bounds("zero_optimization.zenflow", ZenFlowConfig),
    },
    "activation_checkpointing": sorted(ACT_CHKPT_DEFAULT),
    "schedules": VALID_LR_SCHEDULES,
    "silent": {
        "reduce_bucket_size": zero.reduce_bucket_size,
        "stage3_prefetch_bucket_size": zero.prefetch_bucket_size,
        "stage3_param_persistence_threshold": zero.param_persistence_threshold,
        "stage": int(DeepSpeedZeroConfig().stage),
    },
}))
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed() -> Mapping[str, Any]:
    """What DeepSpeed says of itself."""
    environment = {**os.environ, "DS_ACCELERATOR": "cpu", "OMP_NUM_THREADS": "1"}
    asked = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True, env=environment)
    answer: Mapping[str, Any] = json.loads(asked.stdout.splitlines()[-1])
    return answer


def test_the_version_is_the_one_that_the_tables_are_of(installed: Mapping[str, Any]) -> None:
    assert installed["version"].partition("+")[0] == keys.READ_FROM


def test_every_key_that_deepspeed_looks_for_is_in_one_table(installed: Mapping[str, Any]) -> None:
    tables = [{key for key in table if "." not in key} for table in (TOP, PASSED_OVER, REFUSED, SWITCHES, REMOVED)]
    every = set().union(*tables)

    assert sum(map(len, tables)) == len(every)
    assert set(installed["asked"]) == (every | {"bfloat16"}) - {"sequence_parallel_size"}


def test_what_is_gone(installed: Mapping[str, Any]) -> None:
    assert set(installed["removed"]) == {key for key in REMOVED if "." not in key}
    assert {f"{BLOCK}.{key}" for key in installed["removed_zero"]} < set(REMOVED)


def kinds(block: Mapping[str, Kind]) -> dict[str, str]:
    return {name: kind.__name__ if kind in (bool, int, float) else "" for name, kind in block.items()}


OLD = {"cpu_offload_use_pin_memory", "stage3_gather_fp16_weights_on_model_save"}


def test_zero_has_these_keys_of_these_kinds(installed: Mapping[str, Any]) -> None:
    found = {name: kind for name, kind in installed["zero"].items() if name not in OLD}

    assert set(ZERO) == set(found)
    assert {name: kind for name, kind in kinds(ZERO).items() if found[name]} == {
        name: kind for name, kind in found.items() if kind
    }


def test_numbers_that_go_to_deepspeed_as_they_are_have_its_bounds(installed: Mapping[str, Any]) -> None:
    of_zero = {key: limits for key, limits in RANGES.items() if key.startswith(BLOCK)}

    assert installed["bounds"].keys() - TYPED.keys() == of_zero.keys()
    for key, limits in of_zero.items():
        names = ("ge", "le") if limits.ends else ("gt", "lt")
        wanted = {name: value for name, value in zip(names, limits[:2], strict=True) if value != inf}
        assert installed["bounds"][key] == wanted


def test_both_names_of_a_key_of_zero_are_known(installed: Mapping[str, Any]) -> None:
    aliases = {f"{BLOCK}.{name}": alias for name, alias in installed["aliases"].items()}

    assert aliases.items() <= keys.ALIASES.items()
    assert {key.rpartition(".")[2] for key in set(keys.ALIASES) - set(aliases)} <= OLD | {"bfloat16"}


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("fp16", FP16),
        ("bf16", BF16),
        ("offload_optimizer", ZERO["offload_optimizer"]),
        ("offload_param", ZERO["offload_param"]),
        ("leaf_module", LEAF_MODULE),
        ("comms_logger", COMMS_LOGGER),
        ("compile", COMPILE),
        ("timers.throughput", TIMERS["throughput"]),
        ("weight_quantization", WEIGHT_QUANTIZATION),
        # the engine counts the steps of an epoch itself
        ("zenflow", {**ZENFLOW, "steps_per_epoch": int}),
    ],
)
def test_blocks_have_these_keys_of_these_kinds(
    installed: Mapping[str, Any], name: str, block: Mapping[str, Kind]
) -> None:
    found = installed[name]

    assert {key: kind if found.get(key) else "" for key, kind in kinds(block).items()} == found


@pytest.mark.parametrize(
    ("path", "block"),
    [
        ("aio", AIO),
        ("checkpoint", CHECKPOINT),
        ("checkpoint.parallel_write", CHECKPOINT["parallel_write"]),
        ("checkpoint.writer", CHECKPOINT["writer"]),
        ("flops_profiler", FLOPS_PROFILER),
    ],
)
def test_a_block_that_nothing_checks_has_the_keys_that_deepspeed_looks_for(
    installed: Mapping[str, Any], path: str, block: Mapping[str, Kind]
) -> None:
    assert set(installed["heard"][path]) == set(block)


def test_checkpointing_and_schedules(installed: Mapping[str, Any]) -> None:
    assert set(installed["activation_checkpointing"]) == set(TOP["activation_checkpointing"])  # type: ignore[arg-type]
    assert {"WarmupLR", "WarmupDecayLR"} < set(installed["schedules"])


def test_what_holds_where_a_file_is_silent(installed: Mapping[str, Any]) -> None:
    assert {f"{BLOCK}.{key}": value for key, value in installed["silent"].items()} == SILENT
