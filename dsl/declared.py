"""The claims of an experiment as its plan declares them, each with a hash that later changes would give away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from xp.dsl.experiment import Experiment
from xp.dsl.trial import canonical


def declared(experiment: Experiment) -> Iterator[Mapping[str, Any]]:
    """Yield every claim of a method that is tried."""
    for name in experiment.method_names:
        for measure, said in experiment.method(name).claims.items():
            known = experiment.measure(measure)
            claim = {
                "method": name,
                "measure": measure,
                "expectation": said.expectation,
                "situational": said.situational,
                "baseline": experiment.baseline_of(name),
                "scale": said.scale or known.scale,
                "margin": experiment.claims.margin_of(known, said),
            }
            yield {**claim, "hash": fingerprint(experiment, claim)}


def fingerprint(experiment: Experiment, claim: Mapping[str, Any]) -> str:
    """Return a hash of what a claim says and of the settings of the two methods that it is about."""
    settings = {name: dict(experiment.method(name).settings) for name in (claim["method"], claim["baseline"])}
    content = {**claim, "settings": settings, "confidence": experiment.claims.confidence}
    if own := experiment.measures.get(claim["measure"]):
        content["definition"] = own.model_dump(mode="json", exclude={"meaning"})
    return sha256(canonical(content).encode()).hexdigest()[:16]
