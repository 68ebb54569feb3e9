"""What only a GPU can show: fp16, and memory as the CUDA allocator counts it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from xp.engine.machine import environment

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.slow,
    pytest.mark.skipif(environment.machine().devices != "cuda", reason="needs a CUDA device"),
]

SPEC = """\
[experiment]
name = "gpu"
[defaults]
model = "bart-small"
dataset = "dialogues"
max_steps = 12
batch_size = 8
max_source_length = 192
max_target_length = 36
[models.bart-small]
architecture = "bart"
config = { d_model = 256, encoder_layers = 3, decoder_layers = 3, encoder_ffn_dim = 1024, decoder_ffn_dim = 1024 }
[datasets.dialogues]
builtin = "dialogues"
size = 200
[methods.baseline]
[methods.fp16]
settings = { precision = "fp16" }
[methods.zero2-fp16]
settings = { precision = "fp16", zero = { stage = 2 } }
[methods.bf16]
settings = { precision = "bf16" }
[methods.zero2-fp16-autocast]
settings = { precision = "fp16", torch_autocast = true, zero = { stage = 2 } }
[methods.zero1]
settings = { zero = { stage = 1 } }
[methods.zero2]
settings = { zero = { stage = 2 } }
[methods.zero3]
settings = { zero = { stage = 3 } }
[methods.zero2-offload]
settings = { zero = { stage = 2, offload_optimizer = "cpu" } }
[methods.zero3-offload]
settings = { precision = "bf16", zero = { stage = 3, offload_optimizer = "cpu", offload_param = "cpu" } }
[methods.block-local]
settings = { attn_implementation = "block_local", attention_window = 16 }
[matrix]
method = [
    "baseline", "fp16", "bf16", "zero2-fp16", "zero2-fp16-autocast", "zero1", "zero2", "zero3", "zero2-offload",
    "zero3-offload", "block-local",
]
seed = [1]
"""

METHODS = (
    "baseline",
    *("fp16", "bf16", "zero2-fp16", "zero2-fp16-autocast"),
    *("zero1", "zero2", "zero3", "zero2-offload", "zero3-offload"),
    "block-local",
)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Run every method on the GPU and return its trial by its name."""
    folder = tmp_path_factory.mktemp("gpu")
    (folder / "gpu.toml").write_text(SPEC)
    command = [sys.executable, "-m", "xp.engine.cli.main"]
    done = subprocess.run([*command, "run", "gpu.toml"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (folder / "asked.sql").write_text("select method, state, memory, loss, launch from trials")
    asked = [*command, "query", "asked.sql", "--format", "json"]
    answer = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=True).stdout
    return {row["method"]: row for row in json.loads(answer)}


@pytest.mark.parametrize("method", METHODS)
def test_a_method_trains_on_the_gpu(rows: dict[str, dict[str, Any]], method: str) -> None:
    assert rows[method]["state"] == "completed"
    assert rows[method]["loss"] < 20
    assert rows[method]["memory"] > 0


@pytest.mark.parametrize("method", ["zero1", "zero2", "zero3"])
def test_partitioning_changes_no_loss(rows: dict[str, dict[str, Any]], method: str) -> None:
    assert rows[method]["loss"] == pytest.approx(rows["baseline"]["loss"], rel=1e-3)


@pytest.mark.parametrize("method", ["fp16", "bf16", "zero2-fp16", "zero2-fp16-autocast"])
def test_sixteen_bits_learn_nearly_the_same(rows: dict[str, dict[str, Any]], method: str) -> None:
    assert rows[method]["loss"] == pytest.approx(rows["baseline"]["loss"], rel=0.1)


def test_offloading_takes_states_off_the_gpu(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["zero3-offload"]["memory"] < rows["baseline"]["memory"]
