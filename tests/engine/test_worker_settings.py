"""No setting is silently a no-op: each is read back where it is in force, and missed where it did not take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest

from tests.engine.house import Ended, House
from tests.engine.offloading import needs_nvme
from tests.engine.train import tiny
from xp.dsl.dotted import SETTINGS, setting_values
from xp.dsl.spec import Model
from xp.engine.launch.preloaded import PreloadLauncher
from xp.engine.train.readback import differences

pytestmark = pytest.mark.slow


def own(architecture: str, config: Mapping[str, Any]) -> Model:
    return Model(architecture=architecture, config=config, vocab_size=300)


RUNS: dict[str, dict[str, Any]] = {
    "bare": {},
    "changed": {
        "max_steps": None,
        "epochs": 0.5,
        "batch_size": 3,
        "eval_batch_size": 5,
        "gradient_accumulation_steps": 2,
        "learning_rate": 2e-3,
        "lr_scheduler_type": "cosine",
        "warmup_steps": 2.0,
        "weight_decay": 0.1,
        "adam_beta1": 0.8,
        "adam_beta2": 0.98,
        "adam_epsilon": 1e-6,
        "max_grad_norm": 0.5,
        "label_smoothing_factor": 0.1,
        "precision": "bf16",
        "world_size": 2,
        "freeze": ("embeddings",),
        "gradient_checkpointing": True,
        "train_sampling_strategy": "sortish",
        "attn_implementation": "eager",
        "max_source_length": 100,
        "max_target_length": 20,
        "source_prefix": "summarize: ",
        "max_train_samples": 30,
        "max_eval_samples": 4,
        "max_predict_samples": 4,
        "eval_strategy": "steps",
        "eval_steps": 2,
        "logging_steps": 2,
        "early_stopping": {"patience": 3, "threshold": 0.5, "metric": "eval_rouge1"},
        "generation": {
            "num_beams": 2,
            "max_new_tokens": 15,
            "min_new_tokens": 3,
            "length_penalty": 2.0,
            "no_repeat_ngram_size": 3,
        },
        "threads": 2,
    },
    "block_local": {"attn_implementation": "block_local", "attention_window": 8, "max_steps": 2},
    "bigbird": {
        "model": own("bigbird_pegasus", tiny.BART),
        "attention_type": "block_sparse",
        "block_size": 4,
        "num_random_blocks": 1,
    },
    "longt5": {
        "model": own("longt5", tiny.T5),
        "encoder_attention_type": "transient-global",
        "local_radius": 5,
        "global_block_size": 4,
    },
    "zero1": {"zero": {"stage": 1}},
    "zero2": {
        "zero": {
            "stage": 2,
            "offload_optimizer": "cpu",
            "reduce_bucket_size": 1000,
            "allgather_bucket_size": 2000,
            "overlap_comm": True,
        },
        "precision": "bf16",
        "torch_autocast": True,
    },
    "zero3": {"zero": {"stage": 3}},
    "zero3-offload": {
        "zero": {
            "stage": 3,
            "offload_param": "cpu",
            "stage3_prefetch_bucket_size": 999,
            "stage3_param_persistence_threshold": 77,
        },
    },
    "infinity": {
        "config": {"encoder_ffn_dim": 40_000},  # smaller tensors stay in memory
        "precision": "bf16",
        "zero": {
            "stage": 3,
            "offload_optimizer": "nvme",
            "offload_param": "nvme",
            "nvme_path": "set in the test",
            "buffer_size": 800_000,
        },
    },
}
"""What trials declare."""

SEEN: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        [name for name in SETTINGS if name.partition(".")[0] in RUNS["changed"] and name != "max_steps"],
        ("changed", "bare"),
    ),
    **dict.fromkeys(["max_steps", "attention_window"], ("block_local", "bare")),
    **dict.fromkeys(["attention_type", "block_size", "num_random_blocks"], ("bigbird", "bare")),
    **dict.fromkeys(["encoder_attention_type", "local_radius", "global_block_size"], ("longt5", "bare")),
    "torch_autocast": ("zero2", "zero1"),
    "zero.stage": ("zero2", "zero1"),
    **dict.fromkeys(
        [f"zero.{key}" for key in RUNS["zero2"]["zero"] if key != "stage"],
        ("zero2", "zero1"),
    ),
    **dict.fromkeys(
        [f"zero.{key}" for key in RUNS["zero3-offload"]["zero"] if key != "stage"],
        ("zero3-offload", "zero3"),
    ),
    **dict.fromkeys(["zero.nvme_path", "zero.buffer_size"], ("infinity", "zero3-offload")),
}
"""Each setting, with the trial that it is in force in, and one in which it did not take."""

UNREADABLE: Mapping[str, str] = {}
"""Settings that nothing can be read of while a trial runs, each with the reason; whoever adds one without says why."""

Ran = Callable[[str], Ended]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, launcher: PreloadLauncher) -> Ran:
    """Train with the settings of that name, once."""
    folder = tmp_path_factory.mktemp("settings")

    @cache
    def run(name: str) -> Ended:
        settings = dict(RUNS[name])
        if name == "infinity":
            needs_nvme(folder)
            settings["zero"] = {**settings["zero"], "nvme_path": str(folder / "swap")}
        home = folder / name
        home.mkdir()
        ended = House(home, launcher).run(**settings)
        assert set(ended.codes) == {0}, ended.log()
        return ended

    return run


def test_every_setting_is_looked_at() -> None:
    assert set(SEEN) | set(UNREADABLE) == set(SETTINGS)
    assert not set(SEEN) & set(UNREADABLE)


@pytest.mark.parametrize("name", SEEN)
def test_a_setting_is_read_back_and_missed_where_it_did_not_take(ran: Ran, name: str) -> None:
    there, elsewhere = (ran(run) for run in SEEN[name])
    declared = setting_values(there.settings)

    assert [*differences({name: declared[name]}, there.effective(), [name], steps=4)] == []
    (missed,) = differences({name: declared[name]}, elsewhere.effective(), [name], steps=4)
    assert missed.startswith(f"{name}: ")


def test_states_that_are_too_small_for_a_folder_are_told(house: House) -> None:
    needs_nvme(house.folder)

    ended = house.run(zero={"stage": 3, "offload_optimizer": "nvme"})

    assert ended.failure()["message"] == (
        "zero.offload_optimizer: 'nvme' was declared, 'cpu' is in force: "
        "DeepSpeed keeps tensors of less than 1 MiB per rank in memory, and as many parameters as max_in_cpu says"
    )
