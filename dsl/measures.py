"""What people argue about, each bound to one unit, one better direction and, but for the cost, one metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Measure:
    """One measure of the glossary."""

    name: str
    metric: str
    """Name of the metric in the warehouse; empty for the cost, which is computed there from prices."""

    unit: str
    better: Literal["lower", "higher"]
    over_ranks: Literal["sum", "first", "max", "mean"]
    """What the ranks come to that record it each for itself; ``first``: rank 0 speaks for the trial."""

    meaning: str

    scale: Literal["ratio", "difference"]
    """How an effect on it is told: method over baseline, or method minus baseline where zero means nothing special."""

    margin: float
    """The largest effect that counts as none where the file says nothing else: a share of a ratio, or in the unit."""

    over_sessions: Literal["sum", "last", "rate"] = "last"
    """How the sessions of a resumed trial combine: their sum, the last one, or a rate, which is their total work over
    their total `STEADY_SECONDS`."""


MEASURES = (
    Measure(
        "memory",
        "train_peak_memory",
        "B",
        "lower",
        "sum",
        "peak memory of the training phase, all ranks",
        "ratio",
        0.05,
    ),
    Measure(
        "speed",
        "train_steady_samples_per_second",
        "1/s",
        "higher",
        "first",
        "training speed after warm-up",
        "ratio",
        0.05,
        "rate",
    ),
    Measure(
        "runtime",
        "train_runtime",
        "s",
        "lower",
        "first",
        "time from the first to the last training step",
        "ratio",
        0.05,
        "sum",
    ),
    Measure(
        "compute", "train_device_seconds", "s", "lower", "first", "training time times ranks", "ratio", 0.05, "sum"
    ),
    Measure(
        "accuracy", "predict_rouge1", "points", "higher", "first", "ROUGE-1 F1 on the test split", "difference", 0.5
    ),
    Measure(
        "loss",
        "eval_loss",
        "nats",
        "lower",
        "first",
        "cross-entropy per token on the validation split",
        "difference",
        0.02,
    ),
    Measure(
        "energy",
        "energy_consumed",
        "kWh",
        "lower",
        "first",
        "energy of the machine over the attempt",
        "ratio",
        0.05,
        "sum",
    ),
    Measure(
        "emissions",
        "emissions",
        "kg",
        "lower",
        "first",
        "greenhouse gases of that energy, as CO2 equivalent",
        "ratio",
        0.05,
        "sum",
    ),
    Measure(
        "cost",
        "",
        "USD",
        "lower",
        "first",
        "price of all its attempts by the first tariff of `[prices]`",
        "ratio",
        0.05,
    ),
)

STEADY_SECONDS = "train_steady_seconds"
"""The metric that says how long a session trained behind its warm-up."""

CONFIDENCE = 0.95
"""How sure a file wants to be of its claims where it does not say."""

CORRECTION: Literal["holm"] = "holm"
"""How it corrects for chance among many claims where it does not say."""
