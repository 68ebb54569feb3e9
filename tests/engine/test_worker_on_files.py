"""A worker trains with DeepSpeed files that other projects publish, as the files say."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from tests.engine.house import Ended
from xp.dsl.plan import plan
from xp.dsl.source import load
from xp.engine.launch.plain import PlainLauncher
from xp.engine.layout import Layout

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[1] / "dsl/data/deepspeed"

SPEC = """
[experiment]
name = "files"
[defaults]
model = "tiny"
dataset = "dialogues"
max_steps = 3
logging_steps = 1
eval_strategy = "no"
max_source_length = 64
max_target_length = 16
learning_rate = 1e-3
[models.tiny]
architecture = "bart"
vocab_size = 300
[models.tiny.config]
d_model = 16
encoder_layers = 1
decoder_layers = 1
encoder_attention_heads = 2
decoder_attention_heads = 2
encoder_ffn_dim = 32
decoder_ffn_dim = 32
max_position_embeddings = 256
[datasets.dialogues]
builtin = "dialogues"
size = 40
[methods.based]
deepspeed = "ds.json"
"""


def train(folder: Path, name: str, *overrides: str) -> Ended:
    """Train the only trial of an experiment that starts from a published file."""
    shutil.copy(DATA / name, folder / "ds.json")
    (folder / "spec.toml").write_text(SPEC, encoding="utf-8")
    (trial,) = plan(load(folder / "spec.toml", overrides), {"dialogues": "0" * 64}).trials
    attempt = Layout(folder / "results").new_attempt(trial.id)
    attempt.trial_file.write_text(trial.model_dump_json(), encoding="utf-8")
    (folder / "ds.json").unlink()
    group = PlainLauncher(cpu=True).start(attempt, trial.settings.world_size, trial.settings.threads)
    deadline = time.monotonic() + 120
    while None in group.codes() and time.monotonic() < deadline:
        time.sleep(0.05)
    return Ended(attempt, group.codes())


def told(ended: Ended, name: str) -> dict[str, Any]:
    """Return what DeepSpeed was told, of one block."""
    found = ended.effective()
    return {key.removeprefix(name): value for key, value in found.items() if key.startswith(name)}


def test_every_auto_is_filled_and_every_other_key_is_in_force(tmp_path: Path) -> None:
    ended = train(tmp_path, "LLaMA-Factory/ds_z2_config.json", "batch_size=4", "gradient_accumulation_steps=2")

    assert ended.codes == [0], ended.log()
    assert len(ended.losses()) == 3
    found = ended.effective()
    assert "auto" not in found.values()
    assert found["zero.stage"] == found["deepspeed.zero_optimization.stage"] == 2
    assert found["zero.reduce_bucket_size"] == 500_000_000
    assert (found["batch_size"], found["gradient_accumulation_steps"]) == (4, 2)
    assert (found["deepspeed.train_micro_batch_size_per_gpu"], found["deepspeed.train_batch_size"]) == (4, 8)
    assert found["deepspeed.zero_optimization.round_robin_gradients"] is True
    assert told(ended, "deepspeed.fp16.") == {
        "enabled": False,
        "loss_scale": 0,
        "loss_scale_window": 1000,
        "initial_scale_power": 16,
        "hysteresis": 2,
        "min_loss_scale": 1,
    }


def test_optimizer_and_schedule_of_a_file_are_deepspeeds_own(tmp_path: Path) -> None:
    ended = train(tmp_path, "accelerate/ds_config_zero2.json", "warmup_steps=2", "adam_beta2=0.98")

    assert ended.codes == [0], ended.log()
    found = ended.effective()
    assert (found["lr_scheduler_type"], found["warmup_steps"], found["adam_beta2"]) == ("WarmupLR", 2, 0.98)
    assert found["zero.offload_optimizer"] == "cpu"
    assert told(ended, "deepspeed.scheduler.params.") == {"warmup_max_lr": 1e-3, "warmup_num_steps": 2}
    rates = [event["values"]["learning_rate"] for event in ended.events("metrics") if "loss" in event["values"]]
    assert rates == [0.0, 1e-3, 1e-3]
