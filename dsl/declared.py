"""The claims of an experiment as its plan declares them, each with a hash that later changes would give away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from xp.dsl.claims import measure_of
from xp.dsl.experiment import Experiment
from xp.dsl.trial import canonical


def declared(experiment: Experiment) -> Iterator[Mapping[str, Any]]:
    """Yield every claim of a method that is tried."""
    for name in experiment.method_names:
        for measure, expectation in experiment.method(name).claims.items():
            known = measure_of(measure)
            claim = {
                "method": name,
                "measure": measure,
                "expectation": expectation.lstrip("*"),
                "situational": expectation.startswith("*"),
                "baseline": experiment.baseline_of(name),
                "scale": known.scale,
                "margin": experiment.claims.margin_of(known),
            }
            yield {**claim, "hash": fingerprint(experiment, claim)}


def fingerprint(experiment: Experiment, claim: Mapping[str, Any]) -> str:
    """Return a hash of what a claim says and of the settings of the two methods that it is about."""
    settings = {name: dict(experiment.method(name).settings) for name in (claim["method"], claim["baseline"])}
    content = {**claim, "settings": settings, "confidence": experiment.claims.confidence}
    return sha256(canonical(content).encode()).hexdigest()[:16]
