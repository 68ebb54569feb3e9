"""Answers that charts are drawn from, and a reader of what they show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.templates.conftest import Answer, Column
from xp.templates.answers import Rows

SVG = "{http://www.w3.org/2000/svg}"

SAMPLES: dict[str, Sequence[Mapping[str, Any]]] = {
    "pareto": [
        {"method": "a", "accuracy": 50.0, "accuracy_spread": 1.0, "value": 4e8, "value_spread": 1e6, "front": True},
        {"method": "b", "accuracy": 40.0, "accuracy_spread": None, "value": 6e8, "value_spread": None, "front": False},
        {"method": "c", "front": None, "note": "1 oom, 2 pending"},
    ],
    "intervals": [
        {"method": "a", "measure": "memory", "effect": 0.8, "effect_low": 0.7, "effect_high": 0.9}
        | {"unit": "×", "verdict": "supported"},
        {"method": "b", "measure": "memory", "effect": 1.0, "effect_low": 1e-9, "effect_high": 1e9, "unit": "×"},
        {"method": "a", "measure": "loss", "effect": -0.5, "unit": "Δnats", "margin": 0.02, "better": "higher"},
        {"method": "b", "measure": "loss", "effect": None, "unit": "Δnats", "note": "1 oom", "verdict": "not measured"},
    ],
    "learning_curves": [
        {"method": "a", "step": 10, "n": 2, "value": 3.0, "value_spread": 0.5},
        {"method": "a", "step": 20, "n": 2, "value": 2.0, "value_spread": 0.25},
        {"method": "b", "step": 10, "n": 1, "value": 4.0},
        {"method": "b", "step": 20, "n": 0},
        {"method": "c", "note": "1 oom"},
    ],
    "pbt_lineage": [
        {"generation": 1, "member": 0, "action": "start", "from_step": 0, "to_step": 10, "score": 2.0, "best": True},
        {"generation": 1, "member": 1, "action": "start", "from_step": 0, "to_step": 10, "score": None},
        {"generation": 2, "member": 0, "action": "continue", "from_step": 10, "to_step": 20, "score": 1.25},
        {"generation": 2, "member": 1, "action": "exploit", "donor": 0, "from_step": 10, "to_step": 20, "best": True},
    ],
    "memory": [
        {"method": "a", "parameters": 2e6, "optimizer_states": 4e6, "peak": 8e7, "peak_spread": 1e6, "in_theory": 7e6},
        {"method": "b", "stage": "3", "parameters": 1e6, "gradients": 1e6, "optimizer_states": 2e6, "peak": 9e7},
        {"method": "c", "note": "1 oom"},
    ],
    "utilisation": [
        {"label": "a", "name": "cpu_percent", "seconds": 0.0, "value": 10.0, "unit": "%"},
        {"label": "a", "name": "cpu_percent", "seconds": 5.0, "value": 90.0, "unit": "%"},
        {"label": "b", "name": "cpu_percent", "seconds": 0.0, "value": 50.0, "unit": "%"},
        {"label": "a", "name": "memory_used", "seconds": 0.0, "value": 1e9, "unit": "B"},
    ],
}
"""By query: rows of an answer, without what all of them have."""

COMMON: dict[str, dict[str, Any]] = {
    "pareto": {"model": "m", "dataset": "d", "axes": None, "unit": "B", "better": "lower"}
    | dict.fromkeys(("accuracy", "accuracy_spread", "value", "value_spread", "note")),
    "intervals": {"better": "lower", "margin": 0.05, "confidence": 95.0}
    | dict.fromkeys(("effect", "effect_low", "effect_high", "verdict", "note")),
    "learning_curves": {"model": "m", "dataset": "d", "axes": None, "unit": "nats", "n": 0}
    | dict.fromkeys(("step", "value", "value_spread", "note")),
    "pbt_lineage": {"label": "pbt", "donor": None, "schedule": "learning_rate = 0.01", "best": False, "score": None},
    "memory": {"model": "m", "dataset": "d", "axes": None, "stage": "none"}
    | dict.fromkeys(("parameters", "gradients", "optimizer_states", "in_theory", "peak", "peak_spread", "note")),
    "utilisation": {"method": "m"},
}


def answered(query: str, rows: Sequence[Mapping[str, Any]]) -> Rows:
    """Return *rows* as the answer to a query."""
    full = [{**COMMON[query], **row} for row in rows]
    names = list(full[0]) if full else []
    return Rows(
        query, Answer([Column(name, "any") for name in names], [tuple(row[name] for name in names) for row in full])
    )


@pytest.fixture
def sample() -> Callable[..., Rows]:
    """Makes an answer to a query: the sample, or other rows."""
    return lambda query, rows=None: answered(query, SAMPLES[query] if rows is None else rows)


@pytest.fixture
def texts() -> Callable[[str], list[str]]:
    """Reads the texts of an SVG."""
    return lambda svg: ["".join(found.itertext()) for found in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - our own
