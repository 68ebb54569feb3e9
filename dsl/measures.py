"""What people argue about, each bound to one unit, one better direction and, but for the cost, one metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Name = Literal["memory", "speed", "runtime", "compute", "accuracy", "loss", "energy", "emissions", "cost"]


@dataclass(frozen=True)
class Measure:
    """One measure of the glossary."""

    name: Name
    metric: str
    """Name of the metric in the warehouse; empty for the cost, which is computed there from prices."""

    unit: str
    better: Literal["lower", "higher"]
    over_ranks: Literal["sum", "first"]
    """``sum``: each rank records its own share; ``first``: rank 0 speaks for the trial."""

    meaning: str


MEASURES = (
    Measure("memory", "train_peak_memory", "B", "lower", "sum", "peak memory of the training phase, all ranks"),
    Measure("speed", "train_steady_samples_per_second", "1/s", "higher", "first", "training speed after warm-up"),
    Measure("runtime", "train_runtime", "s", "lower", "first", "time from the first to the last training step"),
    Measure("compute", "train_device_seconds", "s", "lower", "first", "training time times ranks"),
    Measure("accuracy", "predict_rouge1", "points", "higher", "first", "ROUGE-1 F1 on the test split"),
    Measure("loss", "eval_loss", "nats", "lower", "first", "cross-entropy per token on the validation split"),
    Measure("energy", "energy_consumed", "kWh", "lower", "first", "energy of the machine over the attempt"),
    Measure("emissions", "emissions", "kg", "lower", "first", "greenhouse gases of that energy, as CO2 equivalent"),
    Measure("cost", "", "USD", "lower", "first", "price of all its attempts by the first tariff of `[prices]`"),
)
