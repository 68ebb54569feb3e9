"""What past attempts have taken: the warehouse's own question, for forecasts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from xp.engine.layout import Layout
from xp.engine.warehouse import store
from xp.engine.warehouse.load import load

MOST = 2000
"""Attempts that a forecast looks at, the last ones first."""


@dataclass(frozen=True)
class Taken:
    """What one completed attempt took, and what it was about; None where it was not recorded."""

    trial: str
    attempt: int
    seconds: float | None
    """From its start to its end."""

    runtime: float | None
    """Of them, those of training."""

    memory: float | None
    """Peak of one rank in bytes, the mean of all ranks."""

    energy: float | None
    """In kWh."""

    emissions: float | None
    """In kg of CO2 equivalent."""

    contended: bool
    """Whether other attempts ran at the same time."""

    parameters: float | None
    trained: float | None
    """Parameters that were not frozen."""

    largest_layer: float | None
    """Of the parameters, those of the largest table or matrix."""

    samples: float | None
    """Training examples."""

    steps: float | None
    """Optimizer steps."""

    cpu: str | None
    gpu: str | None


def history(layout: Layout, trials: Collection[str], models: Collection[str], datasets: Collection[str]) -> list[Taken]:
    """Return the completed attempts of some trials, or with some models and data sets, the last ones first."""
    if not layout.root.is_dir():
        return []
    load(layout)
    asked = {"trials": [*trials], "models": [*models], "datasets": [*datasets], "most": MOST}
    with store.open_file(layout.warehouse, read_only=True) as db:
        return [Taken(*row) for row in db.execute(store.script("history.sql"), asked).fetchall()]
