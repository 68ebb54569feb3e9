"""The numbers that an attempt records once, by their names: what a measure or an objective can be read from."""

from __future__ import annotations

ROUGES = ("rouge1", "rouge2", "rougeL", "rougeLsum")

SCORES = ("train_loss", *(f"{split}_{score}" for split in ("eval", "predict") for score in ("loss", *ROUGES)))
"""Losses and ROUGE scores."""

PHASES = ("prepare", "train", "evaluate", "predict")

STEADY = (
    "seconds",
    "step_seconds",
    "p95_step_seconds",
    "samples_per_second",
    "loading_share",
    "source_tokens_per_second",
    "target_tokens_per_second",
)
"""What is said of the training after its warm-up."""

RECORDED = frozenset(
    {
        *SCORES,
        *(f"{split}_{count}" for split in ("eval", "predict") for count in ("gen_len", "empty_predictions")),
        *(f"{split}_unscorable_references" for split in ("eval", "predict")),
        *(f"{split}_{speed}_per_second" for split in ("train", "eval", "predict") for speed in ("samples", "steps")),
        *(f"{split}_runtime" for split in ("train", "eval", "predict")),
        *(f"train_steady_{name}" for name in STEADY),
        *(f"{phase}_peak_memory" for phase in ("init", "train", "evaluate", "predict")),
        *("before_init_memory", "init_memory", "peak_rss", "parameter_memory", "optimizer_state_memory"),
        *("gradient_memory", "gpu_max_allocated", "gpu_max_reserved", "gpu_process_memory"),
        *("energy_consumed", "cpu_energy", "gpu_energy", "ram_energy", "emissions", "duration"),
        *(f"energy_consumed_{phase}" for phase in PHASES),
        *("train_device_seconds", "train_others_share", "warmup_seconds", "checkpoint_seconds", "total_flos"),
    }
)
"""Every number that an attempt records once, or whose last value speaks for it."""


TAKEN = frozenset(
    {
        *("train_runtime", "train_device_seconds", "train_steady_seconds", "warmup_seconds", "checkpoint_seconds"),
        *("emissions", "duration"),
    }
)
"""What a training takes, besides its energies."""


def adds_up(metric: str) -> bool:
    """Tell whether the sessions of a trial took this together: times and energies.

    >>> adds_up("checkpoint_seconds"), adds_up("energy_consumed_train"), adds_up("eval_loss")
    (True, True, False)
    """
    return metric in TAKEN or "energy" in metric


def is_rate(metric: str) -> bool:
    """Tell whether it is the speed of the training after its warm-up, which sessions share by their time.

    >>> is_rate("train_steady_samples_per_second"), is_rate("eval_samples_per_second")
    (True, False)
    """
    return metric.startswith("train_steady_") and metric.endswith("_per_second")


UNITS = {
    "loss": "nats",
    "runtime": "s",
    "seconds": "s",
    "duration": "s",
    "tokens_per_second": "1/s",
    "samples_per_second": "1/s",
    "steps_per_second": "1/s",
    "memory": "B",
    "rss": "B",
    "allocated": "B",
    "reserved": "B",
    "rouge1": "points",
    "rouge2": "points",
    "rougeL": "points",
    "rougeLsum": "points",
    "gen_len": "tokens",
    "flos": "FLOP",
    "emissions": "kg",
    "energy": "kWh",
    "consumed": "kWh",
    "consumed_prepare": "kWh",
    "consumed_train": "kWh",
    "consumed_evaluate": "kWh",
    "consumed_predict": "kWh",
}
"""End of a metric's name to its unit."""


def unit_of(metric: str) -> str:
    """Return the unit of a metric, or nothing where it is a plain number.

    >>> unit_of("eval_samples_per_second"), unit_of("learning_rate"), unit_of("train_loss")
    ('1/s', '', 'nats')
    """
    return next((unit for end, unit in UNITS.items() if metric == end or metric.endswith(f"_{end}")), "")
